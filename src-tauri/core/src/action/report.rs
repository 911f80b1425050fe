//! Problems for a terminal: place, code and message, the line itself, and a caret under it.

use std::fmt::Write as _;

use super::{Problem, Severity, visible};

/// Renders one problem; `source` is the file's text, for the line and the caret.
///
/// The first line is `file:line:column: error[code]: message`, which editors can jump to.
#[must_use]
pub fn report(problem: &Problem, source: &str) -> String {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let file = visible(&problem.file.to_string_lossy());
    let (line, column) = (problem.line, problem.column);
    let mut text =
        format!("{file}:{line}:{column}: {severity}[{}]: {}\n", problem.code, visible(&problem.message));
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    // Of a file that is no text, a line would tell nothing; and one that was not read is not to be seen.
    let is_text = problem.is_about_text() && !source.contains('\0');
    if let Some(content) = line.checked_sub(1).and_then(|index| source.lines().nth(index)).filter(|_| is_text)
    {
        // Tabs and what is invisible keep their width of one, so that the caret stands right.
        let (start, shown) = window(content, column);
        let gutter = line.to_string();
        let blank = " ".repeat(gutter.len());
        let caret = " ".repeat(column.saturating_sub(1).saturating_sub(start));
        let _ = writeln!(text, "{blank} |\n{gutter} | {shown}\n{blank} | {caret}^");
    }
    if let Some(fix) = &problem.fix {
        let _ = writeln!(text, "  = fix: {}", visible(fix));
    }
    text
}

/// The part of a line that is shown, and how many characters stand before it.
fn window(content: &str, column: usize) -> (usize, String) {
    const WIDTH: usize = 100;
    let start = if column > WIDTH { column - WIDTH / 2 } else { 0 };
    let shown = content.chars().skip(start).take(WIDTH);
    let tame = |c: char| match c {
        '\t' => ' ',
        c if visible(c.encode_utf8(&mut [0; 4])).starts_with("\\u{") => '\u{fffd}',
        c => c,
    };
    (start, shown.map(tame).collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::report;
    use crate::action::{Scope, read};

    #[test]
    fn a_problem_is_shown_with_its_line_and_a_caret() {
        let source = "label: A\nsteps:\n  - type: write\n    contnet: \"ls\\r\"\n";
        let (_, problems) = read(Path::new("a.yaml"), Scope::User, source.as_bytes());
        let shown: String = problems.iter().map(|problem| report(problem, source)).collect();
        assert_eq!(
            shown,
            "a.yaml:4:5: error[unknown-key]: unknown key `contnet`\n  |\n4 |     contnet: \"ls\\r\"\n  |     ^\n  \
             = fix: did you mean `content`?\n"
        );
    }
}
