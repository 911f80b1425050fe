//! The streaming matcher behind `wait_for`: looks at each byte once, whatever the pattern.
//!
//! It knows nothing of terminals; `terminal/text.rs` makes the text that it is fed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, NFA};
use regex_automata::util::start;
use regex_syntax::hir::{Hir, HirKind, Look};

/// A pattern that a wait can look for.
#[derive(Debug)]
pub struct Pattern {
    dfa: DFA,
    start: LazyStateID,
    cache: Cache,
    sees_end: bool,
    rest: Option<Rest>,
}

/// The state in which nothing of the pattern has been seen, if only a few bytes lead out of it: the text up to
/// the next of them needs no automaton.
#[derive(Debug)]
struct Rest {
    state: LazyStateID,
    bytes: Vec<u8>,
}

/// Why a pattern can't be waited for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is no regular expression.
    #[error("{message}")]
    Syntax {
        /// What is wrong.
        message: String,
        /// Where in the pattern, in bytes from 0.
        offset: usize,
    },
    /// It matches the empty text, so that a wait for it would never wait.
    #[error("the pattern also matches nothing at all, so it would match at once")]
    MatchesNothing,
    /// It would need more memory than a wait may use.
    #[error("the pattern is too large: {0}")]
    TooLarge(String),
}

impl Pattern {
    /// Compiles a pattern in the syntax of the `regex` crate. `\b` and `\B` are ASCII.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let hir =
            regex_syntax::ParserBuilder::new().utf8(false).build().parse(source).map_err(syntax_error)?;
        if hir.properties().minimum_len() == Some(0) {
            return Err(PatternError::MatchesNothing);
        }
        let looks = hir.properties().look_set();
        let sees_end = looks.contains(Look::End)
            || looks.contains(Look::EndLF)
            || looks.contains(Look::EndCRLF)
            || looks.contains_word();
        let too_large = |error: &dyn std::fmt::Display| PatternError::TooLarge(error.to_string());
        let nfa: NFA = thompson::Compiler::new()
            .configure(thompson::Config::new().utf8(false).nfa_size_limit(Some(10 << 20)))
            .build_from_hir(&with_ascii_words(hir))
            .map_err(|error| too_large(&error))?;
        let dfa = DFA::builder()
            .configure(DFA::config().skip_cache_capacity_check(true))
            .build_from_nfa(nfa)
            .map_err(|error| too_large(&error))?;
        let mut cache = dfa.create_cache();
        let start = dfa.start_state(&mut cache, &start::Config::new()).map_err(|error| too_large(&error))?;
        let rest = Rest::of(&dfa, &mut cache, start);
        Ok(Self { dfa, start, cache, sees_end, rest })
    }

    /// Whether it asks what comes after a match (`$`, `\z`, `\b`, `\B`).
    #[must_use]
    pub fn sees_end(&self) -> bool {
        self.sees_end
    }
}

impl Rest {
    fn of(dfa: &DFA, cache: &mut Cache, start: LazyStateID) -> Option<Self> {
        // Where almost any text leads.
        let state = dfa.next_state(cache, start, b'\0').ok()?;
        let mut bytes = Vec::new();
        for byte in 0..=u8::MAX {
            if dfa.next_state(cache, state, byte).ok()? != state {
                bytes.push(byte);
            }
        }
        // As many as can be searched for at a time.
        (!state.is_tagged() && bytes.len() <= 3 && cache.clear_count() == 0).then_some(Self { state, bytes })
    }

    /// How many bytes of `text` change nothing.
    fn skip(&self, text: &[u8]) -> usize {
        let next = match *self.bytes {
            [one] => memchr::memchr(one, text),
            [one, two] => memchr::memchr2(one, two, text),
            [one, two, three] => memchr::memchr3(one, two, three, text),
            _ => None,
        };
        next.unwrap_or(text.len())
    }
}

/// Patterns that were compiled already, by their source: compiling costs as much as many waits.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    compiled: Arc<Mutex<HashMap<String, Arc<Pattern>>>>,
}

/// More than any set of actions has; beyond it everything is forgotten.
const MOST_PATTERNS: usize = 512;

impl Patterns {
    /// The compiled pattern.
    pub fn get(&self, source: &str) -> Result<Arc<Pattern>, PatternError> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = compiled.get(source) {
            return Ok(pattern.clone());
        }
        let pattern = Arc::new(Pattern::new(source)?);
        if compiled.len() >= MOST_PATTERNS {
            compiled.clear();
        }
        compiled.insert(source.to_owned(), pattern.clone());
        Ok(pattern)
    }
}

/// One wait's progress through a stream of text.
pub struct Matcher {
    pattern: Arc<Pattern>,
    cache: Cache,
    state: LazyStateID,
}

impl Matcher {
    /// Whether the pattern matches somewhere in this text, and nothing follows it.
    #[must_use]
    pub fn finds(pattern: &Arc<Pattern>, text: &str) -> bool {
        let mut matcher = Self::new(pattern.clone());
        matcher.feed(text.as_bytes()).is_some() || matcher.drained()
    }

    /// Begins a wait: `^` means here.
    #[must_use]
    pub fn new(pattern: Arc<Pattern>) -> Self {
        // A copy of the pattern's own warm cache: building the first states anew costs more.
        let cache = pattern.cache.clone();
        let state = pattern.start;
        Self { pattern, cache, state }
    }

    /// Looks at more text. A match's end is given in bytes from the start of `text`: the first position
    /// where some match ends. Ends that depend on what follows (`$`, `\b`) are seen when it has come, or
    /// by [`Matcher::drained`].
    pub fn feed(&mut self, text: &[u8]) -> Option<usize> {
        let mut index = 0;
        while index < text.len() {
            // Once the cache has been cleared, states have other names.
            if let Some(rest) = &self.pattern.rest
                && self.state == rest.state
                && self.cache.clear_count() == 0
            {
                index += rest.skip(&text[index..]);
                if index == text.len() {
                    break;
                }
            }
            self.state = self.pattern.dfa.next_state(&mut self.cache, self.state, text[index]).ok()?;
            if self.state.is_tagged() {
                // The automaton tells of a match one byte late.
                if self.state.is_match() {
                    return Some(index);
                }
                if self.state.is_dead() {
                    return None;
                }
            }
            index += 1;
        }
        (!self.pattern.sees_end && self.matches_at_end()).then_some(text.len())
    }

    /// Nothing more is to be read for now: does a match end exactly here?
    pub fn drained(&mut self) -> bool {
        self.pattern.sees_end && self.matches_at_end()
    }

    fn matches_at_end(&mut self) -> bool {
        self.pattern.dfa.next_eoi_state(&mut self.cache, self.state).is_ok_and(|state| state.is_match())
    }
}

/// `\b` on Unicode words can't be streamed by an automaton; on ASCII words it can.
fn with_ascii_words(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(match look {
            Look::WordUnicode => Look::WordAscii,
            Look::WordUnicodeNegate => Look::WordAsciiNegate,
            Look::WordStartUnicode => Look::WordStartAscii,
            Look::WordEndUnicode => Look::WordEndAscii,
            Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
            Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
            other => other,
        }),
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(with_ascii_words(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(mut capture) => {
            capture.sub = Box::new(with_ascii_words(*capture.sub));
            Hir::capture(capture)
        }
        HirKind::Concat(subs) => Hir::concat(subs.into_iter().map(with_ascii_words).collect()),
        HirKind::Alternation(subs) => Hir::alternation(subs.into_iter().map(with_ascii_words).collect()),
    }
}

fn syntax_error(error: regex_syntax::Error) -> PatternError {
    let (message, offset) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.offset),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span().start.offset),
        other => (other.to_string(), 0),
    };
    PatternError::Syntax { message, offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `reads` in turn; the end of the match in bytes from the very first one.
    fn find(pattern: &str, reads: &[&str]) -> Option<usize> {
        let mut matcher = Matcher::new(Arc::new(Pattern::new(pattern).unwrap()));
        let mut seen = 0;
        for read in reads {
            if let Some(end) = matcher.feed(read.as_bytes()) {
                return Some(seen + end);
            }
            seen += read.len();
        }
        matcher.drained().then_some(seen)
    }

    #[test]
    fn a_match_ends_at_its_earliest_end() {
        assert_eq!(find(r"hello-\d+", &["hello-42 "]), Some(7));
        assert_eq!(find(r"hello-\d+", &["hello-42"]), Some(7));
        assert_eq!(find("abcd|b", &["abcd"]), Some(2));
    }

    #[test]
    fn a_match_may_straddle_reads() {
        assert_eq!(find("hello", &["he", "l", "lo"]), Some(5));
        assert_eq!(find("grün", &["gr\u{fc}n"]), Some(5));
        assert_eq!(find("x", &["", "", "x"]), Some(1));
    }

    #[test]
    fn a_caret_means_the_wait_s_beginning() {
        assert_eq!(find("^ready", &["not ready"]), None);
        assert_eq!(find("(?m)^ready", &["not\nready"]), Some(9));
    }

    #[test]
    fn an_end_assertion_is_seen_when_nothing_more_is_to_be_read() {
        assert_eq!(find("Password: $", &["Pass", "word: "]), Some(10));
        assert_eq!(find("Password: $", &["Password: x"]), None);
        assert_eq!(find(r"\bok\b", &["not ok"]), Some(6));
        assert_eq!(find(r"\bok\b", &["okay, ok."]), Some(8));
    }

    #[test]
    fn what_matches_nothing_is_refused() {
        for pattern in ["", "a*", "^", "$", "x?|y"] {
            assert_eq!(Pattern::new(pattern).unwrap_err(), PatternError::MatchesNothing, "{pattern}");
        }
    }

    #[test]
    fn a_broken_pattern_says_where() {
        let PatternError::Syntax { offset, .. } = Pattern::new("ab(c").unwrap_err() else { panic!() };
        assert_eq!(offset, 2);
    }

    #[test]
    fn any_split_gives_the_same_end() {
        let text = "one two 42 three ünï 43\nready> ";
        for pattern in
            [r"\d+ three", "ünï", r"(?m)^ready", r"t.*e{2}", r"[^o]+\n", "ready", "[wt]o", "(?i)READY"]
        {
            let whole = find(pattern, &[text]);
            for cut in (1..text.len()).filter(|&cut| text.is_char_boundary(cut)) {
                let (left, right) = text.split_at(cut);
                assert_eq!(find(pattern, &[left, right]), whole, "{pattern} cut at {cut}");
            }
        }
    }
}
