//! `wait_for`: goes on when a pattern matches what the terminal printed.
//!
//! The streaming matcher is `watch_text`; here the pattern is only read and judged.

use std::sync::Arc;
use std::time::Duration;

use regex_syntax::hir::{Class, Hir, HirKind};
use schemars::JsonSchema;

use super::{Kind, Stage, Success};
use crate::action::FillError;
use crate::action::duration;
use crate::action::fields::Fields;
use crate::action::lint::{Reader, placeholders_of};
use crate::action::template::{Filler, placeholders};
use crate::api::TerminalState;
use crate::run::StepFailure;
use crate::terminal::WaitOutcome;
use crate::watch_text::{Matcher, Pattern};

/// How long a wait lasts if the file does not say.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Goes on when the pattern matches the terminal's output, else fails when the time is up.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct WaitFor {
    /// A regular expression (syntax of Rust's `regex` crate).
    #[schemars(length(min = 1))]
    pub pattern: String,
    /// How long it waits at most; 10 s if not given.
    #[schemars(with = "Option<crate::action::schema::DurationText>")]
    pub timeout: Duration,
    /// Where it looks.
    #[schemars(with = "Option<Source>")]
    pub source: Source,
}

/// Where a wait looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub enum Source {
    /// In what is printed from the last `write` on.
    #[default]
    Output,
    /// On the screen as it stands.
    Screen,
}

impl Kind for WaitFor {
    const NAME: &'static str = "wait_for";
    const WHAT: &'static str = "a `wait_for` step";
    const MAIN: &'static str = "pattern";
    const ALIASES: &'static [&'static str] = &[
        "wait",
        "wait_until",
        "until",
        "await",
        "expect",
        "match",
        "matches",
        "contains",
        "regex",
        "regexp",
        "text",
        "for",
        "output",
    ];
    const TAKES: &'static str = "a regular expression";

    fn read(fields: &mut Fields<'_, '_, '_>, main: &'static str) -> Option<Self> {
        let pattern = fields.text_node(main);
        if !fields.took(main) {
            fields.missing_or(main, Self::ALIASES, Self::TAKES);
        }
        if let Some((pattern, node)) = pattern {
            placeholders_of(pattern, node, Reader::Pattern, fields.problems);
            if let Some((code, why, fix)) = refuse_pattern(&stand_in(pattern)) {
                fields.problems.error(node.at, code, format!("the pattern {why}"), fix);
            }
        }
        let timeout = fields
            .limit("timeout", "a wait of no time fails, unless the text is there already")
            .unwrap_or(TIMEOUT);
        let sources = [("output", Source::Output), ("screen", Source::Screen)];
        let source = fields.choice("source", &sources).unwrap_or_default();
        pattern.map(|(pattern, _)| Self { pattern: pattern.to_owned(), timeout, source })
    }

    fn written(meant: &str) -> String {
        format!("'{}'", meant.replace('\'', "''"))
    }

    fn text(&self) -> String {
        let screen = if self.source == Source::Screen { " on the screen" } else { "" };
        format!("{}{screen} (at most {})", self.pattern, duration::show(self.timeout))
    }

    fn fill(&self, filler: &Filler<'_>) -> Result<Self, FillError> {
        Ok(Self { pattern: filler.pattern(&self.pattern)?, ..self.clone() })
    }

    async fn perform(&self, stage: &Stage) -> Result<Success, StepFailure> {
        let pattern = match stage.patterns.get(&self.pattern) {
            Ok(pattern) => pattern,
            Err(error) => return Err(stage.failure("bad_pattern", error.to_string()).await),
        };
        let outcome = match self.source {
            Source::Output => stage.terminal.wait_text(stage.cursor, pattern.clone(), self.timeout).await,
            Source::Screen => stage.terminal.wait_screen(pattern.clone(), self.timeout).await,
        };
        match outcome {
            WaitOutcome::Matched { dropped: false } => Ok(Success::default()),
            WaitOutcome::Matched { dropped: true } => {
                let reason =
                    "more was printed before the wait began than is kept; the oldest was not looked at";
                Ok(Success { reason: Some(reason.to_owned()), exit_code: None })
            }
            WaitOutcome::TimedOut => {
                let limit = duration::show(self.timeout);
                let unseen = if self.source == Source::Output { unseen(stage, &pattern).await } else { "" };
                let message = format!("`{}` did not appear within {limit}{unseen}", self.pattern);
                Err(stage.failure("timeout", message).await)
            }
            WaitOutcome::Ended => {
                let message = format!("the terminal ended before `{}` appeared", self.pattern);
                Err(stage.failure("exited", message).await)
            }
        }
    }
}

/// What to say of text that stands on the screen, but is no output since the shell has the terminal again.
async fn unseen(stage: &Stage, pattern: &Arc<Pattern>) -> &'static str {
    let at_prompt = matches!(stage.terminal.view().state, TerminalState::AtPrompt { .. });
    let screen = if at_prompt { stage.terminal.screen().await } else { None };
    if screen.is_some_and(|screen| Matcher::finds(pattern, &screen.lines.join("\n"))) {
        "; on the screen it does stand, as typed or older text, or printed by a background job while the shell \
         waited at its prompt: `source: screen` looks there, or start the job without `&`"
    } else {
        ""
    }
}

/// The pattern with a letter for each placeholder, so that the rest of it can be judged.
fn stand_in(pattern: &str) -> String {
    let mut text = pattern.to_owned();
    for placeholder in placeholders(pattern).into_iter().rev() {
        text.replace_range(placeholder.range, "x");
    }
    text
}

/// Why a pattern can't be waited for: a code, a reason and perhaps a fix.
pub(crate) fn refuse_pattern(pattern: &str) -> Option<(&'static str, String, Option<String>)> {
    let hir = match regex_syntax::parse(pattern) {
        Ok(hir) => hir,
        Err(error) => {
            let (what, column) = match &error {
                regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.column),
                regex_syntax::Error::Translate(error) => {
                    (error.kind().to_string(), error.span().start.column)
                }
                _ => (error.to_string(), 1),
            };
            return Some(("bad-pattern", format!("does not compile: at character {column}, {what}"), None));
        }
    };
    let nothing = match hir.properties().minimum_len() {
        Some(0) => {
            let fix = "let it need at least one character: `+` instead of `*`, say";
            Some(("matches the empty text, so it would never wait", Some(fix.to_owned())))
        }
        None => Some(("matches no text at all, so it could only wait until its time is up", None)),
        Some(_) => None,
    };
    if let Some((why, fix)) = nothing {
        return Some(("pattern-matches-nothing", why.to_owned(), fix));
    }
    if size(&hir) <= SMALL {
        return None;
    }
    // The same compiler that runs use: what is accepted here can be waited for.
    let refused = Pattern::new(pattern).err()?;
    Some(("bad-pattern", format!("can't be used: {refused}"), None))
}

/// A pattern of fewer states than this is never too large, so that it need not be compiled to be judged: that takes
/// ten times as long as reading the file it stands in.
const SMALL: usize = 50_000;

/// How many states a pattern can have at most, give or take a few for each of its parts.
fn size(hir: &Hir) -> usize {
    let sum = |subs: &[Hir]| subs.iter().fold(subs.len(), |sum, sub| sum.saturating_add(size(sub)));
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() + 1,
        // A range of characters is at most nine sequences of at most four bytes.
        HirKind::Class(Class::Unicode(class)) => 36 * class.ranges().len() + 1,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1)).saturating_add(1);
            size(&repetition.sub).saturating_add(1).saturating_mul(times as usize)
        }
        HirKind::Capture(capture) => size(&capture.sub) + 2,
        HirKind::Concat(subs) | HirKind::Alternation(subs) => sum(subs),
    }
}

#[cfg(test)]
mod tests {
    use super::refuse_pattern;

    #[test]
    fn a_pattern_that_matches_nothing_is_refused() {
        for pattern in ["", "a*", "^", "$", "(a|)", r"\b", "(?m)^$"] {
            assert_eq!(
                refuse_pattern(pattern).map(|(code, ..)| code),
                Some("pattern-matches-nothing"),
                "{pattern}"
            );
        }
        for pattern in ["a", r"\d+", "Password: $", "passed|failed", r"\$ $"] {
            assert_eq!(refuse_pattern(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_can_never_match_is_told_from_one_that_always_does() {
        let why = |pattern| refuse_pattern(pattern).map(|(code, why, _)| (code, why)).unwrap();
        for pattern in [r"[^\s\S]", r"a[b&&c]", r"([a--a]|\P{any})"] {
            let never = "matches no text at all, so it could only wait until its time is up";
            assert_eq!(why(pattern), ("pattern-matches-nothing", never.to_owned()), "{pattern}");
        }
        let always = "matches the empty text, so it would never wait";
        assert_eq!(why("a*"), ("pattern-matches-nothing", always.to_owned()));
    }

    #[test]
    fn a_pattern_that_is_too_large_is_refused() {
        for pattern in [r"\w{5000}", r"((a{100}){100}){100}", r"(\pL{50}){50}"] {
            assert_eq!(refuse_pattern(pattern).map(|(code, ..)| code), Some("bad-pattern"), "{pattern}");
        }
        for pattern in [r"\w+ \d+", r"x{1,1000}", r"(?i)größe \S+"] {
            assert_eq!(refuse_pattern(pattern), None, "{pattern}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        /// What is judged without being compiled compiles, and what is counted is no less than what it takes.
        #[test]
        fn what_is_accepted_can_be_waited_for(
            parts in proptest::collection::vec(r"(\\w|\\d|\\pL|.|[a-zé☃]|(?i:s)|\\S)[+*?]?|([a-z]|\\w)\{1,40\}|(a|b\\d|\.)\{2,90\}|\\b|\$", 1..6),
        ) {
            let pattern = parts.concat();
            if let Ok(hir) = regex_syntax::parse(&pattern)
                && refuse_pattern(&pattern).is_none()
            {
                let nfa = regex_automata::nfa::thompson::NFA::compiler().build_from_hir(&hir);
                if let Ok(nfa) = nfa {
                    assert!(nfa.states().len() <= 2 * super::size(&hir) + 64, "{pattern}");
                }
                assert!(crate::watch_text::Pattern::new(&pattern).is_ok(), "{pattern}");
            }
        }
    }

    #[test]
    fn the_place_in_a_broken_pattern_is_told() {
        let (code, why, _) = refuse_pattern("ab(cd").unwrap();
        assert_eq!((code, why.as_str()), ("bad-pattern", "does not compile: at character 3, unclosed group"));
    }
}
