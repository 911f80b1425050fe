//! There is one host per home: it holds a lock for its whole life, and says where its socket is.

use std::fs::{File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use notify::{RecursiveMode, Watcher as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::HostError;
use crate::paths::Paths;

/// A socket's path can't be much longer (108 bytes on Linux, 104 on macOS).
const LONGEST_SOCKET: usize = 100;

/// Who sits on the home: what `run/host.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occupant {
    /// The host's process id.
    pub pid: u32,
    /// The host's version.
    pub version: String,
    /// The host's socket.
    pub socket: PathBuf,
}

/// The right to be this home's host, until dropped.
pub struct Seat {
    paths: Paths,
    socket: PathBuf,
    /// Locked for as long as it is open.
    lock: File,
}

impl Seat {
    /// Takes the seat, or says who has it.
    pub fn take(paths: &Paths) -> Result<Self, HostError> {
        own_folder(&paths.run())?;
        let lock = open_lock(paths).map_err(HostError::io(lock_path(paths)))?;
        while let Err(refused) = lock.try_lock() {
            match (refused, lock.try_lock_shared()) {
                // It was one that only looked (`is_vacant`), which is over by now or in a moment.
                (TryLockError::WouldBlock, Ok(())) => {}
                (TryLockError::WouldBlock, Err(TryLockError::WouldBlock)) => {
                    let unknown = || Occupant { pid: 0, version: String::new(), socket: PathBuf::new() };
                    return Err(HostError::AlreadyRuns(read_note(paths).unwrap_or_else(unknown)));
                }
                (TryLockError::Error(source), _) | (_, Err(TryLockError::Error(source))) => {
                    return Err(HostError::io(lock_path(paths))(source));
                }
            }
        }
        let socket = socket_path(paths);
        if let Some(folder) = socket.parent() {
            own_folder(folder)?;
        }
        Ok(Self { paths: paths.clone(), socket, lock })
    }

    /// Where the socket belongs.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Tells clients where the socket is.
    pub fn announce(&self) -> Result<(), HostError> {
        let occupant = Occupant {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            socket: self.socket.clone(),
        };
        let path = note_path(&self.paths);
        let write = || -> io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(self.paths.run())?;
            serde_json::to_writer(&mut file, &occupant)?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(HostError::io(&path))
    }
}

impl Seat {
    /// Whether whoever looks for this home's host still looks at our lock. Its folder may have been removed, and
    /// another host may sit in a new one.
    pub fn is_ours(&self) -> bool {
        let number = |metadata: Metadata| (metadata.dev(), metadata.ino());
        let ours = self.lock.metadata().ok().map(number);
        ours.is_some() && ours == std::fs::symlink_metadata(lock_path(&self.paths)).ok().map(number)
    }

    /// Comes back when nobody finds this host any more: with what was removed or replaced, its lock or its socket.
    pub async fn lost(&self) -> PathBuf {
        let socket_now = || std::fs::symlink_metadata(&self.socket).ok().map(|socket| socket.ino());
        let bound = socket_now();
        let missing = || match (self.is_ours(), bound.is_some() && socket_now() == bound) {
            (false, _) => Some(lock_path(&self.paths)),
            (true, false) => Some(self.socket.clone()),
            (true, true) => None,
        };
        let (told, mut heard) = tokio::sync::mpsc::channel(1);
        // What is told while there is something to look at already, is looked at with it.
        let watcher = notify::recommended_watcher(move |_| _ = told.try_send(()));
        let run = self.paths.run();
        let folders = [self.paths.home(), &run, self.socket.parent().unwrap_or(&run)];
        let watcher = watcher.and_then(|mut watcher| {
            folders.iter().try_for_each(|folder| watcher.watch(folder, RecursiveMode::NonRecursive))?;
            Ok(watcher)
        });
        loop {
            if let Some(missing) = missing() {
                return missing;
            }
            if let Err(error) = &watcher {
                tracing::warn!(%error, "it would not be noticed if the host's lock were removed");
                return std::future::pending().await;
            }
            _ = heard.recv().await;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // What stands there now is another host's.
        if !self.is_ours() {
            return;
        }
        // What can't be removed is removed by the next host.
        _ = std::fs::remove_file(&self.socket);
        _ = std::fs::remove_file(note_path(&self.paths));
    }
}

/// Who sits on the home, if the lock is held.
#[must_use]
pub fn occupant(paths: &Paths) -> Option<Occupant> {
    if is_vacant(paths) { None } else { read_note(paths) }
}

/// Whether no host has the home. One that has it may not have said yet where its socket is.
#[must_use]
pub fn is_vacant(paths: &Paths) -> bool {
    let Ok(lock) = File::open(lock_path(paths)) else { return true };
    !matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Blocks until no host has the home, and the process that had it is gone.
pub fn wait_until_vacant(paths: &Paths, pid: u32) {
    if let Ok(lock) = File::open(lock_path(paths)) {
        // One that can't be waited for is taken to be gone.
        _ = lock.lock_shared();
    }
    wait_until_gone(pid);
}

#[cfg(target_os = "linux")]
fn wait_until_gone(pid: u32) {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    // One that can't be opened is gone.
    if let Some(process) = pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) {
        _ = poll(&mut [PollFd::new(&process, PollFlags::IN)], None);
    }
}

#[cfg(not(target_os = "linux"))]
fn wait_until_gone(_pid: u32) {
    // The lock is all there is to wait for; it is given up in the process's last moments.
}

fn open_lock(paths: &Paths) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).read(true).open(lock_path(paths))
}

fn lock_path(paths: &Paths) -> PathBuf {
    paths.run().join("host.lock")
}

fn note_path(paths: &Paths) -> PathBuf {
    paths.run().join("host.json")
}

fn read_note(paths: &Paths) -> Option<Occupant> {
    serde_json::from_slice(&std::fs::read(note_path(paths)).ok()?).ok()
}

/// Inside the home, unless its path is too long for a socket. Never the runtime folder: that differs between
/// callers, and would give two hosts.
fn socket_path(paths: &Paths) -> PathBuf {
    let inside = paths.run().join("host.sock");
    if inside.as_os_str().len() <= LONGEST_SOCKET {
        return inside;
    }
    let digest = Sha256::digest(paths.home().as_os_str().as_bytes());
    let hash = digest.iter().take(8).fold(0_u64, |hash, &byte| hash << 8 | u64::from(byte));
    let uid = rustix::process::getuid().as_raw();
    std::env::temp_dir().join(format!("ai-orchestrator-{uid}-{hash:016x}")).join("host.sock")
}

/// Makes a folder that only this user can enter; one of somebody else's is refused.
fn own_folder(folder: &Path) -> Result<(), HostError> {
    std::fs::create_dir_all(folder).map_err(HostError::io(folder))?;
    let metadata = std::fs::symlink_metadata(folder).map_err(HostError::io(folder))?;
    if !metadata.is_dir() || metadata.uid() != rustix::process::getuid().as_raw() {
        return Err(HostError::Foreign(folder.to_owned()));
    }
    std::fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(HostError::io(folder))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn one_home_has_one_seat() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::at(home.path(), PathBuf::from("/")).unwrap();
        let seat = Seat::take(&paths).unwrap();
        seat.announce().unwrap();
        assert_eq!(occupant(&paths).unwrap().pid, std::process::id());
        let Err(HostError::AlreadyRuns(other)) = Seat::take(&paths) else { panic!("two hosts") };
        assert_eq!(other.pid, std::process::id());
        drop(seat);
        assert_eq!(occupant(&paths), None);
        // What another test starts has our files, and with them the lock, until its own program begins.
        while let Err(error) = Seat::take(&paths) {
            assert!(matches!(error, HostError::AlreadyRuns(_)), "{error}");
        }
    }

    #[test]
    fn whoever_looks_whether_there_is_a_host_keeps_none_from_beginning() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::at(home.path(), PathBuf::from("/")).unwrap();
        drop(Seat::take(&paths).unwrap());
        let looking = File::open(lock_path(&paths)).unwrap();
        looking.lock_shared().unwrap();
        let host = std::thread::spawn({
            let paths = paths.clone();
            move || Seat::take(&paths).map(drop)
        });
        // It asks until the one that looks is done.
        std::thread::yield_now();
        drop(looking);
        host.join().unwrap().unwrap();
    }

    #[test]
    fn a_long_home_has_its_socket_elsewhere_and_always_at_the_same_place() {
        let home = tempfile::tempdir().unwrap();
        let deep = home.path().join("x".repeat(120));
        let paths = Paths::at(&deep, PathBuf::from("/")).unwrap();
        assert!(socket_path(&paths).as_os_str().len() <= LONGEST_SOCKET);
        assert_eq!(socket_path(&paths), socket_path(&paths));
    }

    #[tokio::test]
    async fn whose_lock_or_socket_is_taken_away_hears_of_it_and_leaves_the_next_one_alone() {
        let ways: [fn(&Path, &Paths); 4] = [
            |home, _| std::fs::remove_dir_all(home).unwrap(),
            |home, _| std::fs::rename(home, home.with_extension("moved")).unwrap(),
            |_, paths| std::fs::remove_file(lock_path(paths)).unwrap(),
            |_, paths| std::fs::remove_file(socket_path(paths)).unwrap(),
        ];
        for (n, way) in ways.into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let home = folder.path().join("home");
            let paths = Paths::at(&home, PathBuf::from("/")).unwrap();
            let seat = Seat::take(&paths).unwrap();
            std::fs::write(seat.socket(), "").unwrap();
            seat.announce().unwrap();
            {
                let mut lost = std::pin::pin!(seat.lost());
                // It listens from here on.
                assert_eq!(lost.as_mut().now_or_never(), None);
                way(&home, &paths);
                let missing = tokio::time::timeout(std::time::Duration::from_secs(120), lost).await.unwrap();
                let expected = if n == 3 { socket_path(&paths) } else { lock_path(&paths) };
                assert_eq!(missing, expected);
            }
            if n < 3 {
                let next = Seat::take(&Paths::at(&home, PathBuf::from("/")).unwrap()).unwrap();
                next.announce().unwrap();
                drop(seat);
                assert!(occupant(&paths).is_some());
                assert!(next.is_ours());
            }
        }
    }
}
