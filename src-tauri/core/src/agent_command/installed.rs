//! Whether a program is there: in the terminal's PATH, or as what the user's own shell knows.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use tokio::process::Command;

/// How long the shell may take to start; after that the answer is in doubt.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether `program` would be found by a terminal with this PATH and shell. In doubt it is.
pub(crate) async fn is_installed(program: &str, path: &OsStr, shell: &Path) -> bool {
    if in_path(program, path) {
        return true;
    }
    // An alias or a function counts, and only the interactive shell knows those.
    let script = format!("command -v {program}");
    let asked = Command::new(shell)
        .args(["-ic", &script])
        .env("PATH", path)
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(output)) => output.status.success() && !output.stdout.is_empty(),
        _ => true,
    }
}

fn in_path(program: &str, path: &OsStr) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::env::split_paths(path).any(|folder| {
        let metadata = std::fs::metadata(folder.join(program));
        metadata.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_path_is_searched_and_what_is_nowhere_is_missing() {
        let path = std::env::var_os("PATH").unwrap();
        let shell = Path::new("/bin/sh");
        assert!(is_installed("ls", &path, shell).await);
        assert!(!is_installed("no-such-program-here", &path, shell).await);
        assert!(is_installed("no-such-program-here", &path, Path::new("/no/shell")).await, "in doubt it is");
    }
}
