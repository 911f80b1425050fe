//! A line's words, by the shell's own rules, up to the first operator.
//!
//! Only as much is read as can be known without running anything: what a `$` outside of quotes becomes
//! can't, and ends the reading.

use super::flags;
use crate::action::ShellKind;

/// What follows `claude`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub words: Vec<Word>,
    /// Whether all words up to the operator could be read.
    pub readable: bool,
    /// What could not be read.
    pub rest: String,
}

/// One word.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Where it begins, in bytes.
    pub at: usize,
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
    let ends = rest.chars().next().is_none_or(|c| c.is_ascii_whitespace() || is_operator(c));
    ends.then_some(start + "claude".len())
}

fn is_operator(c: char) -> bool {
    matches!(c, ';' | '|' | '&' | '<' | '>' | '\n' | '\r')
}

/// Reads words up to the first operator outside of quotes.
pub(super) fn read(text: &str, shell: ShellKind) -> Line {
    let mut line = Line { readable: true, ..Line::default() };
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len();
        match text[at..].chars().next() {
            None => return line,
            // A comment ends the command as an operator does.
            Some(c) if is_operator(c) || c == '#' => return line,
            Some(_) => {}
        }
        match word(&text[at..], shell) {
            Some((_, length)) if redirects(&text[at..], length) => return line,
            Some((content, length)) => {
                let quoted = !text[at..].starts_with('-');
                line.words.push(Word { at, text: content, quoted });
                at += length;
            }
            None => {
                line.readable = false;
                text[at..].clone_into(&mut line.rest);
                return line;
            }
        }
    }
}

/// `2>` is one operator: its number is no word.
fn redirects(text: &str, length: usize) -> bool {
    text[..length].bytes().all(|byte| byte.is_ascii_digit()) && text[length..].starts_with(['<', '>'])
}

/// One word's meaning and its length as written; `None` if it can't be known.
fn word(text: &str, shell: ShellKind) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ' ' | '\t' => return Some((content, at)),
            c if is_operator(c) => return Some((content, at)),
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
                        '\n' => {}
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
                if next == '\n' || next == '\r' {
                    return None;
                }
                content.push(next);
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
