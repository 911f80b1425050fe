//! `cargo xtask tidy`: the rules of the house that no linter knows. Each rule is a function in `rule` that
//! looks at one file; the rules on what the whole project must say are here.

mod rule;

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use serde_json::Value;

use crate::checkout::Checkout;

/// A file as a rule sees it: its path from the root, with `/`, and its text.
pub struct File<'a> {
    path: &'a str,
    text: &'a str,
}

/// What broke a rule: where (a line counted from 1, if it is a line) and how.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    line: Option<usize>,
    message: String,
}

/// Prints what breaks a rule; fails if something does.
pub fn tidy(checkout: &Checkout) -> anyhow::Result<ExitCode> {
    check(checkout)?;
    println!("tidy");
    Ok(ExitCode::SUCCESS)
}

/// Fails with all that breaks a rule.
pub fn check(checkout: &Checkout) -> anyhow::Result<()> {
    let mut findings = Vec::new();
    for path in checkout.files()? {
        // Files that are no text (icons, fonts, recorded bytes) follow no rule.
        let Ok(text) = std::fs::read_to_string(checkout.root().join(&path)) else { continue };
        let path = path.to_string_lossy().replace('\\', "/");
        let file = File { path: &path, text: &text };
        for rule in rule::ALL {
            findings.extend(rule(&file).into_iter().map(|found| match found.line {
                Some(line) => format!("{path}:{line}: {}", found.message),
                None => format!("{path}: {}", found.message),
            }));
        }
    }
    findings.extend(unexplained_dependencies(checkout));
    if findings.is_empty() { Ok(()) } else { bail!("the house is not tidy:\n{}", findings.join("\n")) }
}

/// Every direct dependency has its line in `docs/DEPENDENCIES.md`: its name in backquotes.
fn unexplained_dependencies(checkout: &Checkout) -> Vec<String> {
    let explained = std::fs::read_to_string(checkout.root().join("docs/DEPENDENCIES.md")).unwrap_or_default();
    let npm = [checkout.ui(), checkout.window_tests(), checkout.browser_tests()];
    let names = checkout
        .direct_dependencies()
        .into_iter()
        .chain(npm.iter().flat_map(|folder| node_dependencies(folder)));
    names
        .filter(|name| !explained.contains(&format!("`{name}`")))
        .map(|name| format!("docs/DEPENDENCIES.md: does not say why `{name}`"))
        .collect()
}

fn node_dependencies(package: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(package.join("package.json")).unwrap_or_default();
    let package: Value = serde_json::from_str(&text).unwrap_or_default();
    let named = |field: &str| package[field].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    named("dependencies").chain(named("devDependencies").collect::<Vec<_>>()).collect()
}
