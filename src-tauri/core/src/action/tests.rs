//! The fixtures: each valid file reads without a word, each other one says exactly what it is pinned to say.
//!
//! `UPDATE_EXPECTED=1` writes the pinned messages anew; look at the difference before you commit it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Problem, Scope, load, report, schema};

fn fixtures(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/actions").join(kind);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn shown(path: &Path) -> (bool, String) {
    let (action, mut problems, bytes) = load(path, Scope::User);
    let source = String::from_utf8_lossy(&bytes);
    let name = |problem: &mut Problem| problem.file = PathBuf::from(path.file_name().unwrap());
    problems.iter_mut().for_each(name);
    (action.is_some(), problems.iter().map(|problem| report(problem, &source)).collect())
}

#[test]
fn every_valid_file_reads_without_a_word() {
    for path in fixtures("valid") {
        assert_eq!(shown(&path), (true, String::new()), "{}", path.display());
    }
}

#[test]
fn every_other_file_says_what_it_is_pinned_to_say() {
    for (kind, runs) in [("invalid", false), ("fault", false), ("warning", true)] {
        for path in fixtures(kind) {
            let (read, shown) = shown(&path);
            assert_eq!(read, runs, "{}: {shown}", path.display());
            let pinned = path.with_extension("expected");
            if std::env::var_os("UPDATE_EXPECTED").is_some() {
                fs::write(&pinned, &shown).unwrap();
            }
            assert_eq!(shown, fs::read_to_string(&pinned).unwrap_or_default(), "{}", path.display());
        }
    }
}

#[test]
fn a_file_whose_name_can_be_no_id_says_how_it_could_be_called() {
    let text = b"label: A\nsteps:\n  - write: \"ls\\r\"\n";
    for (name, message, fix) in [
        ("nul.yaml", "can't be `nul`: file systems", "`run-tests.yaml`"),
        ("CON.yaml", "can't be `CON`: file systems", "`run-tests.yaml`"),
        ("MyFlow.yaml", "here is `MyFlow`", "`my-flow.yaml`"),
    ] {
        let (action, problems) = super::read(Path::new(name), Scope::User, text);
        let [problem] = &problems[..] else { panic!("{problems:?}") };
        assert!(action.is_none() && problem.message.contains(message), "{problem:?}");
        let expected = format!("name it like {fix}, or give it an `id`");
        assert_eq!(problem.fix.as_deref(), Some(expected.as_str()));
    }
}

#[test]
fn a_link_out_of_the_project_is_not_read_whichever_way_it_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let actions = folder.path().join("repo/.ai-orchestrator/actions");
    fs::create_dir_all(&actions).unwrap();
    fs::write(folder.path().join("outside"), "Host secret\n").unwrap();
    fs::write(folder.path().join("repo/inside"), "Host known\n").unwrap();
    for (target, code) in [("../../../outside", "leads-outside"), ("../../inside", "wrong-type")] {
        let link = actions.join("link.yaml");
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(target, &link).unwrap();
        let problems = super::check(&[link].into(), |_| Some(Scope::Project));
        let codes: Vec<&str> = problems.iter().map(|problem| &*problem.code).collect();
        assert_eq!(codes, [code]);
    }
}

/// What only the loader can judge: the schema sees one value at a time, and no syntax.
const BEYOND_THE_SCHEMA: [&str; 9] = [
    "bad-pattern",
    "pattern-matches-nothing",
    "placeholder-in-quotes",
    "unknown-placeholder",
    "misplaced-secret",
    "duplicate-input",
    "unknown-choice",
    "too-deep",
    "alias-bomb",
];

#[test]
fn the_schema_and_the_loader_refuse_the_same_files() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let mut differ = Vec::new();
    for path in ["valid", "invalid", "warning", "fault"].into_iter().flat_map(fixtures) {
        let (action, problems, bytes) = load(&path, Scope::User);
        // The fork of serde_yaml reads independently of our own reader; what it can't read is no YAML.
        let text = String::from_utf8_lossy(&bytes);
        let value = serde_yaml::from_str::<serde_yaml::Value>(text.trim_start_matches('\u{feff}'));
        let judged_by_schema =
            |problem: &Problem| problem.is_error() && !BEYOND_THE_SCHEMA.contains(&problem.code.as_str());
        let (by_schema, by_loader) = match value.ok().and_then(|value| serde_json::to_value(value).ok()) {
            Some(value) => (validator.is_valid(&value), !problems.iter().any(judged_by_schema)),
            // JSON has no mappings for keys, which is what `{{ … }}` without quotes is.
            None => (false, action.is_some()),
        };
        // What only the loader need judge, the schema may: `wait_for: ""`.
        let both = !by_schema && problems.iter().any(Problem::is_error);
        if by_schema != by_loader && !both {
            differ.push((path, by_schema, problems));
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
}

/// A fault that hides another would let the two refuse a file for different reasons.
#[test]
fn a_file_with_one_fault_is_told_of_that_one() {
    for path in fixtures("fault") {
        let (_, problems, _) = load(&path, Scope::User);
        let errors: Vec<&Problem> = problems.iter().filter(|problem| problem.is_error()).collect();
        assert_eq!(errors.len(), 1, "{}: {errors:#?}", path.display());
    }
}

#[test]
fn any_bytes_are_read_without_a_panic() {
    // Cuts and flips of a real file reach far more states than random bytes would.
    let source = fs::read(fixtures("valid").pop().unwrap()).unwrap();
    for at in 0..source.len() {
        let _ = super::read(Path::new("a.yaml"), Scope::User, &source[..at]);
        for byte in [0, b'\t', b'{', b'"', b'&', b'*', 0xFF] {
            let mut changed = source.clone();
            changed[at] = byte;
            let (_, problems) = super::read(Path::new("a.yaml"), Scope::User, &changed);
            let text = String::from_utf8_lossy(&changed);
            let _: String = problems.iter().map(|problem| report(problem, &text)).collect();
        }
    }
}

/// Files of cloned repositories are read as soon as the project is opened. Anything that looks at a text again for each
/// of its placeholders would take minutes with the largest of them.
#[test]
fn no_file_of_strangers_takes_long_to_judge() {
    let folder = tempfile::tempdir().unwrap();
    for (part, runs) in [
        ("{{ inputs.x }} ", true),
        ("{{ inputs.y }} ", false),
        ("'{{ inputs.x }} #' ", false),
        ("{{inputs.x}} ", true),
        ("{{ ", true),
    ] {
        let path = folder.path().join("large.yaml");
        let body = part.repeat(128 * 1024 / part.len());
        let head = "label: Large\ninputs:\n  - id: x\nsteps:\n  - write: >-\n      ";
        fs::write(&path, format!("{head}{body}}}}}\n")).unwrap();
        let (action, problems, _) = load(&path, Scope::Project);
        assert_eq!(action.is_some(), runs, "{part} {:?}", problems.first());
        assert!(problems.len() <= 41, "{part}: {}", problems.len());
    }
}
