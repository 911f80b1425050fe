//! The words of a line's commands, by the shell's own rules.
//!
//! Only as much is read as can be known without running anything: what a `$` outside of quotes becomes
//! can't, and ends the reading. Where a value may stand at all is judged when the file is loaded
//! (`action/template/around.rs`): that asks what a shell is inside of, in every way it may be read, and knows
//! no words; here one shell reads, and its words are all that matters.

use super::flags;
use crate::action::ShellKind;
use crate::action::template::placeholder_at;

/// The words up to the end of a command.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub words: Vec<Word>,
    /// Whether all words could be read.
    pub readable: bool,
    /// What could not be read.
    pub rest: String,
    /// Where the reading ended, in bytes.
    pub end: usize,
}

/// One word.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Where it begins, in bytes.
    pub at: usize,
    /// Where it ends.
    pub end: usize,
    /// What the shell makes of it.
    pub text: String,
    /// Whether it begins with a quote. Nobody quotes a flag; a value that looks like one always is quoted.
    quoted: bool,
}

impl Word {
    /// Whether the program takes it for a flag.
    pub fn is_flag(&self) -> bool {
        !self.quoted && self.text.len() > 1 && self.text.starts_with('-')
    }

    /// The flag without its value.
    pub fn flag(&self) -> String {
        flags::name(&self.text)
    }
}

/// Where the words behind a leading `claude` begin; `None` if the first word is another.
pub(super) fn after_claude(content: &str) -> Option<usize> {
    let start = content.len() - content.trim_start_matches([' ', '\t']).len();
    let rest = content[start..].strip_prefix("claude")?;
    let ends = rest.chars().next().is_none_or(ends_word);
    ends.then_some(start + "claude".len())
}

/// What ends a command; keys such as Ctrl+C end it too.
pub(super) fn is_operator(c: char) -> bool {
    matches!(c, ';' | '|' | '&' | ')') || (c.is_ascii_control() && c != '\t')
}

/// How much of what was typed makes whole lines. A backslash in front of Enter makes one line of two.
pub(super) fn sent(typed: &str) -> usize {
    let ends = |(at, c): &(usize, char)| {
        let backslashes = typed[..*at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        c.is_ascii_control() && *c != '\t' && !(matches!(c, '\r' | '\n') && backslashes % 2 == 1)
    };
    typed.char_indices().rev().find(ends).map_or(0, |(at, _)| at + 1)
}

/// How long the backslashes in front of Enter are with which a text begins, and the blanks between them: the words go
/// on behind them.
fn blanks(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        match rest.strip_prefix("\\\r").or_else(|| rest.strip_prefix("\\\n")) {
            Some(next) => rest = next,
            None => return text.len() - rest.len(),
        }
    }
}

fn ends_word(c: char) -> bool {
    is_operator(c) || matches!(c, ' ' | '\t' | '<' | '>')
}

/// Reads a command's words up to the first operator outside of quotes. Where it reads from and writes to are none of
/// them.
pub(super) fn read(text: &str, shell: ShellKind) -> Line {
    let mut line = Line { readable: true, ..Line::default() };
    let mut redirected = false;
    loop {
        let at = line.end + blanks(&text[line.end..]);
        let rest = &text[at..];
        line.end = at;
        if let Some(length) = redirection(rest) {
            (line.end, redirected) = (at + length, true);
            continue;
        }
        match rest.chars().next() {
            None => return line,
            Some(c) if is_operator(c) => return line,
            // A comment ends the command as an operator does.
            Some('#') if comments(shell) => {
                line.end = at + rest.find(['\n', '\r']).unwrap_or(rest.len());
                return line;
            }
            Some('#') => return line.unreadable(rest),
            Some(_) => {}
        }
        match word(rest, shell) {
            Some((_, length)) if redirected => (line.end, redirected) = (at + length, false),
            Some((content, length)) => {
                let quoted = !rest.starts_with('-');
                line.end = at + length;
                line.words.push(Word { at, end: line.end, text: content, quoted });
            }
            None => return line.unreadable(rest),
        }
    }
}

impl Line {
    fn unreadable(mut self, rest: &str) -> Self {
        self.readable = false;
        rest.clone_into(&mut self.rest);
        self
    }
}

/// Whether `#` begins a comment in what a person types. zsh has a setting for it, which is off unless somebody has
/// set it.
fn comments(shell: ShellKind) -> bool {
    shell != ShellKind::Zsh
}

/// How long the sign of a redirection is that begins here, its number included: `2>`, `&>`, `>&`.
fn redirection(text: &str) -> Option<usize> {
    let sign = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let arrows = sign.strip_prefix('&').filter(|_| sign.len() == text.len()).unwrap_or(sign);
    if !arrows.starts_with(['<', '>']) {
        return None;
    }
    let after = arrows.trim_start_matches(['<', '>']);
    Some(text.len() - after.strip_prefix(['&', '|']).unwrap_or(after).len())
}

/// One word's meaning and its length as written; `None` if it can't be known.
fn word(text: &str, shell: ShellKind) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        // One that has no value yet is a word, as its value will be.
        if let Some(placeholder) = placeholder_at(text, at) {
            content.push_str(&text[placeholder.range.clone()]);
            while chars.offset() < placeholder.range.end {
                chars.next();
            }
            continue;
        }
        match c {
            c if ends_word(c) => return Some((content, at)),
            '\'' => loop {
                match chars.next()?.1 {
                    '\'' => break,
                    '\\' if shell == ShellKind::Fish => {
                        let next = chars.next()?.1;
                        if next != '\'' && next != '\\' {
                            content.push('\\');
                        }
                        content.push(next);
                    }
                    c => content.push(c),
                }
            },
            '"' => loop {
                match chars.next()?.1 {
                    '"' => break,
                    '\\' => match chars.next()?.1 {
                        '\n' | '\r' => {}
                        c @ ('"' | '\\' | '$' | '`') => content.push(c),
                        c => content.extend(['\\', c]),
                    },
                    '`' if shell != ShellKind::Fish => return None,
                    '$' if chars.clone().next().is_some_and(|(_, c)| c == '(') => return None,
                    c => content.push(c),
                }
            },
            '\\' => {
                let next = chars.next()?.1;
                if next != '\n' && next != '\r' {
                    content.push(next);
                }
            }
            '$' if shell != ShellKind::Fish && chars.clone().next().is_some_and(|(_, c)| c == '\'') => {
                chars.next();
                ansi(&mut chars, &mut content)?;
            }
            // Variables, substitutions and globs may become several words, or flags.
            '$' | '`' | '(' | ')' => return None,
            '*' | '?' | '[' | '{' if content.is_empty() => return None,
            c => content.push(c),
        }
    }
    Some((content, text.len()))
}

/// The inside of `$'…'`; what its escapes become matters only as far as a flag could be meant.
fn ansi(chars: &mut std::str::CharIndices<'_>, content: &mut String) -> Option<()> {
    loop {
        match chars.next()?.1 {
            '\'' => return Some(()),
            '\\' => match chars.next()?.1 {
                'n' => content.push('\n'),
                't' => content.push('\t'),
                c @ ('\\' | '\'' | '"') => content.push(c),
                c => content.extend(['\\', c]),
            },
            c => content.push(c),
        }
    }
}
