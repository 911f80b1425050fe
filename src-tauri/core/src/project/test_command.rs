//! How a project's tests are run: the first rule that fits.
//!
//! The command is always one of ours, never text from the repository: it goes to the shell unquoted.

use std::path::Path;

/// The command and, for people, the rule that chose it.
pub(crate) fn test_command(root: &Path) -> Option<(String, String)> {
    let has = |name: &str| root.join(name).is_file();
    let read = |name: &str| super::text_of(&root.join(name)).unwrap_or_default();
    let because = |command: &str, rule: &str| Some((command.to_owned(), format!("{rule}: {command}")));

    // A task runner that names its tests was set up on purpose, and knows more than any guess.
    for justfile in ["justfile", "Justfile", ".justfile"] {
        if has(justfile) && has_recipe(&read(justfile)) {
            return because("just test", &format!("{justfile} with a test recipe"));
        }
    }
    for makefile in ["GNUmakefile", "makefile", "Makefile"] {
        if has(makefile) && has_recipe(&read(makefile)) {
            return because("make test", &format!("{makefile} with a test target"));
        }
    }
    if has("Cargo.toml") {
        return because("cargo test", "Cargo.toml");
    }
    if has("package.json") && has_test_script(&read("package.json")) {
        let (command, lock) = node_runner(root);
        return because(command, &format!("package.json with a test script{lock}"));
    }
    if has("go.mod") {
        return because("go test ./...", "go.mod");
    }
    if has("pom.xml") {
        return if has("mvnw") {
            because("./mvnw test", "pom.xml and mvnw")
        } else {
            because("mvn test", "pom.xml")
        };
    }
    for build in ["build.gradle", "build.gradle.kts"] {
        if has(build) && has("gradlew") {
            return because("./gradlew test", &format!("{build} and gradlew"));
        }
        if has(build) {
            return because("gradle test", build);
        }
    }
    for name in ["pytest.ini", "pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "conftest.py"] {
        if has(name) {
            return because(python_runner(root), name);
        }
    }
    if root.join("tests").is_dir() && has("requirements.txt") {
        return because(python_runner(root), "requirements.txt and tests/");
    }
    None
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

/// npm's own placeholder script is no test.
fn has_test_script(text: &str) -> bool {
    let package: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    package["scripts"]["test"].as_str().is_some_and(|script| !script.contains("no test specified"))
}

fn node_runner(root: &Path) -> (&'static str, &'static str) {
    let has = |name: &str| root.join(name).is_file();
    if has("pnpm-lock.yaml") {
        ("pnpm test", " and pnpm-lock.yaml")
    } else if has("yarn.lock") {
        ("yarn test", " and yarn.lock")
    } else if has("bun.lock") || has("bun.lockb") {
        ("bun run test", " and bun.lock")
    } else {
        ("npm test", "")
    }
}

fn python_runner(root: &Path) -> &'static str {
    if root.join("uv.lock").is_file() {
        "uv run pytest"
    } else if root.join("poetry.lock").is_file() {
        "poetry run pytest"
    } else if root.join(".venv/bin/pytest").is_file() {
        ".venv/bin/pytest"
    } else {
        "python3 -m pytest"
    }
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
        test_command(folder.path()).map(|(command, _)| command)
    }

    #[test]
    fn each_kind_of_project_runs_its_own_tests() {
        let script = r#"{"scripts":{"test":"vitest"}}"#;
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("Cargo.toml", "")], "cargo test"),
            (&[("package.json", script)], "npm test"),
            (&[("package.json", script), ("pnpm-lock.yaml", "")], "pnpm test"),
            (&[("package.json", script), ("yarn.lock", "")], "yarn test"),
            (&[("package.json", script), ("bun.lock", "")], "bun run test"),
            (&[("pyproject.toml", "")], "python3 -m pytest"),
            (&[("pyproject.toml", ""), ("uv.lock", "")], "uv run pytest"),
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
        assert_eq!(command(&[("package.json", "not json")]), None);
    }

    #[test]
    fn text_of_the_repository_never_becomes_the_command() {
        let evil = r#"{"scripts":{"test":"x; rm -rf /"},"name":"$(id)"}"#;
        assert_eq!(command(&[("package.json", evil)]).as_deref(), Some("npm test"));
    }
}
