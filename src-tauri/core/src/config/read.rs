//! Reads `config.yaml`: each key by itself, so that one mistake costs one setting and not all of them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;

use super::shortcut::{WindowCommand, are_same, is_keys};
use super::{Config, Cursor, Defaults, LogLevel, Theme};
use crate::action::fields::{Fields, Problems, Scalar};
use crate::action::yaml::{self, Node};
use crate::action::{Problem, Severity};

const THEMES: [(&str, Theme); 3] =
    [("system", Theme::System), ("light", Theme::Light), ("dark", Theme::Dark)];
const CURSORS: [(&str, Cursor); 3] =
    [("block", Cursor::Block), ("bar", Cursor::Bar), ("underline", Cursor::Underline)];
const DEFAULTS: [(&str, Defaults); 2] =
    [("overwrite", Defaults::Overwrite), ("keep-edits", Defaults::KeepEdits)];
const LEVELS: [(&str, LogLevel); 5] = [
    ("error", LogLevel::Error),
    ("warn", LogLevel::Warn),
    ("info", LogLevel::Info),
    ("debug", LogLevel::Debug),
    ("trace", LogLevel::Trace),
];

/// Reads the settings. What is wrong keeps the value it had in `last`; what is not there has its default.
pub(crate) fn read(file: &Path, text: &str, last: &Config) -> (Config, Vec<Problem>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Problems::of(file, text);
    let config = match yaml::parse(text) {
        Ok(Some(root)) if !is_null(&root) => {
            read_root(&root, last, &mut problems).unwrap_or_else(|| last.clone())
        }
        Ok(_) => Config::default(),
        Err(fault) => {
            let message = match fault.code {
                "many-documents" => "the settings are one document, but here a second begins".to_owned(),
                _ => fault.message,
            };
            problems.error(fault.at, fault.code, message, fault.fix);
            last.clone()
        }
    };
    let mut found = problems.found;
    found.sort_by_key(|problem| (problem.line, problem.column));
    for problem in &mut found {
        // An error is what keeps an action from running; nothing here does.
        problem.severity = Severity::Warning;
        problem.message.push_str(match problem.code.as_str() {
            "unknown-key" => "; it is left alone",
            "same-keys" => "",
            _ => "; what was set before still holds",
        });
    }
    (config, found)
}

fn is_null(node: &Node) -> bool {
    matches!(node.scalar(), Some((_, Scalar::Null)))
}

fn read_root(root: &Node, last: &Config, problems: &mut Problems<'_>) -> Option<Config> {
    let usual = Config::default();
    let mut fields = Fields::open("the settings", root, problems)?;
    /// A value as it was read, else as it was last if it is wrong, else as it is usual.
    macro_rules! setting {
        ($name:ident, $key:literal, $read:expr) => {{
            let read = $read;
            match read {
                Some(value) => value,
                None if fields.took($key) => last.$name.clone(),
                None => usual.$name.clone(),
            }
        }};
    }
    let theme = setting!(theme, "theme", fields.choice("theme", &THEMES));
    let font_family = setting!(font_family, "font-family", text(&mut fields, "font-family").map(Some));
    let font_size = setting!(font_size, "font-size", number(&mut fields, "font-size", 8..=32));
    let line_height = setting!(line_height, "line-height", number(&mut fields, "line-height", 1.0..=2.0));
    let cursor = setting!(cursor, "cursor", fields.choice("cursor", &CURSORS));
    let cursor_blink = setting!(cursor_blink, "cursor-blink", fields.flag("cursor-blink"));
    let scrollback_lines = setting!(
        scrollback_lines,
        "scrollback-lines",
        number(&mut fields, "scrollback-lines", 100..=200_000)
    );
    let webgl = setting!(webgl, "webgl", fields.flag("webgl"));
    let programs_copy = setting!(programs_copy, "programs-copy", fields.flag("programs-copy"));
    let screen_reader_mode =
        setting!(screen_reader_mode, "screen-reader-mode", fields.flag("screen-reader-mode"));
    let shell = setting!(shell, "shell", text(&mut fields, "shell").map(Some));
    let notify_bell = setting!(notify_bell, "notify-bell", fields.flag("notify-bell"));
    let notify_finished = setting!(notify_finished, "notify-finished", fields.flag("notify-finished"));
    let notify_failed = setting!(notify_failed, "notify-failed", fields.flag("notify-failed"));
    let shortcuts = fields.take("shortcuts").filter(|node| !is_null(node));
    let shortcuts = shortcuts.map_or_else(BTreeMap::new, |node| read_shortcuts(node, last, fields.problems));
    let defaults = setting!(defaults, "defaults", fields.choice("defaults", &DEFAULTS));
    let idle_minutes =
        setting!(idle_minutes, "idle-minutes", number(&mut fields, "idle-minutes", 1..=10_080));
    let log = setting!(log, "log", fields.choice("log", &LEVELS));
    fields.finish();
    Some(Config {
        theme,
        font_family,
        font_size,
        line_height,
        cursor,
        cursor_blink,
        scrollback_lines,
        webgl,
        programs_copy,
        screen_reader_mode,
        shell,
        notify_bell,
        notify_finished,
        notify_failed,
        shortcuts,
        defaults,
        idle_minutes,
        log,
    })
}

fn read_shortcuts(
    node: &Node,
    last: &Config,
    problems: &mut Problems<'_>,
) -> BTreeMap<WindowCommand, String> {
    let Some(mut fields) = Fields::open("`shortcuts`", node, problems) else { return last.shortcuts.clone() };
    let mut shortcuts = BTreeMap::new();
    let mut taken: Vec<(&str, &str)> = Vec::new();
    for &(name, command) in WindowCommand::ALL {
        let Some((keys, node)) = fields.text_node(name) else {
            if fields.took(name)
                && let Some(kept) = last.shortcuts.get(&command)
            {
                shortcuts.insert(command, kept.clone());
            }
            continue;
        };
        if is_keys(keys) {
            let twin = taken.iter().find(|(_, other)| keys != "none" && are_same(keys, other));
            if let Some((other, _)) = twin {
                let message =
                    format!("`{name}` and `{other}` have the same keys, and only one of them gets them");
                let fix = Some(format!("give `{name}` or `{other}` other keys, or `none`"));
                fields.problems.error(node.at, "same-keys", message, fix);
            }
            taken.push((name, keys));
            shortcuts.insert(command, keys.to_owned());
        } else {
            let fix = Some("write keys such as `Ctrl+Shift+P`, `Alt+ArrowLeft` or `F2`".to_owned());
            fields.wrong(name, "keys, or `none`", node, fix);
            if let Some(kept) = last.shortcuts.get(&command) {
                shortcuts.insert(command, kept.clone());
            }
        }
    }
    fields.finish();
    shortcuts
}

/// A text that says something.
fn text(fields: &mut Fields<'_, '_, '_>, key: &'static str) -> Option<String> {
    let (text, node) = fields.text_node(key)?;
    if text.trim().is_empty() {
        fields.wrong(key, "a text", node, Some("leave the key out for what is usual".into()));
        return None;
    }
    Some(text.to_owned())
}

fn number<N: FromStr + PartialOrd + Display>(
    fields: &mut Fields<'_, '_, '_>,
    key: &'static str,
    range: RangeInclusive<N>,
) -> Option<N> {
    let node = fields.take(key)?;
    let number = match node.scalar() {
        Some((text, Scalar::Number)) => text.parse().ok().filter(|number| range.contains(number)),
        _ => None,
    };
    if number.is_none() {
        fields.wrong(key, &format!("a number from {} to {}", range.start(), range.end()), node, None);
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, last: &Config) -> (Config, Vec<String>) {
        let (config, problems) = read(Path::new("config.yaml"), text, last);
        let line = |problem: Problem| {
            assert_eq!(problem.severity, Severity::Warning);
            let fix = problem.fix.unwrap_or_default();
            format!("{}:{} {} [{fix}]", problem.line, problem.column, problem.message)
        };
        (config, problems.into_iter().map(line).collect())
    }

    #[test]
    fn settings_are_read_and_a_file_without_any_is_fine() {
        let text =
            "theme: dark\nfont-size: 15\nline-height: 1.25\nshortcuts:\n  palette: Ctrl+K\n  find: none\n";
        let (config, problems) = said(text, &Config::default());
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!((config.theme, config.font_size, config.line_height), (Theme::Dark, 15, 1.25));
        assert_eq!(config.shortcuts[&WindowCommand::Palette], "Ctrl+K");
        assert_eq!(config.scrollback_lines, Config::default().scrollback_lines);
        for empty in ["", "# nothing\n", "---\n", "\u{feff}", "shortcuts:\n"] {
            assert_eq!(said(empty, &config), (Config::default(), Vec::new()), "{empty:?}");
        }
    }

    #[test]
    fn each_mistake_has_its_place_and_costs_one_setting() {
        let last = Config { font_size: 20, cursor: Cursor::Bar, ..Config::default() };
        let text = "font-size: huge\ncursor: blok\ntheme: dark\nfont_family: Fira\nshortcuts: { open-foldr: F2, find: Z }\n";
        let (config, problems) = said(text, &last);
        assert_eq!(
            (config.font_size, config.cursor, config.theme),
            (20, Cursor::Bar, Theme::Dark),
            "what is good holds, what is wrong stays as it was"
        );
        assert_eq!(
            problems,
            [
                "1:12 `font-size` must be a number from 8 to 32, but here is `huge`; what was set before still holds []",
                "2:9 `cursor` must be one of `block`, `bar` and `underline`, but here is `blok`; what was set before still holds [did you mean `block`?]",
                "4:1 unknown key `font_family`; it is left alone [did you mean `font-family`?]",
                "5:14 unknown key `open-foldr`; it is left alone [did you mean `open-folder`?]",
                "5:36 `find` must be keys, or `none`, but here is `Z`; what was set before still holds [write keys such as `Ctrl+Shift+P`, `Alt+ArrowLeft` or `F2`]",
            ]
        );
    }

    #[test]
    fn two_commands_with_the_same_keys_are_told() {
        let text =
            "shortcuts:\n  find: Ctrl+Shift+K\n  sidebar: none\n  open-folder: none\n  tab-3: Shift+Ctrl+K\n";
        let (config, problems) = said(text, &Config::default());
        assert_eq!(config.shortcuts.len(), 4);
        assert_eq!(
            problems,
            [
                "5:10 `tab-3` and `find` have the same keys, and only one of them gets them [give `tab-3` or `find` other keys, or `none`]"
            ]
        );
    }

    #[test]
    fn a_file_that_is_no_yaml_changes_nothing() {
        let last = Config { font_size: 20, ..Config::default() };
        for broken in ["font-size: [", "- a\n", "a: 1\n---\nb: 2\n", "{"] {
            let (config, problems) = said(broken, &last);
            assert_eq!((config, problems.len()), (last.clone(), 1), "{broken:?}");
        }
    }
}
