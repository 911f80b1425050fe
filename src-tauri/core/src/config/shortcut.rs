//! The window's commands that can have a key of the user's own, and how keys are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One list for the enum and for the names in the file. (As a `literal`, the `OpenAPI` macro would not see the names.)
macro_rules! commands {
    ($($command:ident $name:tt,)+) => {
        /// A command of the window. What it does, and its usual keys, the page knows.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, JsonSchema,
        )]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum WindowCommand {
            $(#[serde(rename = $name)] $command,)+
        }

        impl WindowCommand {
            /// All of them by their names in the file.
            pub(super) const ALL: &[(&'static str, Self)] = &[$(($name, Self::$command),)+];
        }
    };
}

commands! {
    Palette "palette",
    Settings "settings",
    NewTerminal "new-terminal",
    CloseTerminal "close-terminal",
    SplitRight "split-right",
    SplitDown "split-down",
    Find "find",
    Sidebar "sidebar",
    NextTab "next-tab",
    PreviousTab "previous-tab",
    NextPane "next-pane",
    PreviousPane "previous-pane",
    PaneLeft "pane-left",
    PaneRight "pane-right",
    PaneAbove "pane-above",
    PaneBelow "pane-below",
    NextArea "next-area",
    PreviousArea "previous-area",
    FocusActions "focus-actions",
    FocusTerminal "focus-terminal",
    TabLeft "tab-left",
    TabRight "tab-right",
    TabSplitRight "tab-split-right",
    TabSplitDown "tab-split-down",
    TabNextPane "tab-next-pane",
    TabPreviousPane "tab-previous-pane",
    PreviousPrompt "previous-prompt",
    NextPrompt "next-prompt",
    CopyOutput "copy-output",
    OpenFolder "open-folder",
    CreateAction "create-action",
    Undo "undo",
    RunAgain "run-again",
    RunDetails "run-details",
    CancelRun "cancel-run",
    Problems "problems",
    Tab1 "tab-1",
    Tab2 "tab-2",
    Tab3 "tab-3",
    Tab4 "tab-4",
    Tab5 "tab-5",
    Tab6 "tab-6",
    Tab7 "tab-7",
    Tab8 "tab-8",
    Tab9 "tab-9",
    Action1 "action-1",
    Action2 "action-2",
    Action3 "action-3",
    Action4 "action-4",
    Action5 "action-5",
    Action6 "action-6",
    Action7 "action-7",
    Action8 "action-8",
    Action9 "action-9",
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

/// Whether two texts name the same keys, whatever the order of their modifiers.
pub(super) fn are_same(one: &str, other: &str) -> bool {
    let parts = |text: &str| {
        let mut parts: Vec<String> = text.split('+').map(str::to_owned).collect();
        parts.sort_unstable();
        parts
    };
    parts(one) == parts(other)
}

fn is_function_key(key: &str) -> bool {
    let number = key.strip_prefix('F').and_then(|number| number.parse::<u8>().ok());
    number.is_some_and(|number| (1..=12).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::{are_same, is_keys};

    #[test]
    fn keys_are_modifiers_and_one_key() {
        for good in ["Ctrl+Shift+P", "Cmd+,", "F2", "Shift+F12", "Alt+ArrowLeft", "none", "Ctrl+Alt+1"] {
            assert!(is_keys(good), "{good}");
        }
        for bad in ["", "P", "Shift+P", "ctrl+p", "Ctrl+", "Ctrl+Ctrl+P", "Hyper+P", "Ctrl+PP", "F13", "+"] {
            assert!(!is_keys(bad), "{bad}");
        }
        assert!(are_same("Ctrl+Shift+P", "Shift+Ctrl+P"));
        assert!(!are_same("Ctrl+Shift+P", "Ctrl+P"));
    }
}
