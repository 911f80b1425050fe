//! Which editor opens a file, and how it is told the line. A pure choice: starting it is in `native`.

use std::path::Path;

/// What the choice rests on.
pub struct Surroundings<'a> {
    /// `$VISUAL`, else `$EDITOR`, as the user set it; may carry arguments.
    pub preferred: Option<&'a str>,
    /// Whether a program of this name is on PATH.
    pub installed: &'a dyn Fn(&str) -> bool,
    /// What opens a file with whatever the desktop thinks fits.
    pub opener: &'a str,
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
}

/// Editors with a window of their own. One that needs a terminal (`vim`, `nano`) can't be opened from a
/// window, so it is passed over.
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
    ("gnome-text-editor", Line::Plus),
    ("emacs", Line::Plus),
    ("mousepad", Line::Flag),
    ("kate", Line::Flag),
    ("idea", Line::Flag),
];

/// Tried in this order when the user prefers none.
const USUAL: &[&str] = &["code", "zed", "subl"];

/// The program and its arguments that open `file`, at `line` (counted from 1) where the editor can.
pub fn command(around: &Surroundings<'_>, file: &Path, line: Option<u32>) -> Vec<String> {
    let preferred: Vec<&str> = around.preferred.unwrap_or_default().split_whitespace().collect();
    let usual = || USUAL.iter().find(|name| (around.installed)(name)).map(|name| vec![*name]);
    let chosen = Some(preferred).filter(|words| takes_line(words).is_some()).or_else(usual);
    let file = file.display().to_string();
    let Some(words) = chosen else {
        return vec![around.opener.to_owned(), file];
    };
    let place = match (takes_line(&words), line) {
        (Some(Line::Goto), Some(line)) => vec!["--goto".to_owned(), format!("{file}:{line}")],
        (Some(Line::Suffix), Some(line)) => vec![format!("{file}:{line}")],
        (Some(Line::Plus), Some(line)) => vec![format!("+{line}"), file],
        (Some(Line::Flag), Some(line)) => vec!["--line".to_owned(), line.to_string(), file],
        _ => vec![file],
    };
    words.into_iter().map(str::to_owned).chain(place).collect()
}

fn takes_line(words: &[&str]) -> Option<Line> {
    let program = Path::new(words.first()?).file_stem()?.to_str()?;
    GRAPHICAL.iter().find(|(name, _)| *name == program).map(|(_, line)| *line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(preferred: Option<&str>, installed: &[&str], line: Option<u32>) -> String {
        let installed = |name: &str| installed.contains(&name);
        let around = Surroundings { preferred, installed: &installed, opener: "xdg-open" };
        command(&around, Path::new("/a/hello.yaml"), line).join(" ")
    }

    #[test]
    fn the_users_graphical_editor_comes_first_with_its_own_arguments() {
        assert_eq!(chosen(Some("gvim -f"), &["code"], Some(3)), "gvim -f +3 /a/hello.yaml");
        assert_eq!(chosen(Some("/usr/bin/zed"), &[], Some(3)), "/usr/bin/zed /a/hello.yaml:3");
    }

    #[test]
    fn an_editor_that_needs_a_terminal_is_passed_over() {
        assert_eq!(chosen(Some("vim"), &["subl", "code"], Some(7)), "code --goto /a/hello.yaml:7");
        assert_eq!(chosen(Some("nano"), &[], Some(7)), "xdg-open /a/hello.yaml");
    }

    #[test]
    fn without_a_line_the_file_alone_is_named() {
        assert_eq!(chosen(None, &["zed"], None), "zed /a/hello.yaml");
        assert_eq!(chosen(Some(""), &[], None), "xdg-open /a/hello.yaml");
    }
}
