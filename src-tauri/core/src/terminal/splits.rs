//! Property tests: what waits see does not depend on how the kernel cut the bytes into reads.
//!
//! The oracle is another automaton (the `PikeVM`) that looks at each place anew, with all the text before it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;
use regex_automata::nfa::thompson::NFA;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};
use tokio::sync::oneshot;

use super::echo::{Discipline, Echo};
use super::marks::Mark;
use super::text::TextReader;
use super::waits::{CursorId, WaitOutcome, Waits};
use crate::watch_text::{Matcher, Pattern};

/// One read's bytes, and whether nothing more was to be read then.
type Reads = Vec<(Vec<u8>, bool)>;

/// Cuts bytes at these places; the end of the last read always drains.
fn cut(bytes: &[u8], places: &[usize], drained: &[bool]) -> Reads {
    let mut ends: Vec<usize> = places.iter().map(|place| place % (bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let mut start = 0;
    let mut reads: Reads = ends
        .iter()
        .enumerate()
        .map(|(index, &end)| {
            let read = bytes[start..end].to_vec();
            start = end;
            (read, drained.get(index).copied().unwrap_or(false))
        })
        .collect();
    if let Some(last) = reads.last_mut() {
        last.1 = true;
    }
    reads
}

/// The end of the first match, as `Matcher` tells it.
fn told(pattern: &Arc<Pattern>, reads: &Reads) -> Option<usize> {
    let mut matcher = Matcher::new(pattern.clone());
    let mut seen = 0;
    for (read, drained) in reads {
        if let Some(end) = matcher.feed(read) {
            return Some(seen + end);
        }
        seen += read.len();
        if *drained && matcher.drained() {
            return Some(seen);
        }
    }
    None
}

/// Every place in turn: with the byte after it in sight, and at drained ends with none.
fn expected(source: &str, reads: &Reads) -> Option<usize> {
    let ascii = source.replace(r"\b", r"(?-u:\b)").replace(r"\B", r"(?-u:\B)");
    let nfa = NFA::compiler().syntax(syntax::Config::new().utf8(false)).build(&ascii).unwrap();
    let vm = PikeVM::builder().configure(PikeVM::config().match_kind(MatchKind::All)).build_from_nfa(nfa);
    let vm = vm.unwrap();
    let mut cache = vm.create_cache();
    // With all matches wanted the longest is found, so one that ends here is found if there is one.
    let mut ends_at = |text: &[u8], end: usize| {
        (0..=end).any(|start| {
            let input = Input::new(text).span(start..end).anchored(Anchored::Yes);
            vm.find(&mut cache, input).is_some_and(|found| found.end() == end)
        })
    };
    let text: Vec<u8> = reads.iter().flat_map(|(read, _)| read.clone()).collect();
    let mut seen = 0;
    for (read, drained) in reads {
        for next in seen..seen + read.len() {
            if ends_at(&text[..=next], next) {
                return Some(next);
            }
        }
        seen += read.len();
        if *drained && ends_at(&text[..seen], seen) {
            return Some(seen);
        }
    }
    None
}

/// Patterns from few letters, so that many match.
fn patterns(looks: &'static [&'static str]) -> impl Strategy<Value = String> {
    let letters =
        ["a", "b", "1", " ", "ü", "\\n", ".", "\\d", "\\w", "[ab]", "[^a]", "(?m)^a", "^a", "(?s:.)"];
    let leaf = select([&letters[..], looks].concat()).prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("(?:{one}|{other})")),
            (inner, select(vec!["+", "*", "?", "{2}", "+?"]))
                .prop_map(|(part, times)| format!("(?:{part}){times}")),
        ]
    })
}

fn texts() -> impl Strategy<Value = String> {
    proptest::collection::vec(select(vec!["a", "b", "1", " ", "\n", "ü", "日"]), 0..16)
        .prop_map(|parts| parts.concat())
}

/// What programs and shells print: text, line ends, sequences, marks, and beginnings of sequences.
fn output() -> impl Strategy<Value = Vec<u8>> {
    let parts = [
        "a",
        "b",
        "1",
        " ",
        "ab",
        "ü",
        "日",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\x08",
        "\x07",
        "\x1b[3C",
        "\x1b[1;31m",
        "\x1b[0m",
        "\x1b]0;title\x07",
        "\x1b]8;;x\x1b\\",
        "\x1b(B",
        "\x1b[",
        "\x1b",
        "\x1b[3J",
        "\x1bc",
        "\x1b[2K",
        "\x1b]133;A;aid=id\x07",
        "\x1b]133;B;aid=id\x07",
        "\x1b]133;B;aid=id;editor=kernel\x07",
        "\x1b]133;C;aid=id;cmdline_url=a%20b\x07",
        "\x1b]133;D;3;aid=id\x07",
        "\x1b]133;B\x07",
        "\x1b]7;file://host/tmp\x07",
    ];
    proptest::collection::vec(select(parts.to_vec()), 0..24).prop_map(|parts| parts.concat().into_bytes())
}

fn cuts() -> impl Strategy<Value = (Vec<usize>, Vec<bool>)> {
    let places = proptest::collection::vec(any::<usize>(), 0..8);
    (places, proptest::collection::vec(any::<bool>(), 8))
}

/// All the text, the same way as the actor makes it, read by read.
fn through(reads: &Reads, typed: Option<(&str, Discipline)>) -> (Reads, Vec<Mark>) {
    let mut reader = TextReader::new("id".to_owned());
    let mut echo = Echo::default();
    let now = Instant::now();
    if let Some((typed, discipline)) = typed {
        echo.typed(typed.as_bytes(), discipline, now);
    }
    let mut marks = Vec::new();
    let mut texts: Reads = Vec::new();
    for (read, drained) in reads {
        let read = reader.advance(read);
        marks.append(&mut read.marks);
        let mut text = read.text.clone();
        echo.filter(&mut text);
        texts.push((text, *drained));
    }
    texts.push((echo.expire(now + Duration::from_secs(60)), true));
    (texts, marks)
}

fn joined(texts: &Reads) -> Vec<u8> {
    texts.iter().flat_map(|(text, _)| text.clone()).collect()
}

/// Whether a wait on these texts is over at their end, and whether there was text after its match.
fn waited(pattern: &Arc<Pattern>, texts: &Reads) -> (Option<WaitOutcome>, bool) {
    let mut waits = Waits::default();
    let cursor = CursorId::fresh();
    waits.open(cursor);
    let (done, mut outcome) = oneshot::channel();
    waits.wait(cursor, pattern.clone(), true, done);
    for (text, drained) in texts {
        waits.feed(text, *drained);
    }
    let (done, mut more) = oneshot::channel();
    waits.wait(cursor, Arc::new(Pattern::new("(?s:.)").unwrap()), true, done);
    (outcome.try_recv().ok(), more.try_recv().is_ok())
}

const LOOKS: &[&str] = &["$", r"\z", r"\b", r"\B", "(?m)$", r"a$", r"\bab", r"b\b", r"1\B"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_split_ends_a_match_in_the_same_place(source in patterns(&[]), text in texts(), (places, drained) in cuts()) {
        let Ok(pattern) = Pattern::new(&source).map(Arc::new) else { return Ok(()) };
        let whole = cut(text.as_bytes(), &[], &[]);
        let reads = cut(text.as_bytes(), &places, &drained);
        let end = told(&pattern, &whole);
        prop_assert_eq!(told(&pattern, &reads), end, "{:?} in {:?}", source, reads);
        prop_assert_eq!(end, expected(&source, &whole), "{:?} in {:?}", source, text);
    }

    #[test]
    fn an_end_counts_only_where_no_more_was_ready(source in patterns(LOOKS), text in texts(), (places, drained) in cuts()) {
        let Ok(pattern) = Pattern::new(&source).map(Arc::new) else { return Ok(()) };
        let reads = cut(text.as_bytes(), &places, &drained);
        prop_assert_eq!(told(&pattern, &reads), expected(&source, &reads), "{:?} in {:?}", source, reads);
    }

    #[test]
    fn any_split_gives_the_same_text_and_marks(
        bytes in output(),
        (places, drained) in cuts(),
        typed in select(vec![None, Some("ab\r"), Some("a b"), Some("aab\r"), Some("\x03")]),
        discipline in select(vec![Discipline::KernelEcho, Discipline::Silent, Discipline::Raw]),
    ) {
        let typed = typed.map(|typed| (typed, discipline));
        let (whole, marks) = through(&cut(&bytes, &[], &[]), typed);
        let (split, split_marks) = through(&cut(&bytes, &places, &drained), typed);
        prop_assert_eq!(joined(&split), joined(&whole));
        prop_assert_eq!(split_marks, marks);
    }

    #[test]
    fn any_split_ends_a_wait_in_the_same_place(
        source in patterns(&[]),
        bytes in output(),
        (places, drained) in cuts(),
    ) {
        let Ok(pattern) = Pattern::new(&source).map(Arc::new) else { return Ok(()) };
        let (whole, _) = through(&cut(&bytes, &[], &[]), None);
        let (split, _) = through(&cut(&bytes, &places, &drained), None);
        prop_assert_eq!(waited(&pattern, &split), waited(&pattern, &whole), "{:?} in {:?}", source, split);
    }

    #[test]
    fn a_wait_for_an_end_is_over_where_no_more_was_ready(
        source in patterns(LOOKS),
        bytes in output(),
        (places, drained) in cuts(),
    ) {
        let Ok(pattern) = Pattern::new(&source).map(Arc::new) else { return Ok(()) };
        let (texts, _) = through(&cut(&bytes, &places, &drained), None);
        let end = expected(&source, &texts);
        let (outcome, more) = waited(&pattern, &texts);
        prop_assert_eq!(outcome.is_some(), end.is_some(), "{:?} in {:?}", source, texts);
        if let Some(end) = end {
            prop_assert_eq!(more, end < joined(&texts).len(), "{:?} in {:?}", source, texts);
        }
    }
}
