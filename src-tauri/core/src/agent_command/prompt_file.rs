//! Prompts of any length on their way to the agent: files that only this user can read, and that go
//! when their terminal ends.

use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The folder of all prompt files.
#[derive(Clone, Debug)]
pub(crate) struct PromptFolder {
    path: PathBuf,
    /// How this home's files begin: other homes' hosts share the folder.
    prefix: String,
}

/// A prompt on the disk; dropping it removes it.
#[derive(Debug)]
pub(crate) struct PromptFile {
    file: tempfile::NamedTempFile,
}

impl PromptFolder {
    /// `<temporary>/ai-orchestrator`, or one with the user's number where another user took that name.
    pub fn open(temporary: &Path, home: &Path) -> io::Result<Self> {
        let digest = Sha256::digest(home.as_os_str().as_bytes());
        let prefix = format!("prompt-{:02x}{:02x}{:02x}{:02x}-", digest[0], digest[1], digest[2], digest[3]);
        let uid = rustix::process::getuid().as_raw();
        let shared = temporary.join("ai-orchestrator");
        if own(&shared, uid).is_ok() {
            return Ok(Self { path: shared, prefix });
        }
        let path = temporary.join(format!("ai-orchestrator-{uid}"));
        own(&path, uid)?;
        Ok(Self { path, prefix })
    }

    /// Removes what an earlier host left; only for the one that starts, before any terminal lives.
    pub fn sweep(&self) {
        let Ok(entries) = std::fs::read_dir(&self.path) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(self.prefix.as_bytes()) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a prompt.
    pub fn write(&self, prompt: &str) -> io::Result<PromptFile> {
        let mut file = tempfile::Builder::new()
            .prefix(&self.prefix)
            .suffix(".md")
            .rand_bytes(16)
            .tempfile_in(&self.path)?;
        file.write_all(prompt.as_bytes())?;
        file.flush()?;
        Ok(PromptFile { file })
    }
}

impl PromptFile {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}

/// Makes the folder, or makes sure that it is this user's alone.
fn own(path: &Path, uid: u32) -> io::Result<()> {
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    let metadata = std::fs::symlink_metadata(path)?;
    if metadata.is_dir() && metadata.uid() == uid && metadata.mode() & 0o777 == 0o700 {
        return Ok(());
    }
    let message = format!("{} is not this user's own folder with mode 0700", path.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_prompt_is_the_users_alone_and_goes_when_it_is_dropped() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = PromptFolder::open(temporary.path(), Path::new("/home")).unwrap();
        let file = folder.write("Be kind.").unwrap();
        let path = file.path().to_owned();
        assert_eq!((mode(path.parent().unwrap()), mode(&path)), (0o700, 0o600));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "Be kind.");
        drop(file);
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_that_others_can_enter_is_not_used() {
        let temporary = tempfile::tempdir().unwrap();
        let shared = temporary.path().join("ai-orchestrator");
        std::fs::create_dir(&shared).unwrap();
        std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o755)).unwrap();
        let file = PromptFolder::open(temporary.path(), Path::new("/home")).unwrap().write("x").unwrap();
        assert!(!file.path().starts_with(&shared));
        assert_eq!(mode(file.path().parent().unwrap()), 0o700);
    }

    #[test]
    fn what_a_crash_left_is_swept() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = PromptFolder::open(temporary.path(), Path::new("/home")).unwrap();
        let (_, left) = folder.write("x").unwrap().file.keep().unwrap();
        folder.sweep();
        assert!(!left.exists());
    }
}
