//! Whether a program is there: in the terminal's PATH, or as what the user's own shell knows.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::Variables;

/// How long a program may take to answer; after that the answer is in doubt.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether `program` would be found by a terminal with these variables and this shell. In doubt it is.
pub(crate) async fn is_installed(program: &str, env: &Variables, shell: &Path) -> bool {
    if env.program(program).is_some() {
        return true;
    }
    // An alias or a function counts, and only the interactive shell knows those.
    let mut asked = Command::new(shell);
    asked.args(["-ic", &format!("command -v {program}")]);
    answer(&mut asked, env).await.is_none_or(|output| output.status.success() && !output.stdout.is_empty())
}

/// Says by its exit code whether a module is there, without running any of it. Only `pytest` itself is looked for in
/// the present folder too, as `-m` would: what else is there is not to be run for a question.
const FINDS_PYTEST: &str = "import sys; path = sys.path[:]; sys.path[:] = [p for p in path if p]; \
                            from importlib.util import find_spec; sys.path[:] = path; \
                            sys.exit(3 if find_spec(\"pytest\") is None else 0)";

/// Whether this Python, as it is called in `folder`, has pytest. In doubt it has.
pub(crate) async fn has_pytest(python: &str, folder: &Path, env: &Variables, shell: &Path) -> bool {
    let missing = |output: Option<std::process::Output>| output.is_some_and(|it| it.status.code() == Some(3));
    let program = if python.contains('/') { Some(folder.join(python)) } else { env.program(python) };
    if let Some(program) = program {
        let mut asked = Command::new(program);
        asked.args(["-c", FINDS_PYTEST]).current_dir(folder);
        if !missing(answer(&mut asked, env).await) {
            return true;
        }
    }
    // The user's start files may choose another Python than the host knows of.
    let mut asked = Command::new(shell);
    asked.args(["-ic", &format!("{python} -c '{FINDS_PYTEST}'")]).current_dir(folder);
    !missing(answer(&mut asked, env).await)
}

async fn answer(command: &mut Command, env: &Variables) -> Option<std::process::Output> {
    command.env_clear().envs(env.iter()).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    tokio::time::timeout(PATIENCE, command.output()).await.ok()?.ok()
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
