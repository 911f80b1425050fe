//! Who has a terminal's foreground, and who started that: without a shell's marks, only this tells when a command ends.

/// A process group, then the group that started it, and so on up to the session's first. Only the first where its
/// leader has ended, or the system does not tell.
#[cfg(target_os = "linux")]
pub fn lineage(group: u32) -> Vec<u32> {
    let mut groups = vec![group];
    let mut pid = group;
    while let Some(process) = Process::read(pid) {
        // The kernel says 0 of a group outside of our PID namespace, as a container's first processes have.
        if process.group == 0 {
            break;
        }
        if groups.last() != Some(&process.group) {
            groups.push(process.group);
        }
        // Nobody above the session's first process belongs to this terminal.
        if process.session == pid || process.parent == 0 {
            break;
        }
        pid = process.parent;
    }
    groups
}

#[cfg(not(target_os = "linux"))]
pub fn lineage(group: u32) -> Vec<u32> {
    vec![group]
}

/// Whether a group's leader runs or waits for its turn or the disk, and so not for input.
#[cfg(target_os = "linux")]
pub fn is_busy(group: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{group}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, fields)| fields.starts_with(['R', 'D']))
}

#[cfg(not(target_os = "linux"))]
pub fn is_busy(_group: u32) -> bool {
    false
}

/// Whether a group's leader is a shell that reads commands from people: one that was given none to run.
#[cfg(target_os = "linux")]
pub fn is_shell(group: u32) -> bool {
    std::fs::read(format!("/proc/{group}/cmdline")).is_ok_and(|line| reads_commands(&line))
}

#[cfg(not(target_os = "linux"))]
pub fn is_shell(_group: u32) -> bool {
    false
}

#[cfg(target_os = "linux")]
const SHELLS: [&[u8]; 9] = [b"sh", b"dash", b"ash", b"ksh", b"mksh", b"bash", b"rbash", b"zsh", b"fish"];

#[cfg(target_os = "linux")]
fn reads_commands(line: &[u8]) -> bool {
    let mut words = line.strip_suffix(b"\0").unwrap_or(line).split(|&byte| byte == 0);
    let program = words.next().unwrap_or_default();
    let name = program.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    // A login shell's name begins with a dash.
    let name = name.strip_prefix(b"-").unwrap_or(name);
    SHELLS.contains(&name) && words.all(|word| word.starts_with(b"-") && !word.starts_with(b"-c"))
}

#[cfg(target_os = "linux")]
struct Process {
    parent: u32,
    group: u32,
    session: u32,
}

#[cfg(target_os = "linux")]
impl Process {
    /// Reads `/proc/PID/stat` (`proc_pid_stat(5)`), where the command's name may hold anything but ends at the last
    /// bracket.
    fn read(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(1).map(str::parse);
        let mut field = || fields.next()?.ok();
        Some(Self { parent: field()?, group: field()?, session: field()? })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::BufRead;

    use super::*;

    #[test]
    fn a_shell_that_was_given_something_to_run_reads_no_commands() {
        for line in ["sh", "-bash", "/usr/bin/dash\0-i", "bash\0--norc", "zsh\0-f"] {
            assert!(reads_commands(format!("{line}\0").as_bytes()), "{line:?}");
        }
        for line in ["", "python3", "sh\0install.sh", "sh\0-c\0read x", "bash\0-ceu\0read x"] {
            assert!(!reads_commands(format!("{line}\0").as_bytes()), "{line:?}");
        }
    }

    #[test]
    fn those_above_are_known_up_to_the_session_s_first() {
        let mut shell = std::process::Command::new("setsid")
            .args(["bash", "-c", "set -m; sh -c 'echo $$; read line' <&0 & wait"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        std::io::BufReader::new(shell.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        let (first, job) = (shell.id(), said.trim().parse().unwrap());
        assert_eq!(Process::read(job).unwrap().group, job);
        assert_eq!(lineage(job), [job, first]);
        assert_eq!(lineage(first), [first]);
        drop(shell.stdin.take());
        shell.wait().unwrap();
    }

    #[test]
    fn who_computes_is_busy_and_who_reads_is_not() {
        let mut reads = std::process::Command::new("sh")
            .args(["-c", "echo; read line; while :; do :; done"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        std::io::BufReader::new(reads.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        // It comes to rest in a moment, and never does again.
        while is_busy(reads.id()) {}
        drop(reads.stdin.take());
        while !is_busy(reads.id()) {}
        reads.kill().unwrap();
        reads.wait().unwrap();
        assert!(!is_busy(u32::MAX));
    }

    #[test]
    fn nobody_is_above_a_group_that_is_gone() {
        assert_eq!(lineage(u32::MAX), [u32::MAX]);
    }
}
