//! Commands of the shell itself that calculate with their words, or take them for names of variables: `a[$(…)]` as a
//! value then runs what it holds. Told from a command's text alone; what a variable hands on is the command's own.

use super::Grammar;

/// What stands before the command itself.
const BEFORE: [&str; 15] = [
    "!",
    "{",
    "if",
    "then",
    "elif",
    "else",
    "while",
    "until",
    "do",
    "time",
    "command",
    "builtin",
    "noglob",
    "nocorrect",
    "-",
];
/// These evaluate each of their words.
const EVALUATES: [&str; 7] = ["let", "unset", "read", "integer", "float", "vared", "private"];
/// These do in zsh.
const ZSH_EVALUATES: [&str; 9] =
    ["exit", "return", "logout", "shift", "break", "continue", "repeat", "zformat", "zparseopts"];
/// These take `name=value`, where the value is one.
const DECLARES: [&str; 5] = ["declare", "typeset", "local", "export", "readonly"];
/// These take a name behind `-v`.
const TAKES_NAME: [&str; 4] = ["printf", "print", "test", "["];
/// Whoever sets one of these variables has the shell calculate it.
const NUMBERS: [&str; 28] = [
    "BAUD",
    "COLUMNS",
    "DIRSTACKSIZE",
    "EGID",
    "ERRNO",
    "EUID",
    "FUNCNEST",
    "GID",
    "HISTCMD",
    "HISTFILESIZE",
    "HISTSIZE",
    "KEYTIMEOUT",
    "LINES",
    "LISTMAX",
    "LOGCHECK",
    "MAILCHECK",
    "OPTIND",
    "PERIOD",
    "RANDOM",
    "REPORTMEMORY",
    "REPORTTIME",
    "SAVEHIST",
    "SECONDS",
    "SHLVL",
    "TMOUT",
    "TRY_BLOCK_ERROR",
    "TRY_BLOCK_INTERRUPT",
    "UID",
];

/// So far back a command is looked for: what a file of strangers can cost is bounded.
const LONGEST: usize = 256;

/// Whether the command that this text ends in would evaluate the word that goes on behind it.
pub(super) fn evaluates(text: &[u8], grammar: Grammar) -> bool {
    if matches!(grammar, Grammar::Fish | Grammar::PlainPosix) {
        return false;
    }
    let text = String::from_utf8_lossy(&text[text.len().saturating_sub(LONGEST)..]);
    // A placeholder is one word, or part of one.
    let text = text.replace("{{ ", "{{").replace(" | raw }}", "}}").replace(" }}", "}}");
    let text = text.as_bytes();
    let ends = |at: &usize| match text[*at] {
        b'\r' | b'\n' => !super::joins_lines(text, *at),
        byte => b";&|()`\x03".contains(&byte),
    };
    let from = (0..text.len()).rev().find(ends).map_or(0, |at| at + 1);
    // Quotes and backslashes change no name.
    let command: Vec<u8> = text[from..].iter().copied().filter(|byte| !b"'\"\\".contains(byte)).collect();
    let command = String::from_utf8_lossy(&command);
    let begun = command.rsplit(char::is_whitespace).next().unwrap_or_default();
    let set = begun.split_once('=').map(|(name, _)| name.trim_end_matches('+'));
    if set.is_some_and(|name| NUMBERS.contains(&name)) {
        return true;
    }
    let is_before = |word: &&str| BEFORE.contains(word) || word.contains('=');
    let mut words = command[..command.len() - begun.len()].split_whitespace().skip_while(is_before);
    let Some(name) = words.next() else { return false };
    let words: Vec<&str> = words.collect();
    let flags = || words.iter().copied().filter(|word| word.starts_with(['-', '+']));
    let zsh = grammar == Grammar::Zsh;
    EVALUATES.contains(&name)
        || (zsh && ZSH_EVALUATES.contains(&name))
        || (DECLARES.contains(&name)
            && (set.is_none() || flags().any(|flag| flag.contains(['i', 'n', 'E', 'F']))))
        || (TAKES_NAME.contains(&name) && (words.last() == Some(&"-v") || begun.starts_with("-v")))
        || (matches!(name, "for" | "select") && words.first().is_some_and(|name| NUMBERS.contains(name)))
        || (zsh && (is_number_test(name, &words) || formats_number(name, &words)))
}

/// `[ -t 1 ]`, where the number is calculated.
fn is_number_test(name: &str, words: &[&str]) -> bool {
    matches!(name, "test" | "[") && words.last() == Some(&"-t")
}

/// Whether a command's format asks for a number, or can't be known, or what it prints goes into a number.
fn formats_number(name: &str, words: &[&str]) -> bool {
    let formats = name == "printf" || (name == "print" && words.contains(&"-f"));
    formats && words.iter().any(|word| has_number(word) || word.starts_with('$') || NUMBERS.contains(word))
}

/// Whether a format has a place for a number.
fn has_number(format: &str) -> bool {
    let kind = |part: &str| part.chars().find(|c| c.is_ascii_alphabetic() || *c == '*');
    format.split('%').skip(1).filter_map(kind).any(|kind| !matches!(kind, 's' | 'b' | 'q' | 'c'))
}
