//! Reads `config.yaml`: each key by itself, so that one mistake costs one setting and not all of them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;

use super::shortcut::{WindowCommand, are_same, is_keys};
use super::{Config, Cursor, Defaults, LogLevel, Theme, UNREAD};
use crate::action::fields::{Fields, Problems, Scalar};
use crate::action::yaml::{self, Kind, Node, Place};
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

/// The file as a whole, in messages.
pub(super) const FILE: &str = "`config.yaml`";

/// Where the value of a setting stands.
pub(crate) fn place_of(text: &str, key: &str) -> Option<(usize, usize)> {
    let root = yaml::parse(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()??;
    let Kind::Map(pairs) = &root.kind else { return None };
    let (_, value) = pairs.iter().find(|(name, _)| name.scalar().is_some_and(|(name, _)| name == key))?;
    Some((value.at.line, value.at.column))
}

/// Reads the settings. What is wrong keeps the value it had in `last`; what is not there has its default.
pub(crate) fn read(file: &Path, text: &str, last: &Config) -> (Config, Vec<Problem>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Problems::of(file, text);
    let config = match yaml::parse(text) {
        Ok(Some(root)) if !is_null(&root) => read_root(&root, last, &mut problems),
        Ok(_) => Some(Config::default()),
        Err(fault) => {
            let message = match fault.code {
                "many-documents" => "the settings are one document, but here a second begins".to_owned(),
                _ => fault.message,
            };
            problems.error(within(text, fault.at), fault.code, message, fault.fix);
            None
        }
    };
    let mut found = problems.found;
    found.sort_by_key(|problem| (problem.line, problem.column));
    for problem in &mut found {
        // An error is what keeps an action from running; nothing here does.
        problem.severity = Severity::Warning;
        if let Some(fix) = &mut problem.fix {
            // All of them are more than a message holds.
            if fix.starts_with("`config.yaml` knows") {
                "`ai-orchestrator config show` lists the settings".clone_into(fix);
            } else if fix.starts_with("`shortcuts` knows") {
                "the keyboard page of the settings lists the commands".clone_into(fix);
            }
        }
        problem.message.push_str(match problem.code.as_str() {
            "unknown-key" => "; it is left alone",
            "same-keys" => "",
            "duplicate-key" if config.is_some() => "; that one holds",
            _ if config.is_none() => UNREAD,
            _ if problem.message.starts_with("`defaults` must") => {
                "; until that is mended, edited default actions are left as they are"
            }
            _ => "; what was set before still holds",
        });
    }
    (config.unwrap_or_else(|| last.unread()), found)
}

/// The place, or the end of what is written if that is before it: a file that ends too early is wrong at its end.
fn within(text: &str, at: Place) -> Place {
    let end = text.trim_end();
    let last = Place {
        line: end.lines().count().max(1),
        column: end.lines().last().unwrap_or_default().chars().count() + 1,
    };
    at.min(last)
}

fn is_null(node: &Node) -> bool {
    matches!(node.scalar(), Some((_, Scalar::Null)))
}

fn read_root(root: &Node, last: &Config, problems: &mut Problems<'_>) -> Option<Config> {
    let usual = Config::default();
    let mut fields = Fields::open(FILE, root, problems)?;
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
    let font_size = setting!(font_size, "font-size", whole(&mut fields, "font-size", 8..=32));
    let line_height = setting!(line_height, "line-height", number(&mut fields, "line-height", 1.0..=2.0));
    let cursor = setting!(cursor, "cursor", fields.choice("cursor", &CURSORS));
    let cursor_blink = setting!(cursor_blink, "cursor-blink", flag(&mut fields, "cursor-blink"));
    let scrollback_lines =
        setting!(scrollback_lines, "scrollback-lines", whole(&mut fields, "scrollback-lines", 100..=200_000));
    let webgl = setting!(webgl, "webgl", flag(&mut fields, "webgl"));
    let programs_copy = setting!(programs_copy, "programs-copy", flag(&mut fields, "programs-copy"));
    let screen_reader_mode =
        setting!(screen_reader_mode, "screen-reader-mode", flag(&mut fields, "screen-reader-mode"));
    let shell = setting!(shell, "shell", text(&mut fields, "shell").map(Some));
    let editor = setting!(editor, "editor", text(&mut fields, "editor").map(Some));
    let notify_bell = setting!(notify_bell, "notify-bell", flag(&mut fields, "notify-bell"));
    let notify_finished = setting!(notify_finished, "notify-finished", flag(&mut fields, "notify-finished"));
    let notify_failed = setting!(notify_failed, "notify-failed", flag(&mut fields, "notify-failed"));
    let shortcuts = fields.take("shortcuts").filter(|node| !is_null(node));
    let shortcuts = shortcuts.map_or_else(BTreeMap::new, |node| read_shortcuts(node, last, fields.problems));
    // What was asked for is not known: then nothing of the user's is replaced.
    let defaults = match fields.choice("defaults", &DEFAULTS) {
        Some(defaults) => defaults,
        None if fields.took("defaults") => Defaults::KeepEdits,
        None => usual.defaults,
    };
    let idle_minutes = setting!(idle_minutes, "idle-minutes", whole(&mut fields, "idle-minutes", 1..=10_080));
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
        editor,
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

/// `true` or `false`; what other languages say for it is understood, and told.
fn flag(fields: &mut Fields<'_, '_, '_>, key: &'static str) -> Option<bool> {
    let node = fields.take(key)?;
    let fix = match node.scalar() {
        Some((_, Scalar::Bool(flag))) => return Some(flag),
        Some(("true" | "false", _)) => Some("leave out the quotes".to_owned()),
        Some((word, _)) => match word.to_lowercase().as_str() {
            "yes" | "on" | "y" | "1" => Some("write `true`".to_owned()),
            "no" | "off" | "n" | "0" => Some("write `false`".to_owned()),
            _ => None,
        },
        None => None,
    };
    fields.wrong(key, "`true` or `false`", node, fix);
    None
}

fn whole(fields: &mut Fields<'_, '_, '_>, key: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
    let node = fields.take(key)?;
    let number =
        node.whole().and_then(|number| number.try_into().ok()).filter(|number| range.contains(number));
    if number.is_none() {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        no_number(fields, key, &expected, node);
    }
    number
}

fn number(fields: &mut Fields<'_, '_, '_>, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
    let node = fields.take(key)?;
    let number = match node.scalar() {
        Some((text, Scalar::Number)) => text.parse().ok().filter(|number| range.contains(number)),
        _ => None,
    };
    if number.is_none() {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        no_number(fields, key, &expected, node);
    }
    number
}

fn no_number(fields: &mut Fields<'_, '_, '_>, key: &str, expected: &str, node: &Node) {
    match node.scalar() {
        // That it is a number is not what is wrong with it.
        Some((text, Scalar::Number)) => {
            let message = format!("`{key}` must be {expected}, but here is `{text}`");
            fields.problems.error(node.at, "wrong-type", message, None);
        }
        Some((text, Scalar::Text)) if text.parse::<f64>().is_ok() => {
            let fix = format!("leave out the quotes: {key}: {text}");
            fields.problems.error(
                node.at,
                "wrong-type",
                format!("`{key}` must be {expected}, but here is a text"),
                Some(fix),
            );
        }
        Some((_, Scalar::Null)) => {
            fields.wrong(key, expected, node, Some("leave the key out for what is usual".to_owned()));
        }
        _ => fields.wrong(key, expected, node, None),
    }
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
                "1:12 `font-size` must be a whole number from 8 to 32, but here is `huge`; what was set before still holds []",
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
    fn wrong_values_are_told_in_words_that_help() {
        let first = |text: &str| {
            let (_, problems) = said(text, &Config::default());
            let problem = problems.into_iter().next().unwrap_or_default();
            problem.replace(UNREAD, "").replace("; what was set before still holds", "")
        };
        for (text, told) in [
            ("font-size: 99\n", "1:12 `font-size` must be a whole number from 8 to 32, but here is `99` []"),
            (
                "font-size: 14.5\n",
                "1:12 `font-size` must be a whole number from 8 to 32, but here is `14.5` []",
            ),
            (
                "font-size: \"14\"\n",
                "1:12 `font-size` must be a whole number from 8 to 32, but here is a text [leave out the quotes: font-size: 14]",
            ),
            ("line-height: 3\n", "1:14 `line-height` must be a number from 1 to 2, but here is `3` []"),
            (
                "font-size:\n",
                "1:10 `font-size` must be a whole number from 8 to 32, but here is nothing [leave the key out for what is usual]",
            ),
            ("webgl: yes\n", "1:8 `webgl` must be `true` or `false`, but here is `yes` [write `true`]"),
            ("webgl: 'off'\n", "1:8 `webgl` must be `true` or `false`, but here is `off` [write `false`]"),
            (
                "webgl: 'true'\n",
                "1:8 `webgl` must be `true` or `false`, but here is `true` [leave out the quotes]",
            ),
            (
                "theme: dark\ntheme: light\n",
                "2:1 `theme` stands here twice; the first is on line 1; that one holds [remove one of the two]",
            ),
            (
                "hue: red\n",
                "1:1 unknown key `hue`; it is left alone [`ai-orchestrator config show` lists the settings]",
            ),
            (
                "shortcuts: { jump-about: F3 }\n",
                "1:14 unknown key `jump-about`; it is left alone [the keyboard page of the settings lists the commands]",
            ),
            ("hello\n", "1:1 `config.yaml` is a mapping of keys and values, but here is a text []"),
            // Half of a file is wrong at its end, and not below it.
            (
                "theme: dark\nfont-size: [\n",
                "2:12 the `[` that opens here is never closed [close it with `]`, or put quotes around the whole text if it is one]",
            ),
            ("theme: dark\nfont-si", "2:1 this line is no `key: value` [write `font-si:` if it is a key]"),
            (
                "theme: dark\n\tfont-size: 9\n",
                "2:1 a tab stands where YAML wants blanks [use blanks there; YAML allows no tabs]",
            ),
        ] {
            assert_eq!(first(text), told, "{text:?}");
        }
        for good in ["font-size: 14.0\n", "font-size: 0xE\n", "font-size: 1.4e1\n"] {
            assert_eq!(
                (said(good, &Config::default()).0.font_size, first(good).as_str()),
                (14, ""),
                "{good}"
            );
        }
    }

    #[test]
    fn a_file_that_is_no_yaml_changes_nothing() {
        let last = Config { font_size: 20, ..Config::default() };
        for broken in ["font-size: [", "- a\n", "a: 1\n---\nb: 2\n", "{"] {
            let (config, problems) = said(broken, &last);
            assert_eq!((config, problems.len()), (last.unread(), 1), "{broken:?}");
        }
    }
}
