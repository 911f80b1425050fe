//! Where a text that is no YAML went wrong: the first line that can't be right, as whoever wrote it sees it.
//!
//! The parser stops where it could not go on, which is often lines behind the slip, and says so in its own words. This
//! reads the text once more, by its lines: levels of indent, keys, quotes, brackets and blocks. It knows less YAML than
//! the parser and is asked only when that has failed; of what it does not know it says nothing.

mod enclosed;
mod told;

use super::{DEEPEST, Fault, Place};

/// The first line that can't be right, if that can be told.
pub(super) fn fault(text: &str) -> Option<Fault> {
    // Such a one ends a line too, but not for those who count lines.
    if text.replace("\r\n", "\n").contains('\r') {
        return None;
    }
    let lines = text.lines().map(|line| line.chars().collect()).collect();
    let outline = Outline { lines, levels: Vec::new(), above: Above::Start };
    match outline.read() {
        Err(Stop::Fault(fault)) => Some(*fault),
        Ok(()) | Err(Stop::Unknown) => None,
    }
}

/// Why reading ends before the text does.
enum Stop {
    Fault(Box<Fault>),
    /// This is YAML, or a mistake, that is not known here.
    Unknown,
}

type Read<T> = Result<T, Stop>;

/// A character's line and column, both counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spot {
    line: usize,
    column: usize,
}

/// A column in which keys or `- ` stand.
#[derive(Clone, Debug)]
struct Level {
    column: usize,
    list: bool,
    /// The latest line of it, and its key.
    line: usize,
    key: String,
}

/// What the lines so far leave to be gone on with.
#[derive(Clone, Debug)]
enum Above {
    /// Nothing has come yet.
    Start,
    /// A `key:` or `-` whose value may come now.
    Waiting { block: bool },
    /// A text without quotes, which goes on in lines that are indented deeper than `within`.
    Text { start: Spot, within: Option<usize> },
    /// A whole value.
    Whole,
}

struct Outline {
    lines: Vec<Vec<char>>,
    levels: Vec<Level>,
    above: Above,
}

impl Outline {
    fn read(mut self) -> Read<()> {
        let mut line = 0;
        while line < self.lines.len() {
            let indent = self.indent(line);
            let rest: String = self.lines[line][indent..].iter().collect();
            if rest.trim().is_empty() || rest.starts_with('#') {
                line += 1;
            } else if rest.starts_with('\t') {
                return Self::tab(Spot { line, column: indent });
            } else if indent == 0 && (["---", "...", "%"].iter().any(|mark| rest.starts_with(mark))) {
                return Err(Stop::Unknown);
            } else {
                line = self.entry(Spot { line, column: indent })?;
            }
        }
        Ok(())
    }

    /// Reads what begins at a line's first character; answers the next line.
    fn entry(&mut self, at: Spot) -> Read<usize> {
        if let Above::Text { start, within } = self.above
            && within.is_none_or(|within| at.column > within)
        {
            if self.key(at).is_some() {
                return self.key_in_text(start, at);
            }
            return Ok(at.line + 1);
        }
        let dash = self.is_dash(at);
        let waiting = matches!(self.above, Above::Waiting { .. });
        let before = self.levels.clone();
        self.levels.retain(|level| level.column <= at.column);
        // A list may stand in its key's own column.
        if let [.., outer, list] = &self.levels[..]
            && !dash
            && list.list
            && list.column == at.column
            && outer.column == at.column
        {
            self.levels.pop();
        }
        let fits = match self.levels.last() {
            None => matches!(self.above, Above::Start),
            Some(level) if level.column == at.column => level.list == dash || (dash && waiting),
            Some(_) => waiting && before.len() == self.levels.len(),
        };
        if !fits {
            return self.misfit(at, dash, &before);
        }
        self.item(at)
    }

    /// Reads `- …`, `key: …` or a value, where each may stand.
    fn item(&mut self, at: Spot) -> Read<usize> {
        if self.is_sign(at) || self.levels.len() > DEEPEST {
            return Err(Stop::Unknown);
        }
        if self.is_dash(at) {
            self.stand(at, true, String::new());
            let next = self.skip_blanks(Spot { column: at.column + 1, ..at });
            if self.lines[at.line][at.column + 1..next.column].contains(&'\t') && self.key(next).is_some() {
                return Self::tab(Spot { column: at.column + 1, ..at });
            }
            if self.is_end(next) {
                self.above = Above::Waiting { block: false };
                return Ok(at.line + 1);
            }
            if self.is_dash(next) || self.key(next).is_some() || self.is_sign(next) {
                return self.item(next);
            }
            return self.value(next, Some(at.column), "-");
        }
        if let Some((key, after)) = self.key(at) {
            self.stand(at, false, key.clone());
            return self.value(self.skip_blanks(after), Some(at.column), &format!("{key}:"));
        }
        if let Above::Waiting { block: true } = self.above {
            let fix = "indent it deeper than the key above it".to_owned();
            return Self::stop(at, "the text of a block must be indented", Some(fix));
        }
        let level = self.levels.last().filter(|level| level.column >= at.column);
        if level.is_some() {
            return self.no_colon(at);
        }
        self.value(at, self.levels.last().map(|level| level.column), "")
    }

    fn stand(&mut self, at: Spot, list: bool, key: String) {
        match self.levels.last_mut() {
            Some(level) if level.column == at.column && level.list == list => {
                (level.line, level.key) = (at.line, key);
            }
            _ => self.levels.push(Level { column: at.column, list, line: at.line, key }),
        }
    }

    /// Reads a value that begins here; answers the next line.
    fn value(&mut self, at: Spot, within: Option<usize>, owner: &str) -> Read<usize> {
        let at = self.skip_properties(at);
        let Some(first) = self.peek(at).filter(|_| !self.is_end(at)) else {
            self.above = Above::Waiting { block: false };
            return Ok(at.line + 1);
        };
        let text = self.text_at(at);
        let next_is_blank = self.peek(Spot { column: at.column + 1, ..at }).is_none_or(char::is_whitespace);
        match first {
            '"' | '\'' => {
                let end = self.quoted(at, within)?;
                self.whole(at, end)
            }
            '[' | '{' => {
                let end = self.brackets(at, within)?;
                self.whole(at, end)
            }
            '|' | '>' => self.block(at, within, first),
            '*' => Err(Stop::Unknown),
            '`' => Self::needs_quotes(at, "a text can't begin with a backtick", &text),
            '@' | '%' | ']' | '}' | ',' => {
                Self::needs_quotes(at, &format!("a text can't begin with `{first}`"), &text)
            }
            '?' if next_is_blank => Self::needs_quotes(at, "a text can't begin with `? `", &text),
            '-' if next_is_blank && !owner.is_empty() && owner != "-" => {
                let fix = "begin a list on the next line, or put quotes around what is a text";
                Self::stop(at, "`- ` can't stand behind a key", Some(fix.to_owned()))
            }
            _ => {
                if let Some(colon) = colon_of(&text) {
                    let at_colon = Spot { column: at.column + colon, ..at };
                    return Self::needs_quotes(at_colon, "a text that holds `: ` needs quotes", &text);
                }
                self.above = Above::Text { start: at, within };
                Ok(at.line + 1)
            }
        }
    }

    /// What stands behind a value in quotes or brackets is a comment or nothing.
    fn whole(&mut self, start: Spot, end: Spot) -> Read<usize> {
        let rest = self.skip_blanks(end);
        if self.is_end(rest) {
            self.above = Above::Whole;
            return Ok(end.line + 1);
        }
        let opener = self.peek(start).unwrap_or_default();
        let next = self.peek(rest).unwrap_or_default();
        if next == ':' {
            return Err(Stop::Unknown);
        }
        if opener == '[' || opener == '{' {
            if matches!(next, ']' | '}') {
                return Self::stop(
                    rest,
                    &format!("this `{next}` closes nothing"),
                    Some("remove it".to_owned()),
                );
            }
            let text = self.text_at(start);
            let what = if text.starts_with("{{") {
                "{{"
            } else if opener == '[' {
                "["
            } else {
                "{"
            };
            return Self::needs_quotes(
                start,
                &format!("a text that begins with `{what}` needs quotes"),
                &text,
            );
        }
        if start.line != end.line {
            return self.unclosed(start);
        }
        let behind = self.text_at(rest);
        let (sign, what) = if opener == '"' { (r#"\""#, "a quote") } else { ("''", "an apostrophe") };
        let fix = match next {
            '#' => "put a blank in front of the comment".to_owned(),
            _ if behind.contains(opener) => format!("write `{sign}` for {what} that belongs to the text"),
            _ => {
                format!("remove what stands behind it, or write `{sign}` for {what} that belongs to the text")
            }
        };
        let closing = Spot { column: end.column - 1, ..end };
        Self::stop(closing, "the text ends at this quote, but more stands behind it", Some(fix))
    }

    /// Reads the lines of a `|` or `>` block; answers the line behind it.
    fn block(&mut self, at: Spot, within: Option<usize>, sign: char) -> Read<usize> {
        let text = self.text_at(at);
        let head = text[1..].trim_start_matches(['+', '-']).trim_start_matches(|c: char| c.is_ascii_digit());
        let head = head.trim_start_matches(['+', '-']);
        if !(head.is_empty() || head.starts_with([' ', '\t']) && head.trim_start().starts_with('#')) {
            let message = format!("behind `{sign}` the text begins on the next line");
            return Self::needs_quotes(at, &message, &text);
        }
        let explicit = text.contains(|c: char| c.is_ascii_digit());
        let mut inside = None;
        let mut line = at.line + 1;
        while line < self.lines.len() {
            let indent = self.indent(line);
            match self.lines[line].get(indent) {
                None => {}
                Some('\t') if within.is_some_and(|within| indent <= within) => {
                    if self.lines[line][indent..].iter().all(|c| c.is_whitespace()) {
                        line += 1;
                        continue;
                    }
                    return Self::tab(Spot { line, column: indent });
                }
                Some(_) if within.is_some_and(|within| indent <= within) => break,
                Some(first) => match inside {
                    None => inside = Some(indent),
                    Some(_) if explicit => {}
                    Some(inside) if indent < inside && *first == '#' => break,
                    Some(inside) if indent < inside => {
                        let message = "this line is indented less than the first line of its block";
                        let fix =
                            format!("indent it by {inside} blanks, like the line where the block begins");
                        return Self::stop(Spot { line, column: indent }, message, Some(fix));
                    }
                    Some(_) => {}
                },
            }
            line += 1;
        }
        self.above = if inside.is_some() { Above::Whole } else { Above::Waiting { block: true } };
        Ok(line)
    }
}

/// Looking at characters.
impl Outline {
    fn indent(&self, line: usize) -> usize {
        self.lines[line].iter().take_while(|c| **c == ' ').count()
    }

    fn peek(&self, at: Spot) -> Option<char> {
        self.lines.get(at.line)?.get(at.column).copied()
    }

    fn skip_blanks(&self, mut at: Spot) -> Spot {
        while self.peek(at).is_some_and(|c| c == ' ' || c == '\t') {
            at.column += 1;
        }
        at
    }

    /// Skips `&anchor` and `!tag`.
    fn skip_properties(&self, mut at: Spot) -> Spot {
        while self.peek(at).is_some_and(|c| c == '&' || c == '!') {
            while self.peek(at).is_some_and(|c| !c.is_whitespace()) {
                at.column += 1;
            }
            at = self.skip_blanks(at);
        }
        at
    }

    /// Whether nothing but a comment comes any more on this line.
    fn is_end(&self, at: Spot) -> bool {
        let blank_before = at.column == 0
            || self.peek(Spot { column: at.column - 1, ..at }).is_some_and(char::is_whitespace);
        self.peek(at).is_none_or(|c| c == '#' && blank_before)
    }

    fn is_dash(&self, at: Spot) -> bool {
        self.peek(at) == Some('-')
            && self.peek(Spot { column: at.column + 1, ..at }).is_none_or(char::is_whitespace)
    }

    /// Whether a `?` or `:` stands here by itself, which keys can begin with in a way that few know.
    fn is_sign(&self, at: Spot) -> bool {
        let next = self.peek(Spot { column: at.column + 1, ..at });
        matches!(self.peek(at), Some(':' | '?')) && next.is_none_or(char::is_whitespace)
    }

    /// The rest of the line without a comment.
    fn text_at(&self, at: Spot) -> String {
        let rest = &self.lines[at.line][at.column.min(self.lines[at.line].len())..];
        let comment = (1..rest.len()).find(|i| rest[*i] == '#' && rest[*i - 1].is_whitespace());
        rest[..comment.unwrap_or(rest.len())].iter().collect::<String>().trim_end().to_owned()
    }

    /// The key that stands here, and the place behind its colon.
    fn key(&self, at: Spot) -> Option<(String, Spot)> {
        let first = self.peek(at)?;
        let line = &self.lines[at.line];
        let colon = if first == '"' || first == '\'' {
            let close = (at.column + 1..line.len()).find(|i| line[*i] == first)?;
            let behind = self.skip_blanks(Spot { column: close + 1, ..at });
            (self.peek(behind) == Some(':')).then_some(behind.column)?
        } else if matches!(first, '[' | '{' | '|' | '>' | '#' | ',' | ']' | '}') {
            return None;
        } else {
            at.column + colon_of(&self.text_at(at))?
        };
        let blank = line.get(colon + 1).is_none_or(|c| c.is_whitespace());
        let key: String = line[at.column..colon].iter().collect();
        let behind = Spot { column: colon + 1, ..at };
        blank.then(|| (key.trim_end().to_owned(), behind))
    }
}

/// Where a colon ends a key, in characters: a blank or nothing stands behind it.
fn colon_of(text: &str) -> Option<usize> {
    let chars: Vec<char> = text.chars().collect();
    (0..chars.len()).find(|i| chars[*i] == ':' && chars.get(i + 1).is_none_or(|c| c.is_whitespace()))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::super::parse;
    use super::fault;

    fn fixtures(kind: &str) -> Vec<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/actions").join(kind);
        let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect()
    }

    /// It would be told in the place of the real mistake, which stands further on.
    #[test]
    fn nothing_is_found_in_what_the_parser_can_read() {
        const SLIPS: [&str; 12] = ["", " ", "\n", "'", "\"", ":", "- ", "#", "[", "]", "x", "|"];
        let mut read = 0;
        for path in ["valid", "warning", "invalid"].into_iter().flat_map(fixtures) {
            let Ok(source) = std::fs::read_to_string(&path) else { continue };
            let source = source.trim_start_matches('\u{feff}');
            for (at, old) in source.char_indices().filter(|_| source.len() < 4096) {
                let slip = SLIPS[(at + read) % SLIPS.len()];
                let text = format!("{}{slip}{}", &source[..at], &source[at + old.len_utf8()..]);
                if parse(&text).is_ok() {
                    read += 1;
                    let told = fault(&text).map(|fault| (fault.at, fault.message));
                    assert_eq!(told, None, "{} at {at}:\n{text}", path.display());
                }
            }
        }
        assert!(read > 1000, "{read}");
    }

    proptest::proptest! {
        /// Whatever is wrong, it is somewhere in the text.
        #[test]
        fn any_text_is_read_and_the_place_of_a_fault_is_in_it(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "a", "é", "key:", ": ", "- ", "\n", "\n  ", "\n    ", "\t", "'", "\"", "\\", "\\x", "[", "]", "{", "}", ",", "#",
                    " #", "|", ">", "|2", "&a ", "*a", "!t ", "@", "`", "%", "? ", "---", "\r", "\r\n", "\u{a0}", "{{ inputs.x }}",
                ]),
                0..24,
            ),
        ) {
            let text = parts.concat();
            if let Some(fault) = fault(&text) {
                let line = text.lines().nth(fault.at.line - 1);
                let columns = line.map(|line| line.chars().count());
                assert!(columns.is_some_and(|columns| (1..=columns).contains(&fault.at.column)), "{text:?}: {fault:?}");
            }
        }
    }
}
