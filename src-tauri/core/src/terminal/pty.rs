//! One pseudo-terminal and its child: bytes in, bytes out, without blocking.
//!
//! The only file that knows `portable-pty`, and the only one that may say `unsafe`.

use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::Pid;
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcgetpgrp, tcsetwinsize};
use tokio::io::unix::AsyncFd;

use super::Size;
use super::echo::Discipline;

/// What to start in a terminal.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Program and arguments.
    pub argv: Vec<std::ffi::OsString>,
    /// The whole environment.
    pub env: Vec<(std::ffi::OsString, std::ffi::OsString)>,
    /// The folder to start in.
    pub cwd: PathBuf,
}

/// How a child ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Its exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<String>,
}

/// A running pseudo-terminal.
pub struct Pty {
    io: AsyncFd<std::fs::File>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    pid: u32,
}

/// What a read brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// How many bytes.
    pub bytes: usize,
    /// Nothing more is to be read for now.
    pub drained: bool,
    /// Nothing more will ever come.
    pub ended: bool,
}

/// A pseudo-terminal that has a child but no place in the event loop yet.
pub struct Unattached {
    fd: OwnedFd,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    pid: u32,
}

impl Unattached {
    /// Starts a child in a new terminal. Blocks for some milliseconds.
    pub fn spawn(launch: &Launch, size: Size) -> io::Result<Self> {
        let pair = native_pty_system().openpty(pty_size(size)).map_err(io::Error::other)?;
        let mut command = CommandBuilder::from_argv(launch.argv.clone());
        command.env_clear();
        for (name, value) in &launch.env {
            command.env(name, value);
        }
        command.cwd(&launch.cwd);
        let child = pair.slave.spawn_command(command).map_err(io::Error::other)?;
        // A copy of the slave kept here would hide the end of output.
        drop(pair.slave);
        let pid = child.process_id().ok_or_else(|| io::Error::other("the child has no process id"))?;
        let fd = own_descriptor(&*pair.master)?;
        fcntl_setfl(&fd, fcntl_getfl(&fd)? | OFlags::NONBLOCK)?;
        Ok(Self { fd, child, pid })
    }

    /// The child's process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }
}

impl Pty {
    /// Takes its place in the event loop of the present runtime.
    pub fn attach(unattached: Unattached) -> io::Result<Self> {
        let Unattached { fd, child, pid } = unattached;
        #[expect(unsafe_code, reason = "tokio can't know whom a descriptor belongs to")]
        // SAFETY: the file owns its descriptor, is given away here, and nothing else closes it.
        let io = unsafe { AsyncFd::register(std::fs::File::from(fd))? };
        Ok(Self { io, child, pid })
    }

    /// The child's process id, which is also its session's id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until there is something to read, and fills as much of `buffer` as there is. After a full buffer it may
    /// bring nothing but the news that this was all.
    pub async fn read(&self, buffer: &mut [u8]) -> Arrival {
        let Ok(mut ready) = self.io.readable().await else {
            return Arrival { bytes: 0, drained: true, ended: true };
        };
        let arrival = self.fill(buffer);
        if arrival.drained {
            ready.clear_ready();
        }
        arrival
    }

    /// Fills as much of `buffer` as there is to read now.
    pub fn fill(&self, buffer: &mut [u8]) -> Arrival {
        let mut bytes = 0;
        while bytes < buffer.len() {
            match self.io.get_ref().read(&mut buffer[bytes..]) {
                Ok(0) => return Arrival { bytes, drained: true, ended: true },
                Ok(count) => bytes += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Arrival { bytes, drained: true, ended: false };
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // EIO: the last process that had the terminal open is gone.
                Err(_) => return Arrival { bytes, drained: true, ended: true },
            }
        }
        Arrival { bytes, drained: false, ended: false }
    }

    /// Types as many bytes as the terminal takes now.
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.io.get_ref().write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(0),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    /// Waits until the terminal takes more bytes.
    pub async fn writable(&self) {
        if let Ok(mut ready) = self.io.writable().await {
            ready.clear_ready();
        }
    }

    /// Tells the kernel, and so the foreground program, the new size.
    pub fn resize(&self, size: Size) -> io::Result<()> {
        let size = Winsize { ws_row: size.rows, ws_col: size.cols, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(self.io.get_ref(), size).map_err(io::Error::from)
    }

    /// How typed bytes come back at this moment.
    pub fn discipline(&self) -> Discipline {
        let Ok(modes) = tcgetattr(self.io.get_ref()).map(|termios| termios.local_modes) else {
            return Discipline::Raw;
        };
        match (modes.contains(LocalModes::ICANON), modes.contains(LocalModes::ECHO)) {
            (true, true) => Discipline::KernelEcho,
            (true, false) => Discipline::Silent,
            (false, _) => Discipline::Raw,
        }
    }

    /// The process group that has the foreground.
    pub fn foreground(&self) -> Option<u32> {
        let group = tcgetpgrp(self.io.get_ref()).ok()?;
        u32::try_from(Pid::as_raw_nonzero(group).get()).ok()
    }

    /// Whether something was typed that nobody has read yet; of a line, only once it is whole.
    #[cfg(target_os = "linux")]
    pub fn has_unread(&self) -> bool {
        use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer};
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        // Only the other side knows. It is closed again at once.
        ioctl_tiocgptpeer(self.io.get_ref(), flags)
            .and_then(rustix::io::ioctl_fionread)
            .is_ok_and(|count| count > 0)
    }

    /// Not told here.
    #[cfg(not(target_os = "linux"))]
    pub fn has_unread(&self) -> bool {
        false
    }

    /// How the child ended, if it has.
    pub fn try_wait(&mut self) -> Option<Ending> {
        let status = self.child.try_wait().ok().flatten()?;
        let signal = status.signal().map(str::to_owned);
        let code = signal.is_none().then(|| i32::try_from(status.exit_code()).unwrap_or(i32::MAX));
        Some(Ending { code, signal })
    }
}

/// A descriptor of the terminal's controlling side that is ours, not `portable-pty`'s: its own writer types
/// an Enter when it is dropped, and so would submit a half-typed line.
fn own_descriptor(master: &dyn MasterPty) -> io::Result<OwnedFd> {
    let raw = master.as_raw_fd().ok_or_else(|| io::Error::other("the terminal has no descriptor"))?;
    #[expect(unsafe_code, reason = "portable-pty lends its descriptor only as a number")]
    // SAFETY: `master` owns the descriptor and outlives this borrow, which ends with the copy.
    let borrowed = unsafe { BorrowedFd::borrow_raw(raw) };
    rustix::io::fcntl_dupfd_cloexec(borrowed.as_fd(), 3).map_err(io::Error::from)
}

fn pty_size(size: Size) -> PtySize {
    PtySize { rows: size.rows, cols: size.cols, pixel_width: 0, pixel_height: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn after_a_full_buffer_it_is_told_that_this_was_all() {
        let argv = ["/bin/sh", "-c", "printf 12345678; exec sleep 1000"].map(Into::into).to_vec();
        let launch = Launch { argv, env: Vec::new(), cwd: "/".into() };
        let mut pty = Pty::attach(Unattached::spawn(&launch, Size::default()).unwrap()).unwrap();
        let mut buffer = [0; 8];
        let mut filled = 0;
        while filled < buffer.len() {
            let arrival = pty.read(&mut buffer[filled..]).await;
            filled += arrival.bytes;
            assert_eq!(arrival.drained, filled < buffer.len());
        }
        let all = pty.read(&mut buffer).await;
        assert_eq!(all, Arrival { bytes: 0, drained: true, ended: false });
        pty.child.kill().unwrap();
    }
}
