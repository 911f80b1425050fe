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
        let mut quoted = String::from_utf8_lossy(&quoted).into_owned();
        // A bash that does not know where the quotes are, as an old one in `$'…\'…'` and in the second line of a text,
        // would call back an earlier line at `!`, and at `^` where a line begins.
        match self {
            Self::Bash | Self::Zsh if quoted.contains(r"\'") => quoted = quoted.replace('!', r"\x21"),
            Self::Sh if quoted.contains('\n') => {
                quoted = quoted.replace('!', r"'\!'").replace("\n^", "\n''^");
            }
            _ => {}
        }
        // The quotes tell the agent command builder that this is a value and no flag of the author's.
        match quoted.strip_prefix('-') {
            Some(rest) => format!("'-'{rest}"),
            None => quoted,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
