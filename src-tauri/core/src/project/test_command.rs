//! How a project's tests are run: the first rule that fits.
//!
//! The command is always one of ours, never text from the repository: it goes to the shell unquoted.

use std::path::Path;

use crate::action::{BrokenFile, Tests};

/// One way to find out how tests are run.
struct Rule {
    /// What it looks for, for people.
    looks_for: &'static str,
    /// The command and what was found, or why that can't be told.
    find: fn(&Folder<'_>) -> Option<Found>,
}

/// The words of a command, in two parts, and what was found.
type Found = Result<([&'static str; 2], String), BrokenFile>;

/// The first that fits is taken. A task runner that names its tests was set up on purpose, and knows more than any guess.
const RULES: [Rule; 8] = [
    Rule { looks_for: "a justfile with a `test` recipe", find: just },
    Rule { looks_for: "a Makefile with a `test` target", find: make },
    Rule { looks_for: "Cargo.toml", find: cargo },
    Rule { looks_for: "package.json with a `test` script", find: node },
    Rule { looks_for: "go.mod", find: go },
    Rule { looks_for: "pom.xml", find: maven },
    Rule { looks_for: "build.gradle", find: gradle },
    Rule { looks_for: "Python's pytest", find: python },
];

/// How the tests of the project in this folder are run.
pub(crate) fn tests_in(root: &Path) -> Tests {
    let folder = Folder(root);
    match RULES.iter().find_map(|rule| (rule.find)(&folder)) {
        Some(Ok((command, found))) => {
            let command = command.concat();
            Tests::By { rule: format!("{found}: {command}"), command }
        }
        Some(Err(broken)) => Tests::Broken(broken),
        None => Tests::Unknown { looked_for: RULES.map(|rule| rule.looks_for).join(", ") },
    }
}

/// A project's folder.
struct Folder<'p>(&'p Path);

impl Folder<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.join(name).is_file()
    }

    fn read(&self, name: &str) -> String {
        super::text_of(&self.0.join(name)).unwrap_or_default()
    }

    /// The first of these files that is there.
    fn first<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.has(name))
    }
}

fn just(folder: &Folder<'_>) -> Option<Found> {
    let mut files = ["justfile", "Justfile", ".justfile"].into_iter();
    let file = files.find(|file| has_recipe(&folder.read(file)))?;
    Some(Ok((["just test", ""], format!("{file} with a test recipe"))))
}

fn make(folder: &Folder<'_>) -> Option<Found> {
    let mut files = ["GNUmakefile", "makefile", "Makefile"].into_iter();
    let file = files.find(|file| has_recipe(&folder.read(file)))?;
    Some(Ok((["make test", ""], format!("{file} with a test target"))))
}

fn cargo(folder: &Folder<'_>) -> Option<Found> {
    folder.has("Cargo.toml").then(|| Ok((["cargo test", ""], "Cargo.toml".to_owned())))
}

fn node(folder: &Folder<'_>) -> Option<Found> {
    let script = match folder.has("package.json").then(|| test_script(&folder.0.join("package.json")))? {
        Ok(script) => script?,
        // Any other rule would only be a guess.
        Err(broken) => return Some(Err(broken)),
    };
    let once = once(&script);
    let locks = ["pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"];
    // npm alone has to be told where its own flags end.
    let (command, lock, once) = match folder.first(&locks) {
        Some("pnpm-lock.yaml") => ("pnpm test", " and pnpm-lock.yaml", once.map(|(_, flag)| flag)),
        Some("yarn.lock") => ("yarn test", " and yarn.lock", once.map(|(_, flag)| flag)),
        Some(_) => ("bun run test", " and bun.lock", once.map(|(_, flag)| flag)),
        None => ("npm test", "", once.map(|(flag, _)| flag)),
    };
    Some(Ok(([command, once.unwrap_or_default()], format!("package.json with a test script{lock}"))))
}

/// Programs that watch for changes when they run in a terminal, with the words in a script that keep them from it, and
/// the flag that does, for npm and for the others.
const WATCHERS: [(&str, &[&str], [&str; 2]); 3] = [
    ("vitest", &["run", "--run", "related", "list", "bench", "--no-watch"], [" -- --run", " --run"]),
    ("react-scripts", &[], [" -- --watchAll=false", " --watchAll=false"]),
    ("ng", &["--no-watch"], [" -- --watch=false", " --watch=false"]),
];

/// The flag with which a script's tests run once and end; `None` if they do without, or if it can't be told.
fn once(script: &str) -> Option<(&'static str, &'static str)> {
    // A flag goes to the last of several commands.
    if script.contains(['&', '|', ';', '#', '>', '"', '\'']) {
        return None;
    }
    let words = || script.split_whitespace();
    let (_, without, [npm, other]) = WATCHERS.iter().find(|(name, ..)| words().any(|word| word == *name))?;
    let ends = words().any(|word| without.contains(&word) || word.starts_with("--watch"));
    (!ends).then_some((npm, other))
}

fn go(folder: &Folder<'_>) -> Option<Found> {
    folder.has("go.mod").then(|| Ok((["go test ./...", ""], "go.mod".to_owned())))
}

fn maven(folder: &Folder<'_>) -> Option<Found> {
    folder.first(&["pom.xml"])?;
    let (command, found) =
        if folder.has("mvnw") { ("./mvnw test", "pom.xml and mvnw") } else { ("mvn test", "pom.xml") };
    Some(Ok(([command, ""], found.to_owned())))
}

fn gradle(folder: &Folder<'_>) -> Option<Found> {
    let build = folder.first(&["build.gradle", "build.gradle.kts"])?;
    if folder.has("gradlew") {
        return Some(Ok((["./gradlew test", ""], format!("{build} and gradlew"))));
    }
    Some(Ok((["gradle test", ""], build.to_owned())))
}

fn python(folder: &Folder<'_>) -> Option<Found> {
    let files = ["pytest.ini", "pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "conftest.py"];
    let found = folder.first(&files).or_else(|| {
        let tests = folder.0.join("tests").is_dir() && folder.has("requirements.txt");
        tests.then_some("requirements.txt and tests/")
    })?;
    let runners = [
        ("uv.lock", "uv run pytest"),
        ("poetry.lock", "poetry run pytest"),
        // The project's own environment, whether or not it is active.
        (".venv/bin/python", ".venv/bin/python -m pytest"),
        ("venv/bin/python", "venv/bin/python -m pytest"),
    ];
    Some(Ok(match runners.into_iter().find(|(file, _)| folder.has(file)) {
        Some((file, command)) => ([command, ""], format!("{found} and {file}")),
        None => (["python3 -m pytest", ""], found.to_owned()),
    }))
}

/// Whether a makefile or justfile has a rule called `test`.
fn has_recipe(text: &str) -> bool {
    text.lines().any(|line| {
        let name = line.strip_prefix("test").or_else(|| line.strip_prefix("@test")).unwrap_or("x");
        // `test:`, `test: build`, and a justfile's `test filter="":`; not `test := x` or `test-all:`.
        let rule = name.trim_start_matches(|c: char| c != ':' && c != '-' && c != '_' && c != '#');
        (name.starts_with([' ', ':', '\t'])) && rule.starts_with(':') && !rule.starts_with(":=")
    })
}

/// The script with which a package is tested; npm's own placeholder is none.
fn test_script(file: &Path) -> Result<Option<String>, BrokenFile> {
    let broken = |line, column, why: &str| {
        let file = file.to_string_lossy().into_owned();
        BrokenFile { file, line, column, why: why.to_owned() }
    };
    let text = super::text_of(file).ok_or_else(|| broken(1, 1, "it is no text of at most 1 MiB"))?;
    // npm takes it with a byte order mark, too.
    let package: serde_json::Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let said = error.to_string();
            let why = said.split(" at line ").next().unwrap_or_default();
            broken(error.line(), error.column(), &format!("it is no JSON: {why}"))
        })?;
    let script = package["scripts"]["test"].as_str().filter(|script| !script.contains("no test specified"));
    Ok(script.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(files: &[(&str, &str)]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        match tests_in(folder.path()) {
            Tests::By { command, .. } => Some(command),
            Tests::Broken(broken) => {
                let name = Path::new(&broken.file).file_name().unwrap().to_str().unwrap();
                Some(format!("{name}:{}:{}: {}", broken.line, broken.column, broken.why))
            }
            Tests::Unknown { .. } => None,
        }
    }

    #[test]
    fn each_kind_of_project_runs_its_own_tests() {
        let script = r#"{"scripts":{"test":"jest"}}"#;
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("Cargo.toml", "")], "cargo test"),
            (&[("package.json", script)], "npm test"),
            (&[("package.json", script), ("pnpm-lock.yaml", "")], "pnpm test"),
            (&[("package.json", script), ("yarn.lock", "")], "yarn test"),
            (&[("package.json", script), ("bun.lock", "")], "bun run test"),
            (&[("pyproject.toml", "")], "python3 -m pytest"),
            (&[("pyproject.toml", ""), ("uv.lock", "")], "uv run pytest"),
            (&[("tox.ini", ""), (".venv/bin/python", "")], ".venv/bin/python -m pytest"),
            (&[("requirements.txt", ""), ("tests/test_a.py", "")], "python3 -m pytest"),
            (&[("go.mod", "")], "go test ./..."),
            (&[("pom.xml", "")], "mvn test"),
            (&[("build.gradle.kts", ""), ("gradlew", "")], "./gradlew test"),
            (&[("Makefile", "all:\n\ntest: all\n\techo\n")], "make test"),
            (&[("justfile", "test filter=\"\":\n  echo\n")], "just test"),
        ];
        for (files, expected) in cases {
            assert_eq!(command(files).as_deref(), Some(*expected), "{files:?}");
        }
    }

    #[test]
    fn what_is_no_test_is_not_taken_for_one() {
        assert_eq!(command(&[]), None);
        let npm = r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#;
        assert_eq!(command(&[("package.json", npm)]), None);
        assert_eq!(command(&[("Makefile", "test-all:\n\techo\ntest := 1\n# test:\n")]), None);
    }

    #[test]
    fn what_would_watch_for_changes_is_told_to_run_once() {
        let call = |script: &str, lock: &str| {
            let package = format!(r#"{{"scripts":{{"test":"{script}"}}}}"#);
            command(&[("package.json", &package), (lock, "")]).unwrap()
        };
        for (script, expected) in [
            ("vitest", "npm test -- --run"),
            ("cross-env A=1 vitest --coverage", "npm test -- --run"),
            ("vitest run", "npm test"),
            ("vitest --run", "npm test"),
            ("vitest --watch=false", "npm test"),
            ("tsc && vitest", "npm test"),
            ("vitest-like", "npm test"),
            ("react-scripts test", "npm test -- --watchAll=false"),
            ("ng test", "npm test -- --watch=false"),
            ("jest", "npm test"),
        ] {
            assert_eq!(call(script, "package-lock.json"), expected, "{script}");
        }
        assert_eq!(call("vitest", "pnpm-lock.yaml"), "pnpm test --run");
        assert_eq!(call("vitest", "yarn.lock"), "yarn test --run");
        assert_eq!(call("vitest", "bun.lockb"), "bun run test --run");
    }

    #[test]
    fn a_file_that_is_broken_is_told_and_no_other_rule_is_guessed() {
        let broken = "{\n  \"scripts\": {\n    \"test\": \"vitest\",\n  }\n}\n";
        let told = "package.json:4:3: it is no JSON: trailing comma";
        assert_eq!(command(&[("package.json", broken), ("go.mod", "")]).as_deref(), Some(told));
        // What comes before it knows the tests without it.
        assert_eq!(command(&[("package.json", broken), ("Cargo.toml", "")]).as_deref(), Some("cargo test"));
        let marked = "\u{feff}{\"scripts\":{\"test\":\"vitest\"}}";
        assert_eq!(command(&[("package.json", marked)]).as_deref(), Some("npm test -- --run"));
        assert_eq!(command(&[("package.json", "[]")]), None);
    }

    #[test]
    fn text_of_the_repository_never_becomes_the_command() {
        let evil = r#"{"scripts":{"test":"x; rm -rf /"},"name":"$(id)"}"#;
        assert_eq!(command(&[("package.json", evil)]).as_deref(), Some("npm test"));
    }
}
