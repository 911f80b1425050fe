//! What editors and git do to action files, seen through the door.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use ai_orchestrator_tests::{Events, PATIENCE, TestHost};
use orchestrator_core::api::{ActionHealth, ActionList, ActionView, Event};
use orchestrator_core::client::path;

async fn list(host: &TestHost) -> Vec<ActionView> {
    let project = host.project();
    let path = path(&["actions"], &[("project", project.to_str())]);
    let list: ActionList = host.client().await.get(&path).await.unwrap();
    list.actions.into_iter().filter(|action| !action.default).collect()
}

/// Looks each time that the host says something changed.
async fn until(host: &TestHost, events: &mut Events, holds: impl Fn(&[ActionView]) -> bool) {
    while !holds(&list(host).await) {
        events.until(|event| matches!(event, Event::ActionsChanged { .. })).await;
    }
}

fn text(label: &str) -> String {
    format!("label: {label}\nsteps:\n  - write: \"true\\r\"\n")
}

fn is_called(label: &str) -> impl Fn(&[ActionView]) -> bool {
    move |actions| {
        assert!(actions.iter().all(|action| action.health == ActionHealth::Ready), "{actions:#?}");
        matches!(actions, [only] if only.label == label)
    }
}

fn run(folder: &Path, program: &str, args: &[&str]) {
    let output = Command::new(program).args(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn sed_and_vim_are_seen_however_they_save() {
    let host = TestHost::new();
    let folder = host.project_actions();
    let mut events = host.events().await;
    list(&host).await;
    std::fs::write(folder.join("a.yaml"), text("One")).unwrap();
    until(&host, &mut events, is_called("One")).await;
    run(&folder, "sed", &["-i", "s/One/Two/", "a.yaml"]);
    until(&host, &mut events, is_called("Two")).await;

    if Command::new("vim").arg("--version").output().is_err() {
        eprintln!("vim is not here: not checked");
        return;
    }
    // In place, renamed with and without a backup that stays, and over a name that must be written anew.
    let ways = ["backupcopy=yes", "backupcopy=no", "backup backupcopy=no", "nowritebackup"];
    for (round, way) in ways.into_iter().enumerate() {
        let (set, change) = (format!("set {way}"), format!("1s/.*/label: Round {round}/"));
        run(&folder, "vim", &["-u", "NONE", "-N", "-es", "-c", &set, "-c", &change, "-c", "wq", "a.yaml"]);
        until(&host, &mut events, is_called(&format!("Round {round}"))).await;
    }
}

#[tokio::test]
async fn a_checkout_of_another_branch_leaves_every_file_as_it_is_there() {
    let host = TestHost::new();
    let (project, folder) = (host.project(), host.project_actions());
    let git = |args: &[&str]| {
        let who = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
        run(&project, "git", &[&who, args].concat());
    };
    git(&["init", "--quiet", "--initial-branch=one"]);
    let write = |range: std::ops::Range<usize>, word: &str| {
        for n in range {
            std::fs::write(folder.join(format!("a-{n}.yaml")), text(&format!("{word} {n}"))).unwrap();
        }
    };
    write(0..200, "One");
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message=one"]);
    git(&["checkout", "--quiet", "-b", "two"]);
    write(50..250, "Two");
    for n in 0..50 {
        std::fs::remove_file(folder.join(format!("a-{n}.yaml"))).unwrap();
    }
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message=two"]);

    let mut events = host.events().await;
    let expected = |word: &'static str, range: std::ops::Range<usize>| {
        move |actions: &[ActionView]| {
            assert!(actions.iter().all(|action| action.health == ActionHealth::Ready));
            let right = |action: &ActionView| action.label == action.id.replace("a-", &format!("{word} "));
            actions.len() == range.len() && actions.iter().all(right)
        }
    };
    until(&host, &mut events, expected("Two", 50..250)).await;
    for (branch, word, range) in [("one", "One", 0..200), ("two", "Two", 50..250), ("one", "One", 0..200)] {
        git(&["checkout", "--quiet", branch]);
        until(&host, &mut events, expected(word, range)).await;
    }
}

/// Who opened which file of a folder, as the system tells it: what was opened and not closed after writing was read.
struct Opened {
    _watcher: RecommendedWatcher,
    events: mpsc::Receiver<notify::Result<notify::Event>>,
}

impl Opened {
    fn watch(folder: &Path) -> Self {
        let (sender, events) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(sender).unwrap();
        watcher.watch(folder, RecursiveMode::NonRecursive).unwrap();
        Self { _watcher: watcher, events }
    }

    /// How often each file was read since the last call, up to the going of the marker of `settle`: what came before
    /// that is told before it, however late.
    fn reads(&self) -> BTreeMap<String, i32> {
        let mut reads = BTreeMap::new();
        loop {
            let event = self.events.recv_timeout(PATIENCE).unwrap().unwrap();
            let is_marker = event.paths.iter().any(|path| path.ends_with("marker.yaml"));
            if is_marker && matches!(event.kind, EventKind::Remove(_)) {
                break;
            }
            let change = match event.kind {
                EventKind::Access(AccessKind::Open(_)) => 1,
                EventKind::Access(AccessKind::Close(AccessMode::Write)) => -1,
                _ => 0,
            };
            for path in event.paths.iter().filter(|path| path.extension().is_some_and(|end| end == "yaml")) {
                *reads.entry(path.file_stem().unwrap().to_string_lossy().into_owned()).or_default() += change;
            }
        }
        reads.retain(|_, count| *count != 0);
        reads
    }
}

/// Lets everything that may be read a second time be read: a broken file is called so only after that.
async fn settle(host: &TestHost, events: &mut Events) {
    let marker = host.project_actions().join("marker.yaml");
    std::fs::write(&marker, "label: [").unwrap();
    until(host, events, |actions| actions.iter().any(|action| action.health == ActionHealth::Broken)).await;
    std::fs::remove_file(&marker).unwrap();
    until(host, events, |actions| actions.iter().all(|action| action.id != "marker")).await;
}

#[tokio::test]
async fn a_changed_file_is_read_once_and_no_other_is() {
    let host = TestHost::new();
    let (project, folder) = (host.project(), host.project_actions());
    let git = |args: &[&str]| {
        let who = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
        run(&project, "git", &[&who, args].concat());
    };
    let write = |range: std::ops::Range<usize>, word: &str| {
        for n in range {
            std::fs::write(folder.join(format!("a-{n}.yaml")), text(&format!("{word} {n}"))).unwrap();
        }
    };
    let all = |word: &'static str| {
        move |actions: &[ActionView]| {
            let changed = actions.iter().filter(|action| action.label.starts_with(word)).count();
            changed == 200 && actions.len() == 250
        }
    };
    write(0..200, "One");
    write(200..250, "Same");
    git(&["init", "--quiet", "--initial-branch=one"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message=one"]);
    git(&["checkout", "--quiet", "-b", "two"]);
    let mut events = host.events().await;
    until(&host, &mut events, all("One")).await;

    let opened = Opened::watch(&folder);
    let once = |reads: &BTreeMap<String, i32>| {
        let reads: Vec<_> = reads.iter().filter(|(name, _)| *name != "marker").collect();
        assert!(reads.iter().all(|(_, count)| **count == 1), "{reads:?}");
        assert_eq!(reads.len(), 200, "{reads:?}");
    };
    write(0..200, "Two");
    until(&host, &mut events, all("Two")).await;
    settle(&host, &mut events).await;
    once(&opened.reads());

    // A checkout. Git itself reads files whose times could hide a change; these are old, so it need not.
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message=two"]);
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    for n in 0..250 {
        std::fs::File::open(folder.join(format!("a-{n}.yaml"))).unwrap().set_modified(old).unwrap();
    }
    git(&["update-index", "-q", "--refresh"]);
    settle(&host, &mut events).await;
    opened.reads();
    git(&["checkout", "--quiet", "one"]);
    until(&host, &mut events, all("One")).await;
    settle(&host, &mut events).await;
    once(&opened.reads());

    // Many saves of one file are at most as many readings, and the last one counts.
    for n in 0..100 {
        std::fs::write(folder.join("a-7.yaml"), text(&format!("Save {n}"))).unwrap();
    }
    until(&host, &mut events, |actions| actions.iter().any(|action| action.label == "Save 99")).await;
    settle(&host, &mut events).await;
    let mut reads = opened.reads();
    reads.remove("marker");
    assert_eq!(reads.keys().collect::<Vec<_>>(), ["a-7"]);
    assert!((1..=100).contains(&reads["a-7"]), "{reads:?}");
}

#[tokio::test]
async fn ten_thousand_files_are_loaded_and_the_next_save_is_seen() {
    let host = TestHost::new();
    let folder = host.project_actions();
    for n in 0..10_000 {
        std::fs::write(folder.join(format!("a-{n}.yaml")), text("Many")).unwrap();
    }
    let mut events = host.events().await;
    until(&host, &mut events, |actions| actions.len() == 10_000).await;
    std::fs::write(folder.join("a-77.yaml"), text("Changed")).unwrap();
    until(&host, &mut events, |actions| actions.iter().any(|action| action.label == "Changed")).await;
    assert_eq!(list(&host).await.len(), 10_000);
}
