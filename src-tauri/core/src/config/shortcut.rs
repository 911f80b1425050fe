//! The window's commands that can have a key of the user's own, and how keys are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A command of the window. What it does, and its usual keys, the page knows.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum WindowCommand {
    Palette,
    Settings,
    NewTerminal,
    CloseTerminal,
    SplitRight,
    SplitDown,
    Find,
    Sidebar,
    NextTab,
    PreviousTab,
    NextPane,
    PreviousPane,
    FocusActions,
    FocusTerminal,
    TabLeft,
    TabRight,
    TabSplitRight,
    TabSplitDown,
    PreviousPrompt,
    NextPrompt,
    CopyOutput,
    OpenFolder,
    CreateAction,
}

impl WindowCommand {
    /// All of them by their names in the file.
    pub(super) const ALL: [(&'static str, Self); 23] = [
        ("palette", Self::Palette),
        ("settings", Self::Settings),
        ("new-terminal", Self::NewTerminal),
        ("close-terminal", Self::CloseTerminal),
        ("split-right", Self::SplitRight),
        ("split-down", Self::SplitDown),
        ("find", Self::Find),
        ("sidebar", Self::Sidebar),
        ("next-tab", Self::NextTab),
        ("previous-tab", Self::PreviousTab),
        ("next-pane", Self::NextPane),
        ("previous-pane", Self::PreviousPane),
        ("focus-actions", Self::FocusActions),
        ("focus-terminal", Self::FocusTerminal),
        ("tab-left", Self::TabLeft),
        ("tab-right", Self::TabRight),
        ("tab-split-right", Self::TabSplitRight),
        ("tab-split-down", Self::TabSplitDown),
        ("previous-prompt", Self::PreviousPrompt),
        ("next-prompt", Self::NextPrompt),
        ("copy-output", Self::CopyOutput),
        ("open-folder", Self::OpenFolder),
        ("create-action", Self::CreateAction),
    ];
}

/// Whether a text names keys: modifiers and one key with `+` between, or `none`.
pub(super) fn is_keys(text: &str) -> bool {
    const MODIFIERS: [&str; 4] = ["Ctrl", "Alt", "Shift", "Cmd"];
    const NAMED: [&str; 12] = [
        "Tab",
        "Enter",
        "Space",
        "PageUp",
        "PageDown",
        "Home",
        "End",
        "ArrowUp",
        "ArrowDown",
        "ArrowLeft",
        "ArrowRight",
        "Backspace",
    ];
    if text == "none" {
        return true;
    }
    let Some((modifiers, key)) = text.rsplit_once('+') else { return is_function_key(text) };
    let one = |key: &str| {
        key.len() == 1 && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let sign = |key: &str| matches!(key, "," | "." | "/" | ";" | "'" | "[" | "]" | "\\" | "-" | "=" | "`");
    let modifiers: Vec<&str> = modifiers.split('+').collect();
    let known = modifiers.iter().all(|name| MODIFIERS.contains(name));
    let distinct = modifiers.iter().enumerate().all(|(at, name)| !modifiers[..at].contains(name));
    // Shift alone makes another letter of a letter, and no shortcut.
    let strong = modifiers.iter().any(|name| *name != "Shift") || is_function_key(key);
    known && distinct && strong && (one(key) || sign(key) || NAMED.contains(&key) || is_function_key(key))
}

fn is_function_key(key: &str) -> bool {
    let number = key.strip_prefix('F').and_then(|number| number.parse::<u8>().ok());
    number.is_some_and(|number| (1..=12).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::is_keys;

    #[test]
    fn keys_are_modifiers_and_one_key() {
        for good in ["Ctrl+Shift+P", "Cmd+,", "F2", "Shift+F12", "Alt+ArrowLeft", "none", "Ctrl+Alt+1"] {
            assert!(is_keys(good), "{good}");
        }
        for bad in ["", "P", "Shift+P", "ctrl+p", "Ctrl+", "Ctrl+Ctrl+P", "Hyper+P", "Ctrl+PP", "F13", "+"] {
            assert!(!is_keys(bad), "{bad}");
        }
    }
}
