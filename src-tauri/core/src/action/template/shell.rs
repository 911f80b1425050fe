//! The shells whose rules are known, and how a value becomes one word in each.

use std::path::Path;

/// Whose quoting rules a terminal's shell follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShellKind {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// dash, ash, ksh, and every shell that is not known.
    Sh,
}

impl ShellKind {
    /// The kind of a shell's program: `/usr/bin/zsh`, `fish`.
    #[must_use]
    pub fn of(program: &str) -> Self {
        match Path::new(program).file_name().and_then(|name| name.to_str()).unwrap_or_default() {
            "bash" | "rbash" => Self::Bash,
            "zsh" => Self::Zsh,
            "fish" => Self::Fish,
            _ => Self::Sh,
        }
    }

    /// The shells that may read what an action with this `shell:` types; without one, the user's own is not known.
    #[must_use]
    pub fn that_may_read(shell: Option<&str>) -> &'static [Self] {
        const ALL: &[ShellKind] = &[ShellKind::Bash, ShellKind::Zsh, ShellKind::Fish, ShellKind::Sh];
        let name = shell.map(|shell| Path::new(shell).file_name().and_then(|name| name.to_str()));
        match name.flatten().unwrap_or_default() {
            "bash" | "rbash" => &[Self::Bash],
            "zsh" => &[Self::Zsh],
            "fish" => &[Self::Fish],
            "sh" | "dash" | "ash" | "ksh" | "mksh" => &[Self::Sh],
            _ => ALL,
        }
    }

    /// The text as exactly one word of this shell, whatever it holds.
    #[must_use]
    pub fn quote(self, text: &str) -> String {
        let quoted = match self {
            // zsh reads bash's `$'…'` the same way, and keeps `!` in it alone.
            Self::Bash | Self::Zsh => shell_quote::Bash::quote_vec(text),
            Self::Fish => shell_quote::Fish::quote_vec(text),
            Self::Sh => shell_quote::Sh::quote_vec(text),
        };
        let quoted = String::from_utf8_lossy(&quoted).into_owned();
        // The quotes tell the agent command builder that this is a value and no flag of the author's.
        match quoted.strip_prefix('-') {
            Some(rest) => format!("'-'{rest}"),
            None => quoted,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::ShellKind;

    const NASTY: [&str; 18] = [
        "",
        "plain",
        "two words",
        "it's",
        "\"double\"",
        "$HOME $(id) `id` ${x}",
        "a\nb\tc",
        "-n",
        "--flag=x",
        "~",
        "*",
        "{a,b}",
        "!!",
        "\\",
        "\\n",
        "é 日本 👍",
        "a;b|c&d<e>f",
        "#no comment %x =y ^z",
    ];

    #[test]
    fn real_shells_read_back_exactly_what_was_quoted() {
        for (program, kind) in [
            ("bash", ShellKind::Bash),
            ("zsh", ShellKind::Zsh),
            ("fish", ShellKind::Fish),
            ("sh", ShellKind::Sh),
            ("dash", ShellKind::Sh),
        ] {
            let words: Vec<String> = NASTY.iter().map(|text| kind.quote(text)).collect();
            let script = format!("printf '%s\\0' {}", words.join(" "));
            let Ok(output) = Command::new(program).arg("-c").arg(&script).output() else {
                eprintln!("{program} is not here: not checked");
                continue;
            };
            let seen = String::from_utf8(output.stdout).unwrap();
            let seen: Vec<&str> = seen.strip_suffix('\0').unwrap_or(&seen).split('\0').collect();
            assert_eq!(seen, NASTY, "{program}: {script}");
        }
    }

    #[test]
    fn a_program_tells_its_kind() {
        assert_eq!(ShellKind::of("/usr/bin/zsh"), ShellKind::Zsh);
        assert_eq!(ShellKind::of("fish"), ShellKind::Fish);
        assert_eq!(ShellKind::of("/bin/nu"), ShellKind::Sh);
    }
}
