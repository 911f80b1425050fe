//! Ends a terminal's session: hang up, then ask, then force.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use uuid::Uuid;

/// How long the session's processes have after the hang-up, and after being asked.
const GRACE: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1500)];
/// How long the kernel may take to clear away what was forced.
const LAST: Duration = Duration::from_secs(5);

/// A terminal's session.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// The process id of its first process.
    pub id: u32,
    /// That process has ended and was waited for. Its number may be another's by now, with a session of its own.
    pub is_reaped: bool,
}

/// Ends every process of a session; answers which processes left it before and live on. Blocks.
pub fn end_session(session: Session, terminal: Uuid) -> Vec<u32> {
    let steps: [(&[Signal], Duration); 2] =
        [(&[Signal::HUP, Signal::CONT], GRACE[0]), (&[Signal::TERM], GRACE[1])];
    for (signals, grace) in steps {
        let members = members(session);
        if members.is_empty() {
            return strays(terminal);
        }
        send(signals, &members);
        wait_until_gone(&members, grace);
    }
    // A shell may start one more program, in a group of its own, between the look and the signal; once the
    // shells are gone nothing is new.
    let deadline = Instant::now() + LAST;
    loop {
        let members = members(session);
        let left = deadline.saturating_duration_since(Instant::now());
        if members.is_empty() || left.is_zero() {
            return strays(terminal);
        }
        send(&[Signal::KILL], &members);
        wait_until_gone(&members, left);
    }
}

/// Whether a session has living processes.
pub fn is_inhabited(id: u32) -> bool {
    !members(Session { id, is_reaped: false }).is_empty()
}

/// A group that is already gone is what was wanted.
fn send(signals: &[Signal], members: &[Member]) {
    for signal in signals {
        for group in groups(members) {
            _ = kill_process_group(group, *signal);
        }
    }
}

/// A process of a session.
struct Member {
    pid: Pid,
    group: Pid,
}

fn groups(members: &[Member]) -> Vec<Pid> {
    let mut groups: Vec<Pid> = members.iter().map(|member| member.group).collect();
    groups.sort_unstable_by_key(|group| group.as_raw_nonzero());
    groups.dedup();
    groups
}

/// Waits until all of them are gone, at most this long. Blocks.
#[cfg(target_os = "linux")]
fn wait_until_gone(members: &[Member], limit: Duration) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{PidfdFlags, pidfd_open};
    let deadline = Instant::now() + limit;
    // One that can't be opened is gone.
    let living = members.iter().filter_map(|member| pidfd_open(member.pid, PidfdFlags::empty()).ok());
    for process in living {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).ok();
        // A process descriptor becomes readable when its process ends.
        _ = poll(&mut [PollFd::new(&process, PollFlags::IN)], left.as_ref());
    }
}

#[cfg(target_os = "linux")]
fn members(session: Session) -> Vec<Member> {
    // A number is given to nobody else while a session is called by it: one that is somebody's is another session.
    if session.is_reaped && std::path::Path::new(&format!("/proc/{}", session.id)).exists() {
        return Vec::new();
    }
    processes().filter_map(|pid| member(pid, session.id)).collect()
}

/// Reads `/proc/PID/stat` (`proc_pid_stat(5))`: state, parent, group, session follow the command's name,
/// which may hold anything but ends at the last bracket. The dead that nobody has waited for don't count.
#[cfg(target_os = "linux")]
fn member(pid: i32, session: u32) -> Option<Member> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    let group: i32 = fields.nth(1)?.parse().ok()?;
    let of: u32 = fields.next()?.parse().ok()?;
    let lives = of == session && !matches!(state, "Z" | "X");
    lives.then_some(Member { pid: Pid::from_raw(pid)?, group: Pid::from_raw(group)? })
}

/// When a process started, in ticks since boot (`proc_pid_stat(5)`, field 22); none if it is gone.
#[cfg(target_os = "linux")]
pub fn start_time(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let lives = !matches!(fields.next()?, "Z" | "X");
    fields.nth(18)?.parse().ok().filter(|_| lives)
}

/// Not told here: an earlier host's sessions are left to the kernel's hang-up.
#[cfg(not(target_os = "linux"))]
pub fn start_time(_pid: u32) -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
fn processes() -> impl Iterator<Item = i32> {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// Processes that say in their environment that they come from this terminal.
#[cfg(target_os = "linux")]
fn strays(terminal: Uuid) -> Vec<u32> {
    let marker = format!("AI_ORCHESTRATOR_TERMINAL={terminal}");
    let ours = |pid: &i32| {
        std::fs::read(format!("/proc/{pid}/environ"))
            .is_ok_and(|environ| environ.split(|&byte| byte == 0).any(|entry| entry == marker.as_bytes()))
    };
    processes().filter(ours).filter_map(|pid| u32::try_from(pid).ok()).collect()
}

#[cfg(not(target_os = "linux"))]
fn wait_until_gone(_members: &[Member], limit: Duration) {
    // Without process descriptors nobody tells when another's child ends: the grace runs out in full.
    std::thread::park_timeout(limit);
}

#[cfg(not(target_os = "linux"))]
fn members(session: Session) -> Vec<Member> {
    // Only the session's first group can be named here, and not once its number may be another's.
    let pid = i32::try_from(session.id).ok().filter(|_| !session.is_reaped).and_then(Pid::from_raw);
    let alive = pid.is_some_and(|pid| rustix::process::test_kill_process_group(pid).is_ok());
    pid.filter(|_| alive).map(|pid| Member { pid, group: pid }).into_iter().collect()
}

#[cfg(not(target_os = "linux"))]
fn strays(_terminal: Uuid) -> Vec<u32> {
    Vec::new()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Read as _;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_number_that_is_another_s_by_now_ends_nobody() {
        // `setsid` execs in place, as it is no group's leader: the session has the number of this child.
        let mut stranger = Command::new("setsid")
            .args(["sh", "-c", "echo; exec sleep 1000"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        stranger.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
        let id = stranger.id();
        assert_eq!(end_session(Session { id, is_reaped: true }, Uuid::nil()), Vec::<u32>::new());
        assert!(stranger.try_wait().unwrap().is_none());
        end_session(Session { id, is_reaped: false }, Uuid::nil());
        assert!(!stranger.wait().unwrap().success());
    }
}
