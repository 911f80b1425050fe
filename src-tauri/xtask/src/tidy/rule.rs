//! The rules that look at one file at a time. A rule says nothing about files it isn't meant for.

use std::path::Path;

use serde_json::Value;

use super::{File, Finding};

/// Every rule.
pub const ALL: &[fn(&File<'_>) -> Vec<Finding>] = &[
    length,
    name,
    opening_line,
    core_has_no_shell,
    core_does_not_print,
    tests_do_not_sleep,
    components_use_tokens,
    lock_files_name_no_registry,
    lock_files_are_whole,
];

/// A file longer than this is two files.
const LONGEST: usize = 600;

/// Names that say nothing about the product.
const EMPTY_NAMES: &[&str] =
    &["mod", "util", "utils", "helper", "helpers", "common", "manager", "service", "misc", "shared"];

fn length(file: &File<'_>) -> Vec<Finding> {
    let lines = file.text.lines().count();
    let written_by_hand = is_source(file.path) && !is_generated(file.path);
    whole(written_by_hand && lines > LONGEST, || format!("{lines} lines; over {LONGEST} is two files"))
}

fn name(file: &File<'_>) -> Vec<Finding> {
    let stem = Path::new(file.path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = stem.split('.').next().unwrap_or_default();
    whole(is_source(file.path) && EMPTY_NAMES.contains(&stem), || {
        format!("`{stem}` says nothing; name the file for what it is in the product")
    })
}

fn opening_line(file: &File<'_>) -> Vec<Finding> {
    whole(has_extension(file.path, "rs") && !file.text.starts_with("//!"), || {
        "starts without a `//!` line on what the file is for".to_owned()
    })
}

fn core_has_no_shell(file: &File<'_>) -> Vec<Finding> {
    if file.path != "src-tauri/core/Cargo.toml" {
        return Vec::new();
    }
    let of_a_shell = |line: &str| {
        let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        name == "clap" || name.starts_with("tauri")
    };
    lines(file.text, of_a_shell, "core knows neither the window nor the command line")
}

fn core_does_not_print(file: &File<'_>) -> Vec<Finding> {
    let product = file.path.starts_with("src-tauri/core/src/") && has_extension(file.path, "rs");
    // A test that skips says why.
    if !product || file.path.ends_with("/tests.rs") {
        return Vec::new();
    }
    let prints = ["println!", "eprintln!", "print!(", "eprint!(", "dbg!("];
    let product = file.text.split("#[cfg(test)]").next().unwrap_or_default();
    lines(
        product,
        |line| prints.iter().any(|print| code(line).contains(print)),
        "core never prints; it answers or it logs",
    )
}

fn tests_do_not_sleep(file: &File<'_>) -> Vec<Finding> {
    let sleeps: &[&str] = match Path::new(file.path).extension().and_then(|name| name.to_str()) {
        Some("rs") => &["thread::sleep(", "time::sleep("],
        Some("ts" | "js" | "mjs") => {
            &["waitForTimeout(", "browser.pause(", "setTimeout(resolve,", "setTimeout(done,"]
        }
        _ => return Vec::new(),
    };
    // A file of tests, or the tests at the end of a file.
    let path = file.path;
    // A bench is no test: it measures time, and lets the machine settle in between.
    if path.starts_with("tests/bench/") {
        return Vec::new();
    }
    let whole_file = path.starts_with("tests/")
        || path.contains("/tests/")
        || path.contains(".test.")
        || path.ends_with("tests.rs");
    let start = if whole_file { Some(0) } else { file.text.find("#[cfg(test)]\nmod tests") };
    let Some(start) = start else { return Vec::new() };
    let above = file.text[..start].lines().count();
    let mut found = lines(
        &file.text[start..],
        |line| sleeps.iter().any(|sleep| code(line).contains(sleep)),
        "a test waits for a condition, never for a time",
    );
    for finding in &mut found {
        finding.line = finding.line.map(|line| line + above);
    }
    found
}

fn components_use_tokens(file: &File<'_>) -> Vec<Finding> {
    if !file.path.starts_with("ui/src/components/") {
        return Vec::new();
    }
    lines(file.text, has_raw_colour, "a raw colour; components use the tokens of ui/src/style")
}

fn lock_files_name_no_registry(file: &File<'_>) -> Vec<Finding> {
    whole(file.path.ends_with("package-lock.json") && file.text.contains("\"resolved\""), || {
        "names a registry's host; `.npmrc` needs `omit-lockfile-registry-resolved=true`".to_owned()
    })
}

/// npm writes a lock file without the optional packages that its registry did not have at that moment, and then
/// refuses to install from it on any machine.
fn lock_files_are_whole(file: &File<'_>) -> Vec<Finding> {
    if !file.path.ends_with("package-lock.json") {
        return Vec::new();
    }
    let lock: Value = serde_json::from_str(file.text).unwrap_or_default();
    let packages = lock["packages"].as_object();
    let optional = packages.into_iter().flatten().flat_map(|(_, package)| {
        package["optionalDependencies"].as_object().into_iter().flatten().map(|(name, _)| name)
    });
    let held = |name: &str| {
        packages.is_some_and(|all| all.keys().any(|key| key.ends_with(&format!("node_modules/{name}"))))
    };
    optional.filter(|name| !held(name)).map(|name| lacks(name)).collect()
}

fn lacks(name: &str) -> Finding {
    Finding {
        line: None,
        message: format!("lacks `{name}`, so `npm ci` fails; take a version of its owner that is whole"),
    }
}

/// `#1a2b3c` and its kin, or a colour function with numbers in it.
fn has_raw_colour(line: &str) -> bool {
    let functions = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch("];
    let hex = line.split('#').skip(1).any(|rest| {
        let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
        let ends =
            rest.chars().nth(digits).is_none_or(|next| !(next.is_alphanumeric() || "-_".contains(next)));
        matches!(digits, 3 | 4 | 6 | 8) && ends
    });
    hex || functions.iter().any(|function| line.contains(function))
}

/// The line without its comment, as well as one can tell without parsing.
fn code(line: &str) -> &str {
    if line.trim_start().starts_with("//") { "" } else { line }
}

fn is_source(path: &str) -> bool {
    ["rs", "ts", "js", "mjs", "svelte", "css"].iter().any(|extension| has_extension(path, extension))
}

fn is_generated(path: &str) -> bool {
    path.ends_with(".d.ts")
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn whole(broken: bool, message: impl FnOnce() -> String) -> Vec<Finding> {
    if broken { vec![Finding { line: None, message: message() }] } else { Vec::new() }
}

fn lines(text: &str, broken: impl Fn(&str) -> bool, message: &str) -> Vec<Finding> {
    let numbered = text.lines().enumerate().filter(|(_, line)| broken(line));
    numbered.map(|(above, _)| Finding { line: Some(above + 1), message: message.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that any rule finds fault with; 0 stands for the whole file.
    fn faults(path: &str, text: &str) -> Vec<usize> {
        let file = File { path, text };
        ALL.iter().flat_map(|rule| rule(&file)).map(|found| found.line.unwrap_or(0)).collect()
    }

    #[test]
    fn a_file_of_the_product_passes() {
        assert!(
            faults("src-tauri/core/src/store/history.rs", "//! Versions.\n\npub struct History;\n")
                .is_empty()
        );
    }

    #[test]
    fn a_rust_file_says_what_it_is_for_and_has_a_name() {
        assert_eq!(faults("src-tauri/core/src/store.rs", "pub struct Store;\n"), [0]);
        assert_eq!(faults("src-tauri/core/src/utils.rs", "//! Things.\n"), [0]);
        assert_eq!(faults("src-tauri/core/src/store/mod.rs", "//! The store.\n"), [0]);
    }

    #[test]
    fn six_hundred_lines_are_enough() {
        assert_eq!(faults("ui/src/stores/long.ts", &"x;\n".repeat(601)), [0]);
        assert!(faults("ui/src/stores/long.ts", &"x;\n".repeat(600)).is_empty());
        assert!(faults("ui/src/api/schema.d.ts", &"x;\n".repeat(601)).is_empty());
    }

    #[test]
    fn core_neither_prints_nor_knows_a_shell() {
        assert_eq!(faults("src-tauri/core/src/a.rs", "//! A.\nfn a() {\n    println!();\n}\n"), [3]);
        assert!(faults("src-tauri/cli/src/a.rs", "//! A.\nfn a() {\n    println!();\n}\n").is_empty());
        assert_eq!(
            faults("src-tauri/core/Cargo.toml", "[dependencies]\nclap.workspace = true\ntauri = \"2\"\n"),
            [2, 3]
        );
    }

    #[test]
    fn tests_wait_for_conditions() {
        let sleeping = ["thread::", "sleep(x);"].concat();
        assert_eq!(faults("tests/journeys.rs", &format!("//! J.\n{sleeping}\n")), [2]);
        assert_eq!(
            faults(
                "src-tauri/core/src/a.rs",
                &format!("//! A.\n#[cfg(test)]\nmod tests {{\n{sleeping}\n}}\n")
            ),
            [4]
        );
        assert!(faults("src-tauri/core/src/a.rs", &format!("//! A.\n{sleeping}\n")).is_empty());
    }

    #[test]
    fn components_have_no_colours_of_their_own() {
        let component = "ui/src/components/Button.svelte";
        assert_eq!(
            faults(component, "a { color: #fff; }\nb { color: rgb(1 2 3); }\n{#each x as y}\n"),
            [1, 2]
        );
        assert!(faults(component, "<a href=\"#dead-end\">\n{#if a}{/if}\ncolor: var(--text);\n").is_empty());
        assert!(faults("ui/src/style/tokens.css", "a { color: #fff; }\n").is_empty());
    }

    #[test]
    fn lock_files_name_no_host() {
        assert_eq!(faults("ui/package-lock.json", "{\"resolved\": \"x\"}"), [0]);
    }

    #[test]
    fn lock_files_hold_each_optional_package() {
        let whole = r#"{"packages": {"node_modules/a": {"optionalDependencies": {"a-linux": "1"}}, "node_modules/a-linux": {}}}"#;
        assert!(faults("ui/package-lock.json", whole).is_empty());
        assert_eq!(
            faults("ui/package-lock.json", &whole.replace("node_modules/a-linux", "node_modules/b")),
            [0]
        );
    }
}
