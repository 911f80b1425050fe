//! Which editor opens a file, and how it is told the line. A pure choice: starting it is in `native`.

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

/// How an editor takes a line.
#[derive(Clone, Copy)]
enum Line {
    /// `--goto FILE:LINE`
    Goto,
    /// `FILE:LINE`
    Suffix,
    /// `+LINE FILE`
    Plus,
    /// `--line LINE FILE`
    Flag,
    /// Not at all, as far as is known.
    Never,
}

const GRAPHICAL: &[(&str, Line)] = &[
    ("code", Line::Goto),
    ("code-insiders", Line::Goto),
    ("codium", Line::Goto),
    ("cursor", Line::Goto),
    ("windsurf", Line::Goto),
    ("zed", Line::Suffix),
    ("zeditor", Line::Suffix),
    ("subl", Line::Suffix),
    ("gvim", Line::Plus),
    ("mvim", Line::Plus),
    ("gedit", Line::Plus),
    ("geany", Line::Plus),
    ("pluma", Line::Plus),
    ("xed", Line::Plus),
    ("gnome-text-editor", Line::Plus),
    ("emacs", Line::Plus),
    ("emacsclient", Line::Plus),
    ("mousepad", Line::Flag),
    ("kate", Line::Flag),
    ("idea", Line::Flag),
];

/// Editors that need a terminal, whatever their arguments.
const IN_A_TERMINAL: &[(&str, Line)] = &[
    ("vi", Line::Plus),
    ("vim", Line::Plus),
    ("nvim", Line::Plus),
    ("view", Line::Plus),
    ("nano", Line::Plus),
    ("pico", Line::Plus),
    ("micro", Line::Plus),
    ("kak", Line::Plus),
    ("joe", Line::Plus),
    ("jed", Line::Never),
    ("mg", Line::Plus),
    ("ne", Line::Plus),
    ("mcedit", Line::Suffix),
    ("hx", Line::Suffix),
    ("helix", Line::Suffix),
    ("ed", Line::Never),
];

/// What makes an editor with a window stay in the terminal (`emacs -nw`).
const WINDOWLESS: &[&str] = &["-nw", "-t", "--tty", "--no-window-system"];

/// Tried in this order when the user prefers none.
const USUAL: &[&str] = &["code", "zed", "subl"];

/// What opens `file`, at `line` (counted from 1) where the editor can.
pub fn opening(around: &Surroundings<'_>, file: &Path, line: Option<u32>) -> Opening {
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
    match (takes, line) {
        (Line::Goto, Some(line)) => command.extend(["--goto".to_owned(), format!("{file}:{line}")]),
        (Line::Suffix, Some(line)) => command.push(format!("{file}:{line}")),
        (Line::Plus, Some(line)) => command.extend([format!("+{line}"), file]),
        (Line::Flag, Some(line)) => command.extend(["--line".to_owned(), line.to_string(), file]),
        (Line::Never, Some(_)) | (_, None) => command.push(file),
    }
    if in_a_terminal { Opening::Terminal(command) } else { Opening::Window(command) }
}

/// The words of a command line; one that is there under the whole text is meant, whatever blanks are in it.
fn words(around: &Surroundings<'_>, text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    if text.contains('/') && (around.installed)(text) {
        return Some(vec![text.to_owned()]);
    }
    shell_words::split(text).ok().filter(|words| !words.is_empty())
}

fn kind(command: &[String]) -> (Line, bool) {
    let program = Path::new(&command[0]).file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let of = |known: &[(&str, Line)]| known.iter().find(|(name, _)| *name == program).map(|(_, line)| *line);
    if let Some(line) = of(IN_A_TERMINAL) {
        return (line, true);
    }
    let windowless = program.starts_with("emacs")
        && command[1..].iter().any(|argument| WINDOWLESS.contains(&argument.as_str()));
    (of(GRAPHICAL).unwrap_or(Line::Never), windowless)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(preferred: &[&str], installed: &[&str], line: Option<u32>) -> String {
        let installed = |name: &str| installed.contains(&name);
        let preferred: Vec<String> = preferred.iter().map(|&name| name.to_owned()).collect();
        let around = Surroundings { preferred: &preferred, installed: &installed, opener: "xdg-open" };
        match opening(&around, Path::new("/a/hello.yaml"), line) {
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
