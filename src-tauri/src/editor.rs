//! Which editor opens a file, and how it is told the place in it. A pure choice: starting it is in `native`.

use std::path::Path;

/// What the choice rests on.
pub struct Surroundings<'a> {
    /// The commands that the user named, the one that is meant most first: the setting, `$VISUAL`, `$EDITOR`.
    pub preferred: &'a [String],
    /// Whether this program is there: a path, or a name on PATH.
    pub installed: &'a dyn Fn(&str) -> bool,
    /// What opens a file with whatever the desktop thinks fits.
    pub opener: &'a str,
}

/// How a file is opened.
#[derive(Debug, PartialEq, Eq)]
pub enum Opening {
    /// By a program with a window of its own.
    Window(Vec<String>),
    /// By one that needs a terminal.
    Terminal(Vec<String>),
}

/// A place in a file, counted from 1.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
pub struct Place {
    pub line: u32,
    pub column: Option<u32>,
}

/// How an editor takes a place.
#[derive(Clone, Copy)]
enum Takes {
    /// `--goto FILE:LINE:COLUMN`
    Goto,
    /// `FILE:LINE:COLUMN`
    Suffix,
    /// `FILE:LINE`
    LineSuffix,
    /// `+LINE FILE`
    Plus,
    /// `+LINE:COLUMN FILE`
    PlusColon,
    /// `+LINE,COLUMN FILE`
    PlusComma,
    /// `+call cursor(LINE,COLUMN) FILE`
    Cursor,
    /// `--line LINE FILE`
    Flag,
    /// Not at all, as far as is known.
    Never,
}

const GRAPHICAL: &[(&str, Takes)] = &[
    ("code", Takes::Goto),
    ("code-insiders", Takes::Goto),
    ("codium", Takes::Goto),
    ("cursor", Takes::Goto),
    ("windsurf", Takes::Goto),
    ("zed", Takes::Suffix),
    ("zeditor", Takes::Suffix),
    ("subl", Takes::Suffix),
    ("gvim", Takes::Cursor),
    ("mvim", Takes::Cursor),
    ("gedit", Takes::Plus),
    ("geany", Takes::Plus),
    ("pluma", Takes::Plus),
    ("xed", Takes::Plus),
    ("gnome-text-editor", Takes::Plus),
    ("emacs", Takes::PlusColon),
    ("emacsclient", Takes::PlusColon),
    ("mousepad", Takes::Flag),
    ("kate", Takes::Flag),
    ("idea", Takes::Flag),
];

/// Editors that need a terminal, whatever their arguments.
const IN_A_TERMINAL: &[(&str, Takes)] = &[
    ("vi", Takes::Plus),
    ("vim", Takes::Cursor),
    ("nvim", Takes::Cursor),
    ("view", Takes::Plus),
    ("nano", Takes::PlusComma),
    ("pico", Takes::Plus),
    ("micro", Takes::PlusColon),
    ("kak", Takes::PlusColon),
    ("joe", Takes::Plus),
    ("jed", Takes::Never),
    ("mg", Takes::Plus),
    ("ne", Takes::Plus),
    ("mcedit", Takes::LineSuffix),
    ("hx", Takes::Suffix),
    ("helix", Takes::Suffix),
    ("ed", Takes::Never),
];

/// What makes an editor with a window stay in the terminal (`emacs -nw`).
const WINDOWLESS: &[&str] = &["-nw", "-t", "--tty", "--no-window-system"];

/// Tried in this order when the user prefers none.
const USUAL: &[&str] = &["code", "zed", "subl"];

/// What opens `file`, at a place where the editor can.
pub fn opening(around: &Surroundings<'_>, file: &Path, at: Option<Place>) -> Opening {
    let named: Vec<Vec<String>> = around.preferred.iter().filter_map(|text| words(around, text)).collect();
    let there = |words: &&Vec<String>| (around.installed)(&words[0]);
    let usual = || USUAL.iter().find(|name| (around.installed)(name)).map(|name| vec![(*name).to_owned()]);
    // Where none of them is there, starting the first one tells so.
    let chosen = named.iter().find(there).or(named.first()).cloned().or_else(usual);
    let Some(mut command) = chosen else {
        return Opening::Window(vec![around.opener.to_owned(), file.display().to_string()]);
    };
    let (takes, in_a_terminal) = kind(&command);
    let file = file.display().to_string();
    match at {
        Some(at) => command.extend(arguments(takes, file, at)),
        None => command.push(file),
    }
    if in_a_terminal { Opening::Terminal(command) } else { Opening::Window(command) }
}

/// How an editor is told to open a file at a place.
fn arguments(takes: Takes, file: String, Place { line, column }: Place) -> Vec<String> {
    let behind = |mark: char| column.map(|column| format!("{mark}{column}")).unwrap_or_default();
    match takes {
        Takes::Goto => vec!["--goto".to_owned(), format!("{file}:{line}{}", behind(':'))],
        Takes::Suffix => vec![format!("{file}:{line}{}", behind(':'))],
        Takes::LineSuffix => vec![format!("{file}:{line}")],
        Takes::PlusColon => vec![format!("+{line}{}", behind(':')), file],
        Takes::PlusComma => vec![format!("+{line}{}", behind(',')), file],
        Takes::Cursor => {
            vec![column.map_or(format!("+{line}"), |column| format!("+call cursor({line},{column})")), file]
        }
        Takes::Plus => vec![format!("+{line}"), file],
        Takes::Flag => vec!["--line".to_owned(), line.to_string(), file],
        Takes::Never => vec![file],
    }
}

/// The words of a command line; one that is there under the whole text is meant, whatever blanks are in it.
fn words(around: &Surroundings<'_>, text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    if text.contains('/') && (around.installed)(text) {
        return Some(vec![text.to_owned()]);
    }
    shell_words::split(text).ok().filter(|words| !words.is_empty())
}

fn kind(command: &[String]) -> (Takes, bool) {
    let program = Path::new(&command[0]).file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let of = |known: &[(&str, Takes)]| known.iter().find(|(name, _)| *name == program).map(|(_, line)| *line);
    if let Some(line) = of(IN_A_TERMINAL) {
        return (line, true);
    }
    let windowless = program.starts_with("emacs")
        && command[1..].iter().any(|argument| WINDOWLESS.contains(&argument.as_str()));
    (of(GRAPHICAL).unwrap_or(Takes::Never), windowless)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(preferred: &[&str], installed: &[&str], line: Option<u32>) -> String {
        at(preferred, installed, line.map(|line| Place { line, column: None }))
    }

    fn at(preferred: &[&str], installed: &[&str], at: Option<Place>) -> String {
        let installed = |name: &str| installed.contains(&name);
        let preferred: Vec<String> = preferred.iter().map(|&name| name.to_owned()).collect();
        let around = Surroundings { preferred: &preferred, installed: &installed, opener: "xdg-open" };
        match opening(&around, Path::new("/a/hello.yaml"), at) {
            Opening::Window(command) => command.join(" "),
            Opening::Terminal(command) => format!("terminal: {}", command.join(" ")),
        }
    }

    #[test]
    fn the_users_editor_comes_first_with_its_own_arguments() {
        assert_eq!(chosen(&["gvim -f"], &["code", "gvim"], Some(3)), "gvim -f +3 /a/hello.yaml");
        assert_eq!(chosen(&["/usr/bin/zed"], &["/usr/bin/zed"], Some(3)), "/usr/bin/zed /a/hello.yaml:3");
        assert_eq!(chosen(&["code --wait", "vim"], &["code", "vim"], None), "code --wait /a/hello.yaml");
    }

    #[test]
    fn one_that_is_not_known_gets_the_file_alone() {
        assert_eq!(chosen(&["/my/editor"], &["code", "/my/editor"], Some(7)), "/my/editor /a/hello.yaml");
        assert_eq!(chosen(&["'/my own/edit' -x"], &["code"], Some(7)), "/my own/edit -x /a/hello.yaml");
        assert_eq!(chosen(&["/my own/edit"], &["/my own/edit"], Some(7)), "/my own/edit /a/hello.yaml");
    }

    #[test]
    fn one_that_needs_a_terminal_gets_one() {
        assert_eq!(chosen(&["vim"], &["vim", "code"], Some(7)), "terminal: vim +7 /a/hello.yaml");
        assert_eq!(chosen(&["hx"], &["hx"], Some(7)), "terminal: hx /a/hello.yaml:7");
        assert_eq!(chosen(&["emacs -nw"], &["emacs"], Some(7)), "terminal: emacs -nw +7 /a/hello.yaml");
        assert_eq!(chosen(&["emacs"], &["emacs"], Some(7)), "emacs +7 /a/hello.yaml");
    }

    #[test]
    fn the_column_goes_along_where_the_editor_takes_it() {
        let place = Some(Place { line: 4, column: Some(11) });
        for (editor, told) in [
            ("code", "code --goto /a/hello.yaml:4:11"),
            ("vim", "terminal: vim +call cursor(4,11) /a/hello.yaml"),
            ("vi", "terminal: vi +4 /a/hello.yaml"),
            ("nano", "terminal: nano +4,11 /a/hello.yaml"),
            ("emacs -nw", "terminal: emacs -nw +4:11 /a/hello.yaml"),
            ("hx", "terminal: hx /a/hello.yaml:4:11"),
            ("mcedit", "terminal: mcedit /a/hello.yaml:4"),
            ("kate", "kate --line 4 /a/hello.yaml"),
        ] {
            assert_eq!(at(&[editor], &[editor.split(' ').next().unwrap()], place), told);
        }
    }

    #[test]
    fn one_that_is_not_there_leaves_its_place_to_the_next_and_is_told_where_there_is_none() {
        assert_eq!(chosen(&["gone", "code"], &["code"], Some(2)), "code --goto /a/hello.yaml:2");
        assert_eq!(chosen(&["gone"], &["code"], Some(2)), "gone /a/hello.yaml");
    }

    #[test]
    fn without_any_the_usual_ones_and_the_desktops_own_are_tried() {
        assert_eq!(chosen(&[], &["zed"], None), "zed /a/hello.yaml");
        assert_eq!(chosen(&["", " "], &[], Some(1)), "xdg-open /a/hello.yaml");
    }
}
