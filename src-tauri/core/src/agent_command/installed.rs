//! Whether a program is there: in the terminal's PATH, or as what the user's own shell knows.

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;

use crate::environment::Variables;

/// How long the shell may take to start; after that the answer is in doubt.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether `program` would be found by a terminal with these variables and this shell. In doubt it is.
pub(crate) async fn is_installed(program: &str, env: &Variables, shell: &Path) -> bool {
    if env.program(program).is_some() {
        return true;
    }
    // An alias or a function counts, and only the interactive shell knows those.
    let script = format!("command -v {program}");
    let asked = Command::new(shell)
        .args(["-ic", &script])
        .env_clear()
        .envs(env.iter())
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(output)) => output.status.success() && !output.stdout.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_path_is_searched_and_what_is_nowhere_is_missing() {
        let env = Variables::of_this_process();
        let shell = Path::new("/bin/sh");
        assert!(is_installed("ls", &env, shell).await);
        assert!(!is_installed("no-such-program-here", &env, shell).await);
        assert!(is_installed("no-such-program-here", &env, Path::new("/no/shell")).await, "in doubt it is");
    }
}
