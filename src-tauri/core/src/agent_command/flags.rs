//! What is known of Claude Code's command line: its flags, what they take, and its subcommands.
//!
//! A test compares this page with the program's own `--help`, where it can be installed.

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arity {
    None,
    One,
    /// The next word, unless it is a flag.
    Optional,
    /// All words up to the next flag.
    Many,
}

/// Words that are no prompts: behind them, flags mean something else.
pub(super) const SUBCOMMANDS: [&str; 30] = [
    "agents",
    "attach",
    "auth",
    "auto-mode",
    "config",
    "daemon",
    "doctor",
    "gateway",
    "help",
    "import",
    "install",
    "kill",
    "login",
    "logout",
    "logs",
    "mcp",
    "plugin",
    "plugins",
    "project",
    "purge",
    "remote-control",
    "respawn",
    "rm",
    "setup-token",
    "stop",
    "ultrareview",
    "update",
    "upgrade",
    "migrate-installer",
    "install-github-app",
];

#[rustfmt::skip]
const FLAGS: &[(&str, Arity)] = &[
    ("--add-dir", Arity::Many),
    ("--agent", Arity::One),
    ("--agents", Arity::One),
    ("--allow-dangerously-skip-permissions", Arity::None),
    ("--allowedTools", Arity::Many),
    ("--append-system-prompt", Arity::One),
    ("--append-system-prompt-file", Arity::One),
    ("--autocompact", Arity::One),
    ("--ax-screen-reader", Arity::None),
    ("--background", Arity::None),
    ("--bare", Arity::None),
    ("--betas", Arity::Many),
    ("--brief", Arity::None),
    ("--chrome", Arity::None),
    ("--cloud", Arity::Optional),
    ("--continue", Arity::None),
    ("--dangerously-skip-permissions", Arity::None),
    ("--debug", Arity::Optional),
    ("--debug-file", Arity::One),
    ("--desktop", Arity::None),
    ("--disable-slash-commands", Arity::None),
    ("--disallowedTools", Arity::Many),
    ("--effort", Arity::One),
    ("--environment", Arity::One),
    ("--exclude-dynamic-system-prompt-sections", Arity::None),
    ("--fallback-model", Arity::One),
    ("--file", Arity::Many),
    ("--fork-session", Arity::None),
    ("--forward-subagent-text", Arity::None),
    ("--from-pr", Arity::Optional),
    ("--help", Arity::None),
    ("--ide", Arity::None),
    ("--include-hook-events", Arity::None),
    ("--include-partial-messages", Arity::None),
    ("--input-format", Arity::One),
    ("--json-schema", Arity::One),
    ("--max-budget-usd", Arity::One),
    ("--max-turns", Arity::One),
    ("--mcp-config", Arity::Many),
    ("--model", Arity::One),
    ("--name", Arity::One),
    ("--no-chrome", Arity::None),
    ("--no-session-persistence", Arity::None),
    ("--output-format", Arity::One),
    ("--permission-mode", Arity::One),
    ("--permission-prompt-tool", Arity::One),
    ("--permission-prompts", Arity::One),
    ("--plugin-dir", Arity::One),
    ("--plugin-url", Arity::One),
    ("--print", Arity::None),
    ("--prompt-suggestions", Arity::Optional),
    ("--remote-control", Arity::Optional),
    ("--remote-control-session-name-prefix", Arity::One),
    ("--replay-user-messages", Arity::None),
    ("--restricted", Arity::None),
    ("--resume", Arity::Optional),
    ("--safe-mode", Arity::None),
    ("--session-id", Arity::One),
    ("--setting-sources", Arity::One),
    ("--settings", Arity::One),
    ("--strict-mcp-config", Arity::None),
    ("--system-prompt", Arity::One),
    ("--system-prompt-file", Arity::One),
    ("--system-prompt-snapshot", Arity::One),
    ("--teleport", Arity::Optional),
    ("--tmux", Arity::None),
    ("--tools", Arity::Many),
    ("--verbose", Arity::None),
    ("--version", Arity::None),
    ("--worktree", Arity::Optional),
];

/// The other ways to write a flag.
const ALIASES: [(&str, &str); 12] = [
    ("--allowed-tools", "--allowedTools"),
    ("--disallowed-tools", "--disallowedTools"),
    ("--bg", "--background"),
    ("-c", "--continue"),
    ("-d", "--debug"),
    ("-h", "--help"),
    ("-n", "--name"),
    ("-p", "--print"),
    ("-r", "--resume"),
    ("-v", "--version"),
    ("-w", "--worktree"),
    ("--rc", "--remote-control"),
];

/// What a flag takes; `None` for one that is not known.
pub(super) fn arity(flag: &str) -> Option<Arity> {
    let flag = full(flag);
    FLAGS.iter().find(|(known, _)| *known == flag).map(|(_, arity)| *arity)
}

/// The flags that a word of short ones stands for: `-pc` is `-p -c`. All but the last take nothing.
pub(super) fn unbundled(flag: String) -> Vec<String> {
    let letters: Vec<String> =
        flag.strip_prefix('-').unwrap_or_default().chars().map(|letter| format!("-{letter}")).collect();
    let is_bundle = match letters.split_last() {
        Some((last, others)) => {
            !others.is_empty()
                && others.iter().all(|flag| arity(flag) == Some(Arity::None))
                && arity(last).is_some()
        }
        None => false,
    };
    if is_bundle { letters } else { vec![flag] }
}

/// The flag without its value.
pub(super) fn name(word: &str) -> String {
    word.split('=').next().unwrap_or_default().to_owned()
}

/// Whether two flags say the same thing, so that there may be only one of them.
pub(super) fn same(written: &str, ours: &str) -> bool {
    let (written, ours) = (full(written), full(ours));
    let base = |flag: &str| flag.strip_suffix("-file").unwrap_or(flag).to_owned();
    let prompt = |flag: &str| flag.ends_with("system-prompt") || flag.ends_with("system-prompt-file");
    // A session is continued, resumed or named, but not all at once.
    let session = |flag: &str| matches!(flag, "--continue" | "--resume" | "--from-pr" | "--teleport");
    written == ours
        || (prompt(written) && prompt(ours) && base(written) == base(ours))
        || (session(written) && session(ours))
}

/// The flag's full name.
pub(super) fn full(flag: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == flag).map_or(flag, |(_, full)| full)
}
