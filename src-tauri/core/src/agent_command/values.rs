//! Values in lines that start `claude`: whatever they hold, they are words of the prompt, and neither a flag of claude's
//! nor one of its own commands.
//!
//! Where the line leaves it to `--` to say so, it is put there; where it can't be, the value is refused.

use std::ops::Range;

use super::flags::{Arity, SUBCOMMANDS, arity, full};
use super::words::{self, Word};
use crate::action::ShellKind;
use crate::action::template::ValueAt;

/// Why a value can't be typed there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// It would be a flag.
    #[error("the value of {name} begins with `-`, so claude would take it for a flag")]
    Flag {
        /// What the value was filled in for.
        name: String,
        /// How to write it.
        instead: String,
    },
    /// It would be a command of claude's own.
    #[error(
        "the value of {name} is `{command}`, which claude takes for a command of its own and not for a prompt"
    )]
    Subcommand { name: String, command: String },
}

impl Refusal {
    /// A value that would be a flag; perhaps in the place of another flag's value.
    pub fn flag(name: &str, behind: Option<&str>) -> Self {
        let word = match name.strip_prefix('$') {
            Some(variable) => format!("\"${variable}\""),
            None => format!("{{{{ {name} }}}}"),
        };
        let instead = match behind {
            Some(flag) => format!("`{}={word}`", full(flag)),
            None => format!("`-- {word}`, behind all flags,"),
        };
        Self::Flag { name: name.to_owned(), instead }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Flag { instead, .. } => format!("write {instead} in the action's file"),
            Self::Subcommand { name, .. } => format!(
                "say it in more words; where a command of claude's is meant, the action's file needs \
                 `{{{{ {name} | raw }}}}`"
            ),
        }
    }
}

impl From<Refusal> for crate::api::ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::new(422, "bad_input", refusal.to_string()).hint(refusal.hint())
    }
}

/// What was filled in: where values stand in the content, and which variables begin with one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Given<'a> {
    /// In the order in which they stand.
    pub values: &'a [ValueAt],
    pub variables: &'a [Variable<'a>],
}

/// A variable that begins with a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable<'a> {
    pub name: &'a str,
    pub dashed: bool,
}

/// Whether a quoted value begins with `-`.
fn is_dashed(content: &str, value: &ValueAt) -> bool {
    content[value.range.clone()].trim_start_matches(['\'', '"', '$']).starts_with('-')
}

/// The variables that a content sets to values, by name: `NAME={{ inputs.name }}`. And whether it begins with `-`.
pub(super) fn assigned(content: &str, values: &[ValueAt]) -> Vec<(String, bool)> {
    let name = |value: &ValueAt| {
        let before = content[..value.range.start].strip_suffix('=')?;
        let name = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
        Some((name.to_owned(), is_dashed(content, value)))
    };
    values.iter().filter_map(name).filter(|(name, _)| !name.is_empty()).collect()
}

impl Variable<'_> {
    fn full_name(&self) -> String {
        format!("${}", self.name)
    }
}

impl Given<'_> {
    /// The content with `--` in front of each prompt that begins with a value.
    pub fn kept(self, content: &str, shell: ShellKind) -> Result<String, Refusal> {
        let mut kept = content.to_owned();
        if self.values.is_empty() && self.variables.is_empty() {
            return Ok(kept);
        }
        let mut dashes = Vec::new();
        let mut at = 0;
        while at < content.len() {
            let rest = &content[at..];
            let start = rest.trim_start_matches(|c| words::is_operator(c) || matches!(c, ' ' | '\t' | '('));
            at += rest.len() - start.len();
            let line = words::read(start, shell);
            // No word of the command can be told from any other behind what can't be read.
            let unread = if line.readable { content.len() } else { at + line.end };
            let call = Call { content, at, given: self, shell, readable: line.readable };
            dashes.extend(call.judge(&line.words)?);
            self.refuse_unread(content, unread, call.program(&line.words).is_some())?;
            if !line.readable {
                break;
            }
            at += line.end;
        }
        for at in dashes.into_iter().rev() {
            kept.insert_str(at, "-- ");
        }
        Ok(kept)
    }

    /// Behind what can't be read as words, no value that could be a flag stands where `claude` could take it.
    pub fn refuse_unread(self, content: &str, from: usize, of_claude: bool) -> Result<(), Refusal> {
        let takes = |to: usize| of_claude || content[from..to].contains("claude");
        for value in self.values.iter().filter(|value| value.range.start >= from) {
            let before = &content[..value.range.start];
            let word = before.rsplit(|c: char| c == ' ' || c.is_ascii_control()).next().unwrap_or_default();
            let glued = word.contains(|c: char| c != '-') && !word.contains(['$', '`', '\'', '"']);
            if is_dashed(content, value)
                && !glued
                && takes(value.range.start)
                && !before.trim_end().ends_with(" --")
            {
                return Err(Refusal::flag(&value.placeholder, None));
            }
        }
        let unread = &content[from..];
        let held = |variable: &&Variable<'_>| {
            let name = variable.name;
            let named = unread.contains(&format!("${name}")) || unread.contains(&format!("${{{name}"));
            variable.dashed && named && takes(content.len())
        };
        match self.variables.iter().find(held) {
            Some(variable) => Err(Refusal::flag(&variable.full_name(), None)),
            None => Ok(()),
        }
    }
}

/// One command of the content.
#[derive(Clone, Copy)]
struct Call<'a> {
    content: &'a str,
    /// Where its words are counted from.
    at: usize,
    given: Given<'a>,
    shell: ShellKind,
    /// Whether all its words are known.
    readable: bool,
}

impl<'a> Call<'a> {
    /// The number of the word that is `claude`, and whether it is surely what runs.
    fn program(self, words: &[Word]) -> Option<(usize, bool)> {
        // `NAME=value claude` runs it; `sudo claude` and `echo claude` may or may not.
        let sets = |word: &Word| {
            let name = word.text.split_once('=').map_or("", |(name, _)| name);
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let first = words.iter().position(|word| !sets(word))?;
        let is_claude = |(index, word): (usize, &Word)| {
            let named = word.text.rsplit('/').next() == Some("claude");
            named && (index == first || self.values_in(word).next().is_none())
        };
        let index = words.iter().enumerate().position(is_claude)?;
        Some((index, index == first))
    }

    /// Where `--` belongs, if it belongs anywhere.
    fn judge(self, words: &[Word]) -> Result<Option<usize>, Refusal> {
        let Some((program, sure)) = self.program(words) else { return Ok(None) };
        let words = &words[program + 1..];
        let mut known = self.readable;
        let mut operands = 0;
        // The flag that takes the next word.
        let mut behind = None;
        for (index, word) in words.iter().enumerate() {
            let dashed = self.dashed(word);
            if dashed.is_none() && word.is_flag() {
                if word.text == "--" {
                    let first = words.get(index + 1).filter(|_| operands == 0);
                    return first.map_or(Ok(()), |word| self.refuse_subcommand(word, sure)).map(|()| None);
                }
                let name = word.flag();
                behind = match arity(&name) {
                    None => {
                        known = false;
                        None
                    }
                    Some(Arity::None) => None,
                    Some(_) if word.text.contains('=') => None,
                    Some(arity) => Some((name, arity)),
                };
                continue;
            }
            if let Some((name, arity)) = behind.take() {
                if let Some(value) = dashed {
                    return Err(Refusal::flag(&value, Some(&name)));
                }
                behind = (arity == Arity::Many).then_some((name, arity));
                continue;
            }
            operands += 1;
            if operands == 1 {
                self.refuse_subcommand(word, sure)?;
                let flags_follow = words[index + 1..].iter().any(Word::is_flag);
                if sure && known && !flags_follow && self.begins_with_value(word) {
                    return Ok(Some(self.at + word.at));
                }
            }
            if let Some(value) = dashed {
                return Err(Refusal::flag(&value, None));
            }
        }
        Ok(None)
    }

    /// `claude -- update` still updates.
    fn refuse_subcommand(self, word: &Word, sure: bool) -> Result<(), Refusal> {
        match self.values_in(word).next().filter(|_| sure && SUBCOMMANDS.contains(&word.text.as_str())) {
            Some(value) => {
                let (name, command) = (value.placeholder.clone(), word.text.clone());
                Err(Refusal::Subcommand { name, command })
            }
            None => Ok(()),
        }
    }

    fn values_in(self, word: &Word) -> impl Iterator<Item = &'a ValueAt> {
        let (from, to) = (self.at + word.at, self.at + word.end);
        let values = self.given.values;
        let first = values.partition_point(|value| value.range.start < from);
        values[first..].iter().take_while(move |value| value.range.end <= to)
    }

    /// What the shell makes of the word up to there.
    fn before(self, word: &Word, value: &ValueAt) -> String {
        self.meaning(self.at + word.at..value.range.start)
    }

    fn meaning(self, range: Range<usize>) -> String {
        let words = words::read(&self.content[range], self.shell).words;
        words.into_iter().next().map_or_else(String::new, |word| word.text)
    }

    fn begins_with_value(self, word: &Word) -> bool {
        self.values_in(word).any(|value| self.before(word, value).is_empty()) || self.variable(word).is_some()
    }

    /// What was filled in that makes a flag of the word.
    fn dashed(self, word: &Word) -> Option<String> {
        let begins = |value: &&ValueAt| {
            self.before(word, value).bytes().all(|byte| byte == b'-')
                && self.meaning(value.range.clone()).starts_with('-')
        };
        // To claude, as to most programs, a dash alone is a word.
        if let Some(value) = self.values_in(word).find(begins).filter(|_| word.text != "-") {
            return Some(value.placeholder.clone());
        }
        self.variable(word).filter(|variable| variable.dashed).map(Variable::full_name)
    }

    /// The one that the word begins with.
    fn variable(self, word: &Word) -> Option<&'a Variable<'a>> {
        let name = word.text.strip_prefix('$')?.trim_start_matches('{');
        let length = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        self.given.variables.iter().find(|variable| variable.name == &name[..length])
    }
}

#[cfg(test)]
mod tests;
