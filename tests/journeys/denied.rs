//! Folders that may not be written: everything is refused with one clear error, and nothing is lost.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use ai_orchestrator_tests::{program, save};

/// Nobody. Root is never denied anything, so where the tests are root, the host is this one.
const NOBODY: u32 = 65534;
const MINE: &str = "label: Mine\nsteps:\n  - write: \"true\\r\"\n";
const EDITED: &str = "label: Edited\nsteps:\n  - write: \"true\\r\"\n";

/// A copy that nobody can reach, wherever the checkout is. Another program makes it: while this one had it open for
/// writing, a child that another test starts would have it too, and it could not be started.
pub fn copy_of_the_program(folder: &Path) -> PathBuf {
    let copy = folder.join("ai-orchestrator");
    let copied = Command::new("cp").args([program(), &copy]).status().unwrap();
    assert!(copied.success());
    copy
}

/// A home, and a host in it that has no rights but its user's.
struct Plain {
    folder: tempfile::TempDir,
}

impl Plain {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        mode(folder.path(), 0o755);
        copy_of_the_program(folder.path());
        let plain = Self { folder };
        std::fs::create_dir(plain.home()).unwrap();
        if is_root() {
            std::os::unix::fs::chown(plain.home(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        plain
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn file(&self, id: &str) -> PathBuf {
        self.home().join("actions").join(format!("{id}.yaml"))
    }

    /// Writes as the user, wherever he may; root's own pen goes through every denial. Whole at once: a host that is
    /// nobody is not told that root still writes.
    fn write(&self, id: &str, text: &str) {
        let beside = self.folder.path().join(id);
        save(&beside, text).unwrap();
        if is_root() {
            std::os::unix::fs::chown(&beside, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        std::fs::rename(beside, self.file(id)).unwrap();
    }

    /// Exit code, stdout, stderr.
    fn call(&self, args: &[&str]) -> (i32, String, String) {
        let copy = self.folder.path().join("ai-orchestrator");
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy);
            command
        } else {
            Command::new(copy)
        };
        let command = command.args(args).current_dir("/").env("SHELL", "/bin/bash");
        let output =
            command.env("AI_ORCHESTRATOR_HOME", self.home()).env("HOME", self.home()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }

    fn ok(&self, args: &[&str]) -> String {
        let (code, stdout, stderr) = self.call(args);
        assert_eq!(code, 0, "{args:?}: {stderr}");
        stdout
    }

    /// What it says beside its output.
    fn told(&self, args: &[&str]) -> String {
        let (code, _, stderr) = self.call(args);
        assert_eq!(code, 0, "{args:?}: {stderr}");
        stderr
    }

    fn refused(&self, args: &[&str]) {
        let (code, _, stderr) = self.call(args);
        assert_eq!(code, 2, "{args:?}: {stderr}");
        assert!(stderr.contains("ermission denied") && stderr.contains("hint: "), "{args:?}: {stderr}");
        assert_eq!(stderr.matches("error:").count(), 1, "{args:?}: {stderr}");
    }

    fn timestamps(&self, id: &str) -> Vec<String> {
        let versions: serde_json::Value =
            serde_json::from_str(&self.ok(&["action", "history", id, "--json"])).unwrap();
        let all = versions.as_array().unwrap().iter();
        all.map(|version| version["timestamp"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        _ = self.call(&["host", "stop", "--yes"]);
    }
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn in_a_read_only_folder_nothing_is_changed_and_nothing_lost() {
    let plain = Plain::new();
    plain.ok(&["host", "start"]);
    plain.write("mine", MINE);
    plain.ok(&["action", "show", "mine"]);
    plain.write("mine", EDITED);
    plain.write("run-tests", EDITED);
    plain.ok(&["action", "check"]);
    let oldest = plain.timestamps("mine").pop().unwrap();

    let versions = || (plain.timestamps("mine"), plain.timestamps("run-tests"));
    let before = versions();
    mode(&plain.home().join("actions"), 0o555);
    for _ in 0..2 {
        plain.refused(&["action", "delete", "mine"]);
        plain.refused(&["action", "restore", "mine", &oldest]);
        plain.refused(&["action", "reset", "run-tests"]);
        plain.refused(&["action", "new", "--template"]);
    }
    // What was not done is no version: it would push out what the user wrote.
    assert_eq!(versions(), before);
    assert_eq!(plain.ok(&["action", "list", "--deleted", "--json"]).trim(), "[]");
    // The next start can't put the default back; it says so and leaves the user's.
    plain.ok(&["host", "stop", "--yes"]);
    plain.ok(&["host", "start"]);
    let why = "the default action `run-tests` can't be put into its place";
    let status = plain.ok(&["host", "status"]);
    assert!(status.contains(why) && status.contains("make the folder writable"), "{status}");
    let told = plain.told(&["action", "list"]);
    assert_eq!(told.matches(why).count(), 1, "{told}");
    assert!(
        told.contains("warning[defaults-not-seeded]") && told.contains("= fix: make the folder"),
        "{told}"
    );
    for id in ["mine", "run-tests"] {
        assert_eq!(std::fs::read_to_string(plain.file(id)).unwrap(), EDITED);
    }
    assert_eq!((plain.timestamps("mine"), plain.timestamps("run-tests")), before);

    mode(&plain.home().join("actions"), 0o755);
    plain.ok(&["action", "restore", "mine", &oldest]);
    assert_eq!(std::fs::read_to_string(plain.file("mine")).unwrap(), MINE);
    // Now that it can be, it is done.
    assert!(!plain.ok(&["action", "check"]).contains(why));
    assert_eq!(plain.told(&["action", "list"]), "");
    assert_ne!(std::fs::read_to_string(plain.file("run-tests")).unwrap(), EDITED);
    let kept = plain.timestamps("run-tests");
    plain.ok(&["action", "restore", "run-tests", &kept[1]]);
    assert_eq!(std::fs::read_to_string(plain.file("run-tests")).unwrap(), EDITED);
}

#[test]
fn a_folder_in_which_nothing_may_be_written_is_told_of_once() {
    let plain = Plain::new();
    let actions = plain.home().join("actions");
    std::fs::create_dir(&actions).unwrap();
    mode(&actions, 0o555);
    plain.ok(&["host", "start"]);
    let status: serde_json::Value = serde_json::from_str(&plain.ok(&["host", "status", "--json"])).unwrap();
    let [notice] = &status["notices"].as_array().unwrap()[..] else { panic!("{status}") };
    let notice = notice.as_str().unwrap();
    for part in
        ["`create-project`", "`run-tests`", "`sync-plugins`", "`update-claude-md`", "ermission denied"]
    {
        assert!(notice.contains(part), "{notice}");
    }
}

#[test]
fn a_folder_that_may_be_read_later_gets_the_defaults_by_itself() {
    let plain = Plain::new();
    let actions = plain.home().join("actions");
    std::fs::create_dir(&actions).unwrap();
    if is_root() {
        std::os::unix::fs::chown(&actions, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    mode(&actions, 0o000);
    plain.ok(&["host", "start"]);
    let told = plain.told(&["action", "list"]);
    assert!(told.contains("warning[defaults-not-seeded]"), "{told}");
    assert!(told.contains("read and write the folder (`chmod u+rwx`)"), "{told}");
    mode(&actions, 0o755);
    // Nothing but the change of the folder tells the host; each call is a look at what it made of that.
    let told = (0..500).map(|_| plain.told(&["action", "list"])).find(String::is_empty);
    assert!(told.is_some(), "{}", plain.told(&["action", "list"]));
    assert!(plain.file("run-tests").exists());
}

#[test]
fn a_default_that_may_not_be_read_says_which_file_and_comes_back_once_it_may() {
    let plain = Plain::new();
    plain.ok(&["host", "start"]);
    let (file, shipped) = (plain.file("run-tests"), std::fs::read(plain.file("run-tests")).unwrap());
    plain.ok(&["host", "stop", "--yes"]);
    mode(&file, 0o000);
    plain.ok(&["host", "start"]);
    let told = plain.told(&["action", "list"]);
    assert!(told.contains("run-tests.yaml: this file can't be read"), "{told}");
    assert!(told.contains("fix: let yourself read that file (`chmod u+r`)"), "{told}");
    assert!(!told.contains("make the folder"), "{told}");
    let (code, _, refused) = plain.call(&["action", "reset", "run-tests"]);
    assert_eq!(code, 2, "{refused}");
    assert!(refused.contains("hint: let yourself read it (`chmod u+r`)"), "{refused}");
    mode(&file, 0o644);
    plain.ok(&["action", "check"]);
    assert_eq!(plain.told(&["action", "list"]), "");
    assert_eq!(std::fs::read(&file).unwrap(), shipped);
}

#[test]
fn what_the_history_may_not_keep_is_not_replaced_or_removed() {
    let plain = Plain::new();
    plain.ok(&["host", "start"]);
    plain.write("mine", MINE);
    plain.ok(&["action", "check"]);
    let oldest = plain.timestamps("mine").pop().unwrap();
    let kept = plain.home().join("actions/.history/mine");
    mode(&kept, 0o555);
    plain.write("mine", EDITED);
    plain.refused(&["action", "delete", "mine"]);
    plain.refused(&["action", "restore", "mine", &oldest]);
    assert_eq!(std::fs::read_to_string(plain.file("mine")).unwrap(), EDITED);
    // Whoever looks is told, not only who had the window open.
    let code = "warning[history-not-written]: the history can't be written";
    // Each look makes the host read the file as it is now, as soon as it has heard that it was closed.
    let checked = (0..500).map(|_| plain.ok(&["action", "check"])).find(|told| told.contains(code)).unwrap();
    assert!(checked.contains("what `mine.yaml` held is not kept"), "{checked}");
    assert!(checked.contains("= fix: make room on the disk, and the folder writable"), "{checked}");
    let told = plain.told(&["action", "history", "mine"]);
    assert!(told.contains(code), "{told}");
    mode(&kept, 0o755);
    assert_eq!(plain.told(&["action", "history", "mine"]), "");
    assert_eq!(plain.timestamps("mine").len(), 2);
    assert!(!plain.ok(&["action", "check"]).contains(code));
    plain.ok(&["action", "delete", "mine"]);
    assert_eq!(plain.timestamps("mine").len(), 2);
}

#[test]
fn a_file_that_may_not_be_read_is_a_problem_of_its_own() {
    let plain = Plain::new();
    plain.ok(&["host", "start"]);
    plain.write("mine", MINE);
    plain.write("locked", MINE);
    mode(&plain.file("locked"), 0o000);
    let (code, stdout, stderr) = plain.call(&["action", "check"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stdout.contains("locked.yaml:") && stdout.contains("error[unreadable]"), "{stdout}");
    assert!(plain.ok(&["action", "list"]).contains("mine"));
    // Deleting would lose what could not be kept.
    plain.refused(&["action", "delete", "locked"]);
    assert!(plain.file("locked").exists());
}
