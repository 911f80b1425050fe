//! Whether another program has taken the shell's place before the shell could show a prompt: a start file that
//! ends in `exec tmux`, or starts another shell. Our marks will not come then, and nobody need wait for them.

use super::echo::Discipline;

/// Whether the child no longer is what was started: our marks will not come any more.
pub fn is_replaced(pid: u32, argv: &[u8]) -> bool {
    !is_still(pid, argv)
}

/// Whether the child no longer is what was started, or something has put the terminal into raw mode. A shell
/// that reads its start files leaves it as it found it; only a line editor or a full-screen program does that.
pub fn has_taken_over(pid: u32, argv: &[u8], discipline: Discipline) -> bool {
    discipline == Discipline::Raw || !is_still(pid, argv)
}

/// A start file of ours may be run by a script that stands for the shell, so only the end is compared.
#[cfg(target_os = "linux")]
fn is_still(pid: u32, argv: &[u8]) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|present| present.ends_with(argv))
}

/// Not told here: the terminal's mode alone must do.
#[cfg(not(target_os = "linux"))]
fn is_still(_pid: u32, _argv: &[u8]) -> bool {
    true
}
