//! Nothing stays behind, however the bench ends: hosts and tmux servers live in sessions of their own and would.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Waits for the end of its standard input, which is this process's own end; then ends what is there and removes it.
/// The last line ends the peers' programs, which have the folder's name among their words, and this shell.
const CLEAN: &str = r#"
cat
cd "$1" || exit
for home in */home; do AI_ORCHESTRATOR_HOME="$1/$home" "$2" host stop --yes; done
for socket in */tmux-*; do tmux -S "$socket" kill-server; done
cd / && rm -rf "$1"
pkill -f "$1"
"#;

/// The folder of all that the bench makes, and who cleans it.
pub struct Leftovers {
    _cleaner: Child,
}

impl Leftovers {
    /// Puts everything temporary into one folder, and has it cleaned when this process ends.
    ///
    /// # Errors
    /// When the folder can't be made, or no shell starts.
    pub fn clean(program: &Path) -> io::Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let folder = tempfile::Builder::new().prefix("orchestrator-bench-").tempdir()?.keep();
        if tempfile::env::override_temp_dir(&folder).is_err() {
            return Err(io::Error::other("the temporary folder is set already"));
        }
        // In a group of its own, so that Ctrl-C does not end it together with the bench.
        let cleaner = Command::new("sh")
            .args(["-c", CLEAN, "sh"])
            .args([&folder, program])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { _cleaner: cleaner })
    }
}
