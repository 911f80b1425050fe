//! What the kernel knows of the host's processes: who lives, who is left, how many descriptors are open.

use std::path::Path;

/// Processes whose environment names this home and a terminal; the host itself names none.
#[must_use]
pub fn of_terminals(home: &Path) -> Vec<u32> {
    let home = [b"AI_ORCHESTRATOR_HOME=", home.as_os_str().as_encoded_bytes()].concat();
    all()
        .filter(|pid| {
            let environ = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            let mut entries = environ.split(|&byte| byte == 0);
            let ours = entries.clone().any(|entry| entry == home);
            ours && entries.any(|entry| entry.starts_with(b"AI_ORCHESTRATOR_TERMINAL="))
        })
        .collect()
}

/// The terminal that a process comes from, by its environment.
#[must_use]
pub fn terminal_of(pid: u32) -> Option<String> {
    let environ = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    let entry = environ
        .split(|&byte| byte == 0)
        .find_map(|entry| entry.strip_prefix(b"AI_ORCHESTRATOR_TERMINAL="))?;
    String::from_utf8(entry.to_vec()).ok()
}

/// Whether a process began a session of its own.
#[must_use]
pub fn leads_session(pid: u32) -> bool {
    stat(pid).is_some_and(|stat| stat.session == pid)
}

/// The living processes of a session.
#[must_use]
pub fn of_session(session: u32) -> Vec<u32> {
    all().filter(|&pid| stat(pid).is_some_and(|stat| stat.session == session && stat.state != 'Z')).collect()
}

/// Children of this process that have ended and that it never looked after.
#[must_use]
pub fn zombies_of(parent: u32) -> Vec<u32> {
    all().filter(|&pid| stat(pid).is_some_and(|stat| stat.parent == parent && stat.state == 'Z')).collect()
}

/// What a process is called.
#[must_use]
pub fn command(pid: u32) -> String {
    let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&words).replace('\0', " ")
}

/// How many descriptors a process has open, without its connections: clients come and go by themselves.
#[must_use]
pub fn descriptors(pid: u32) -> usize {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd")).expect("the host lives");
    links
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter(|target| !target.as_os_str().as_encoded_bytes().starts_with(b"socket:"))
        .count()
}

struct Stat {
    state: char,
    parent: u32,
    session: u32,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?.chars().next()?;
    let parent = fields.next()?.parse().ok()?;
    Some(Stat { state, parent, session: fields.nth(1)?.parse().ok()? })
}

fn all() -> impl Iterator<Item = u32> {
    std::fs::read_dir("/proc")
        .expect("/proc is there")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}
