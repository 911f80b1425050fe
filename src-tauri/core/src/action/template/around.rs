//! What stands around a placeholder, where its quoted value would not be one word, or not only a word.
//!
//! A text is followed in every way that one of the shells may read it: where a shell's settings, its version or a
//! fault in the line decide, both ways are. A way that can't be followed to its end makes the rest unclear.

use std::collections::BTreeSet;

use super::{Placeholder, ShellKind};

mod command;
mod recall;

/// What makes a place unfit for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Around {
    Quotes,
    Backticks,
    Substitution,
    /// `((…))`, `$((…))`, `[[ … ]]`, `x[…]`, `let`, `RANDOM=`: the shell calculates with the value, and a value can hold
    /// commands then.
    Calculation,
    Expansion,
    /// The parentheses of a pattern, in which zsh runs code.
    Pattern,
    Comment,
    HereDocument,
    /// Right behind `\`, `$` or `!`, which takes the value's first character.
    Escape,
    /// Behind a key on which a line editor acts.
    Key,
    /// Behind what calls back an earlier line.
    Recall,
    /// What can't be told apart.
    Unclear,
}

impl Around {
    /// Where the placeholder stands, and what that does to its value.
    pub fn why(self) -> &'static str {
        match self {
            Self::Quotes => "inside quotes, where its value could run as a command",
            Self::Backticks => "inside backticks, where its value could run as a command",
            Self::Substitution => "inside `$(…)` or fish's `(…)`, where its value could run as a command",
            Self::Calculation => {
                "where the shell calculates or looks for a variable (`((…))`, `[[ … ]]`, `x[…]`, `let`, `unset`), which \
                 runs commands that its value holds"
            }
            Self::Expansion => "inside `${…}`, where its value could run as a command",
            Self::Pattern => "inside a pattern's parentheses, where its value could run as a command",
            Self::Comment => "behind a `#`: in a comment, a value of two lines would run as a command",
            Self::HereDocument => "behind `<<`, where quotes do not protect its value",
            Self::Escape => {
                "right behind a `\\`, `$` or `!`, which would take the first character of its value"
            }
            Self::Key => {
                "behind a key such as Tab, Delete or Escape: nobody can know what the shell's line editor makes of it"
            }
            Self::Recall => {
                "behind a `!` or `^` that calls back an earlier line: the value would stand in its quotes, where it could \
                 run as a command"
            }
            Self::Unclear => "where not all shells agree on what is quoted",
        }
    }

    /// What to do about it.
    pub fn fix(self) -> &'static str {
        match self {
            Self::Quotes => "remove the quotes around it; the value is quoted by itself",
            Self::Escape => "put a blank or `''` between them",
            Self::Comment => "leave it out of the comment",
            Self::Key => {
                "leave the key out, or press Ctrl+C between it and this command, as a step of its own: `- write: \"\\x03\"`"
            }
            Self::Recall => {
                "write out what is called back; a `!` that is only one stands in single quotes or behind a `\\`; where zsh \
                 takes `!\"` for one and bash reads it, say `shell: bash`"
            }
            Self::Unclear => {
                "give it to a simple command, with no more before it than that needs, or say which `shell:` reads it"
            }
            _ => "give it to a command as a word of its own, or put it into a variable with `env`",
        }
    }
}

/// What is nested deeper than this is nobody's command.
const DEEPEST: usize = 32;
/// What may be read in more ways at once is unclear to people too. Files of strangers are judged when they are loaded:
/// this bounds what one of them can cost.
const MOST_WAYS: usize = 16;

/// Whose rules a way follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grammar {
    /// bash, ksh.
    Posix,
    Zsh,
    /// dash, in which `$'…'` is a dollar and a quote.
    PlainPosix,
    Fish,
}

impl Grammar {
    /// `sh` is dash here and bash there.
    pub fn of(shell: ShellKind) -> &'static [Self] {
        match shell {
            ShellKind::Bash => &[Self::Posix],
            ShellKind::Zsh => &[Self::Zsh],
            ShellKind::Sh => &[Self::Posix, Self::PlainPosix],
            ShellKind::Fish => &[Self::Fish],
        }
    }
}

/// What a shell is inside of. The numbers count parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Inside {
    Single,
    /// `$'…'`, in which a backslash escapes.
    Ansi,
    Double,
    Backticks,
    Comment,
    Substitution(u32),
    Calculation(u32),
    /// `word(…)`
    Pattern(u32),
    /// `name=(…)`: harmless but for what is calculated in it.
    List(u32),
    /// `[[ … ]]`
    Test,
    /// `x[…]`, `$[…]`
    Subscript,
    /// `${…}`
    Braces,
}

impl Inside {
    fn around(self) -> Option<Around> {
        Some(match self {
            Self::Single | Self::Ansi | Self::Double => Around::Quotes,
            Self::Backticks => Around::Backticks,
            Self::Comment => Around::Comment,
            Self::Substitution(_) => Around::Substitution,
            Self::Calculation(_) | Self::Test | Self::Subscript => Around::Calculation,
            Self::Pattern(_) => Around::Pattern,
            Self::Braces => Around::Expansion,
            Self::List(_) => return None,
        })
    }

    /// The count of its parentheses, if they are counted.
    fn depth(&mut self) -> Option<&mut u32> {
        match self {
            Self::Substitution(depth)
            | Self::Calculation(depth)
            | Self::Pattern(depth)
            | Self::List(depth) => Some(depth),
            _ => None,
        }
    }
}

/// One way to read the text, as far as it has been followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    pub at: usize,
    pub stack: Vec<Inside>,
    /// Where a comment ended whose last character is a backslash: that one joins no lines.
    pub line: usize,
}

impl Way {
    /// From there on, inside of nothing.
    pub fn from(at: usize) -> Self {
        Self { at, ..Self::default() }
    }
}

pub(super) struct Ways<'a, 't> {
    pub text: &'a [u8],
    pub found: &'a [Placeholder<'t>],
    pub grammar: Grammar,
    pub verdicts: &'a mut [Option<Around>],
    /// The other ways, the hindmost first: those that meet go on as one.
    pub open: BTreeSet<Way>,
    /// Whether the text is read for what it leaves open: what a shell does unless somebody has set it otherwise is
    /// then taken for what it does.
    pub passing: bool,
}

/// Where a way can't be followed any more.
pub(super) struct Lost {
    pub at: usize,
    pub around: Around,
    /// Whether it was the only way, and inside of nothing.
    pub alone: bool,
}

impl Ways<'_, '_> {
    /// Follows all ways side by side up to there, or to where one of them can't be followed: from there on no place is
    /// fit, whatever the others say. Where they have come to.
    pub fn follow(&mut self, end: usize) -> Result<BTreeSet<Way>, Lost> {
        let mut come = BTreeSet::new();
        while let Some(mut way) = self.open.pop_first() {
            while way.at < end && self.open.first().is_none_or(|other| way < *other) {
                if let Err(around) = self.step(&mut way) {
                    self.judge_rest(way.at, around);
                    let alone = way.stack.is_empty() && self.open.is_empty() && come.is_empty();
                    return Err(Lost { at: way.at, around, alone });
                }
            }
            if way.at < end { &mut self.open } else { &mut come }.insert(way);
        }
        Ok(come)
    }

    fn step(&mut self, way: &mut Way) -> Result<(), Around> {
        if way.stack.len() > DEEPEST || self.open.len() >= MOST_WAYS {
            return Err(Around::Unclear);
        }
        let byte = self.text[way.at];
        if let Some(index) = self.placeholder(way.at) {
            let glued = matches!(self.before(way), Some(b'$' | b'!'));
            let around = way.stack.iter().rev().find_map(|inside| inside.around());
            let around = around.or(glued.then_some(Around::Escape));
            let evaluated =
                || self.verdicts[index].is_none() && command::evaluates(&self.text[..way.at], self.grammar);
            let around = around.or_else(|| evaluated().then_some(Around::Calculation));
            self.judge(index, around);
            way.at = self.found[index].range.end;
            return Ok(());
        }
        if self.recalls(way, byte) {
            return Err(Around::Recall);
        }
        if way.stack.last() == Some(&Inside::Comment) && matches!(byte, b'\n' | b'\r') {
            way.stack.pop();
            if joins_lines(self.text, way.at) {
                way.line = way.at + 1;
            }
        }
        // A key that ends the line also ends a line that the shell could not make sense of.
        if ends_line(byte) && !way.stack.is_empty() {
            self.open.insert(Way::from(way.at + 1));
        }
        way.at += if self.grammar == Grammar::Fish { self.fish(way, byte) } else { self.posix(way, byte)? };
        Ok(())
    }

    /// Reads on by one character or sign; how long it is, or why all that follows can't be told.
    fn posix(&mut self, way: &mut Way, byte: u8) -> Result<usize, Around> {
        let (at, next) = (way.at, self.next(way.at + 1));
        let top = way.stack.last().copied();
        match (top, byte) {
            (Some(Inside::Single | Inside::Ansi), b'\'')
            | (Some(Inside::Double), b'"')
            | (Some(Inside::Backticks), b'`')
            | (Some(Inside::Subscript), b']' | b'\n' | b'\r')
            | (Some(Inside::Braces), b'}') => {
                way.stack.pop();
            }
            (Some(Inside::Single | Inside::Comment), _) => {}
            (_, b'\\') => return Ok(self.escape(way)),
            // Backticks end at the next one, whatever quotes are open in them.
            (Some(Inside::Ansi | Inside::Backticks), _) => {}
            (_, b'`') => way.stack.push(Inside::Backticks),
            (_, b'$') => return Ok(self.dollar(way, next)),
            (Some(Inside::Double), _) => {}
            (Some(Inside::Braces), b'"' | b'\'') => self.quote_in_braces(way, byte),
            (_, b'"') => way.stack.push(Inside::Double),
            (_, b'\'') => way.stack.push(Inside::Single),
            (_, b'<') if let Some(length) = self.sign(at, b"<<<") => return Ok(length),
            (Some(Inside::Calculation(_)), b'<') if self.passing && next == Some(b'<') => {
                return Ok(self.length(at, 2));
            }
            (_, b'<') if next == Some(b'<') => return Err(Around::HereDocument),
            (_, b'(') => return Ok(self.open_parenthesis(way, next)),
            (_, b')') => close_parenthesis(&mut way.stack),
            (Some(Inside::Test), b']')
                if next == Some(b']') && self.blank_or_end(at + self.length(at, 2)) && self.boundary(way) =>
            {
                way.stack.pop();
                return Ok(self.length(at, 2));
            }
            (_, b'[') => return Ok(self.open_bracket(way, next)),
            (_, b'c') if self.is_case(way) => return Err(Around::Unclear),
            (_, b'#') if self.boundary(way) => self.fork_comment(way),
            _ => {}
        }
        Ok(1)
    }

    fn fish(&mut self, way: &mut Way, byte: u8) -> usize {
        let (at, next) = (way.at, self.next(way.at + 1));
        let top = way.stack.last().copied();
        match (top, byte) {
            (Some(Inside::Single), b'\'') | (Some(Inside::Double), b'"') => {
                way.stack.pop();
            }
            (Some(Inside::Single), b'\\') if matches!(next, Some(b'\'' | b'\\')) => return 2,
            (Some(Inside::Single | Inside::Comment), _) => {}
            (_, b'\\') => return self.escape(way),
            (_, b'$') if next == Some(b'(') => {
                way.stack.push(Inside::Substitution(1));
                return self.length(at, 2);
            }
            (Some(Inside::Double), _) => {}
            (_, b'"') => way.stack.push(Inside::Double),
            (_, b'\'') => way.stack.push(Inside::Single),
            (Some(Inside::Substitution(_)), b'(') => return self.open_parenthesis(way, None),
            (_, b'(') if self.is_argument(way) => way.stack.push(Inside::Substitution(1)),
            (_, b')') => close_parenthesis(&mut way.stack),
            (_, b'#') if self.boundary(way) => self.fork_comment(way),
            _ => {}
        }
        1
    }

    /// Whether parentheses here are fish's for a substitution: where a command or a list would begin, they are a fault.
    fn is_argument(&self, way: &Way) -> bool {
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let before = self.text[..way.at].iter().rev().find(|byte| !blank(byte));
        before.is_some_and(|byte| !byte.is_ascii_control() && !b";&|(=".contains(byte))
    }

    /// What a backslash takes: the next character, which may be the first of a value.
    fn escape(&mut self, way: &Way) -> usize {
        let at = way.at;
        if let Some(index) = self.placeholder(at + 1) {
            self.judge(index, Some(Around::Escape));
            return self.found[index].range.end - at;
        }
        // But not what a key does.
        if self.text.get(at + 1).is_some_and(|next| ends_line(*next)) {
            self.open.insert(Way::from(at + 2));
        }
        2
    }

    fn dollar(&self, way: &mut Way, next: Option<u8>) -> usize {
        let in_double = way.stack.last() == Some(&Inside::Double);
        let length = self.length(way.at, 2);
        let inside = match next {
            Some(b'(') if let Some(length) = self.sign(way.at, b"$((") => {
                way.stack.push(Inside::Calculation(2));
                return length;
            }
            Some(b'(') => Inside::Substitution(1),
            // `${{ inputs.x }}` is a dollar and a placeholder.
            Some(b'{') if self.placeholder(way.at + length - 1).is_none() => Inside::Braces,
            Some(b'[') => Inside::Subscript,
            Some(b'\'') if !in_double && self.grammar != Grammar::PlainPosix => Inside::Ansi,
            _ => return 1,
        };
        // Whether `'` quotes here depends on what is around the braces.
        if inside == Inside::Ansi && way.stack.last() == Some(&Inside::Braces) {
            return 1;
        }
        way.stack.push(inside);
        length
    }

    /// In `"${x:-'…'}"` shells do not agree whether the inner quotes are any.
    fn quote_in_braces(&mut self, way: &mut Way, byte: u8) {
        let beneath = way.stack.iter().rposition(|inside| *inside != Inside::Braces);
        let in_double = beneath.is_some_and(|at| way.stack[at] == Inside::Double);
        let mut other = Way { at: way.at + 1, ..way.clone() };
        if byte == b'"' {
            if let Some(double) = beneath.filter(|_| in_double) {
                other.stack.truncate(double);
                self.open.insert(other);
            }
            way.stack.push(Inside::Double);
        } else {
            let dollar = self.before(way) == Some(b'$');
            if in_double {
                self.open.insert(other);
            }
            let ansi = dollar && self.grammar != Grammar::PlainPosix;
            if ansi {
                let mut plain = way.stack.clone();
                plain.push(Inside::Single);
                self.open.insert(Way { at: way.at + 1, stack: plain, line: way.line });
            }
            way.stack.push(if ansi { Inside::Ansi } else { Inside::Single });
        }
    }

    fn open_parenthesis(&self, way: &mut Way, next: Option<u8>) -> usize {
        let before = self.before(way);
        let in_word = before.is_some_and(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'*' | b'?' | b']' | b'}' | b'+' | b'@' | b'!')
        });
        if next == Some(b'(') && !in_word && before != Some(b'=') {
            way.stack.push(Inside::Calculation(2));
            return self.length(way.at, 2);
        }
        match (way.stack.last_mut().and_then(Inside::depth), before) {
            (Some(depth), _) => *depth += 1,
            (None, Some(b'=')) => way.stack.push(Inside::List(1)),
            (None, _) if in_word => way.stack.push(Inside::Pattern(1)),
            (None, _) => {}
        }
        1
    }

    fn open_bracket(&self, way: &mut Way, next: Option<u8>) -> usize {
        let before = self.before(way);
        let length = self.length(way.at, 2);
        if next == Some(b'[') && self.boundary(way) && self.blank_or_end(way.at + length) {
            way.stack.push(Inside::Test);
            return length;
        }
        let of_name = before.is_some_and(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b']' | b'}' | b')' | b'"' | b'@' | b'*' | b'?')
        });
        if of_name || matches!(way.stack.last(), Some(Inside::List(_))) {
            way.stack.push(Inside::Subscript);
        }
        1
    }

    /// The parentheses of `case` are not in pairs.
    fn is_case(&self, way: &Way) -> bool {
        let counted = way.stack.iter().any(|inside| {
            matches!(
                inside,
                Inside::Substitution(_) | Inside::Calculation(_) | Inside::Pattern(_) | Inside::List(_)
            )
        });
        counted
            && self.boundary(way)
            && self.sign(way.at, b"case").is_some_and(|length| self.blank_or_end(way.at + length))
    }

    /// Whether `#` begins a comment depends on the shell's settings; in zsh it does not, unless somebody has set that.
    fn fork_comment(&mut self, way: &mut Way) {
        if self.passing && self.grammar != Grammar::Zsh {
            return way.stack.push(Inside::Comment);
        }
        let mut stack = way.stack.clone();
        stack.push(Inside::Comment);
        self.open.insert(Way { at: way.at + 1, stack, line: way.line });
    }

    /// Whether a word can begin here.
    fn boundary(&self, way: &Way) -> bool {
        let Some(before) = self.before(way) else { return true };
        before.is_ascii_whitespace() || before.is_ascii_control() || b";&|()<>`".contains(&before)
    }

    fn blank_or_end(&self, at: usize) -> bool {
        self.next(at).is_none_or(|byte| {
            byte.is_ascii_whitespace() || byte.is_ascii_control() || b";&|()".contains(&byte)
        })
    }

    /// The character before, where a backslash at a line's end is none: it joins what stands around it.
    fn before(&self, way: &Way) -> Option<u8> {
        joined(self.text, way.at, way.line).checked_sub(1).map(|at| self.text[at])
    }

    /// Where the next character is, behind all that only joins lines.
    fn ahead(&self, mut at: usize) -> usize {
        while self.text.get(at) == Some(&b'\\') && matches!(self.text.get(at + 1), Some(b'\n' | b'\r')) {
            at += 2;
        }
        at
    }

    fn next(&self, at: usize) -> Option<u8> {
        self.text.get(self.ahead(at)).copied()
    }

    /// How long a sign of so many characters is that begins here, with what joins lines in it.
    fn length(&self, at: usize, characters: usize) -> usize {
        let last = (1..characters).fold(at, |at, _| self.ahead(at + 1));
        last + 1 - at
    }

    /// Whether this sign begins here; how long it is then.
    fn sign(&self, at: usize, sign: &[u8]) -> Option<usize> {
        let mut from = at;
        for byte in sign {
            from = self.ahead(from);
            if self.text.get(from) != Some(byte) {
                return None;
            }
            from += 1;
        }
        Some(from - at)
    }

    fn placeholder(&self, at: usize) -> Option<usize> {
        self.found.binary_search_by_key(&at, |placeholder| placeholder.range.start).ok()
    }

    fn judge(&mut self, index: usize, around: Option<Around>) {
        let verdict = &mut self.verdicts[index];
        *verdict = verdict.or(around);
    }

    fn judge_rest(&mut self, from: usize, around: Around) {
        for index in 0..self.found.len() {
            if self.found[index].range.start >= from {
                self.judge(index, Some(around));
            }
        }
    }
}

/// Enter, Ctrl+C and other keys.
fn ends_line(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n')
}

/// Whether the end of a line is none, because of the backslash before it.
pub(super) fn joins_lines(text: &[u8], end: usize) -> bool {
    matches!(text.get(end), Some(b'\n' | b'\r'))
        && text[..end].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// The place that all that joins lines before this one leads back to, but not beyond the other.
pub(super) fn joined(text: &[u8], mut at: usize, from: usize) -> usize {
    while at >= from + 2 && joins_lines(text, at - 1) {
        at -= 2;
    }
    at
}

fn close_parenthesis(stack: &mut Vec<Inside>) {
    if let Some(depth) = stack.last_mut().and_then(Inside::depth) {
        *depth -= 1;
        if *depth == 0 {
            stack.pop();
        }
    }
}

#[cfg(test)]
mod tests;
