//! Reads and writes single files: reads never block and are bounded, writes are atomic and durable.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;

use super::fault;
use crate::action::{MOST_BYTES, Problem};

/// How long after a reading that failed, or that may have been early, a file is read again.
pub(crate) const SETTLE: Duration = Duration::from_millis(30);

/// Reads an action file for loading: a problem if it is no regular file, too large or can't be read.
pub(crate) fn read_bounded(path: &Path) -> Result<Vec<u8>, Problem> {
    let problem = |code, message: String| Err(Problem::whole(path, code, message));
    let mendable = |code, message: String, fix: &str| {
        Err(Problem { fix: Some(fix.to_owned()), ..Problem::whole(path, code, message) })
    };
    match read_at_most(path, Some(MOST_BYTES)) {
        Ok(Content::Bytes(bytes)) => Ok(bytes),
        Ok(Content::TooLarge(size)) => {
            let message = format!("the file has {size} bytes; an action may have 1 MiB at most");
            mendable("too-large", message, "put what it does into a script, and let the action start that")
        }
        Ok(Content::Other(kind)) => mendable(
            "not-a-file",
            format!("this is {kind}, not a file"),
            "move it away, or give it another name",
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => mendable(
            "gone",
            "this link leads to a file that is not there".into(),
            "mend the link, or remove it",
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            problem("gone", "there is no such file".into())
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => mendable(
            "unreadable",
            format!("can't be read: {error}"),
            "give yourself the right to read it: `chmod u+r`",
        ),
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => mendable(
            "unreadable",
            "this link leads round in a circle, to no file".into(),
            "mend the link, or remove it",
        ),
        Err(error) => problem("unreadable", format!("can't be read: {error}")),
    }
}

/// What stands at a path.
pub(crate) enum Content {
    Bytes(Vec<u8>),
    TooLarge(u64),
    Other(&'static str),
}

/// Reads a file whole, without ever waiting for the other end of a FIFO.
pub(crate) fn read_at_most(path: &Path, limit: Option<u64>) -> io::Result<Content> {
    let kind = std::fs::metadata(path)?.file_type();
    if !kind.is_file() {
        return Ok(Content::Other(if kind.is_dir() { "a folder" } else { "a pipe, socket or device" }));
    }
    // Between the look and the opening the path may become a FIFO: opened so, it can't block either.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Content::Other("a pipe, socket or device"));
    }
    let limit = limit.unwrap_or(u64::MAX);
    if metadata.len() > limit {
        return Ok(Content::TooLarge(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        Ok(Content::TooLarge(bytes.len() as u64))
    } else {
        Ok(Content::Bytes(bytes))
    }
}

/// Reads a file of our own whole; a pipe in its place is an error, and not waited for.
pub(crate) fn read_own(path: &Path) -> io::Result<Vec<u8>> {
    match read_at_most(path, None)? {
        Content::Bytes(bytes) => Ok(bytes),
        Content::TooLarge(_) => Err(io::ErrorKind::FileTooLarge.into()),
        Content::Other(what) => Err(io::Error::new(io::ErrorKind::InvalidData, format!("this is {what}"))),
    }
}

/// Makes a folder's entries survive a power loss.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Puts bytes at a path whole or not at all, durably.
pub(crate) fn write_atomic(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = write_beside(folder, bytes, mode)?;
    fault::point("before the rename")?;
    temporary.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Puts bytes into a new file of the folder that is removed again unless it is renamed into place.
pub(crate) fn write_beside(folder: &Path, bytes: &[u8], mode: u32) -> io::Result<tempfile::NamedTempFile> {
    write_beside_as(folder, "", bytes, mode)
}

/// Whether nothing was written into a file for so long.
pub(super) fn is_at_rest(path: &Path, so_long: Duration) -> bool {
    let written = std::fs::symlink_metadata(path).and_then(|metadata| metadata.modified());
    written.is_ok_and(|at| at.elapsed().is_ok_and(|ago| ago >= so_long))
}

/// The same, with a name that tells after a crash whose bytes these are.
pub(crate) fn write_beside_as(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    mode: u32,
) -> io::Result<tempfile::NamedTempFile> {
    let temporary = write_unsynced(folder, name, bytes, mode)?;
    temporary.as_file().sync_all()?;
    fault::point("the file beside is written")?;
    Ok(temporary)
}

/// The same, for whoever makes many files durable together.
pub(super) fn write_unsynced(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    mode: u32,
) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;
    let prefix = format!("{TEMPORARY}{name}.");
    fault::point("before making a file beside")?;
    // Made here and not by `tempfile`, whose errors name this file, which nobody knows.
    let make = |path: &Path| File::options().read(true).write(true).create_new(true).mode(0o600).open(path);
    let mut temporary = tempfile::Builder::new().prefix(&prefix).suffix(".tmp").make_in(folder, make)?;
    temporary.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
    let (half, rest) = bytes.split_at(bytes.len() / 2);
    temporary.as_file_mut().write_all(half)?;
    fault::point("half of the file beside is written")?;
    temporary.as_file_mut().write_all(rest)?;
    Ok(temporary)
}

/// How our own unfinished files begin; what a crash left behind is known by it.
pub(crate) const TEMPORARY: &str = ".ai-orchestrator-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_round_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("loop.yaml");
        std::os::unix::fs::symlink("loop.yaml", &link).unwrap();
        let problem = read_bounded(&link).unwrap_err();
        assert_eq!(
            (&*problem.code, problem.fix.as_deref()),
            ("unreadable", Some("mend the link, or remove it"))
        );
    }

    #[test]
    fn what_can_not_be_written_is_told_without_a_name_of_our_own() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_atomic(&folder.path().join("gone/a.yaml"), b"", 0o600).unwrap_err();
        assert_eq!((error.kind(), error.to_string().contains(TEMPORARY)), (io::ErrorKind::NotFound, false));
    }
}
