//! What happens while somebody saves: half a file is none, and a change in the middle of a save loses neither.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use super::{BROKEN, GOOD, House, OTHER, PATIENCE, close, defaults, labels, save};
use crate::action::Scope;
use crate::paths::Paths;
use crate::store::{StoreChange, Which};

const HALF: &str = "label: Later\nsteps:\n  - write: \"half\\r\"\n";
const REST: &str = "  - write: \"rest\\r\"\n";

fn begin(path: &Path) -> File {
    let mut writer = File::create(path).unwrap();
    writer.write_all(HALF.as_bytes()).unwrap();
    writer
}

#[tokio::test]
async fn what_is_being_written_is_not_checked_recorded_or_run_before_it_is_closed() {
    let mut house = House::new().await;
    let path = house.actions().join("good.yaml");
    save(&path, GOOD).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    let which = Which::user("good");
    // One half doesn't parse, and the other one would run.
    for half in ["label: Later\nsteps:\n  - wri", HALF] {
        let mut writer = File::create(&path).unwrap();
        writer.write_all(half.as_bytes()).unwrap();
        // Once the store knows of this, it knows of the writer.
        let later = format!("Later than {} bytes", half.len());
        save(house.actions().join("other.yaml"), OTHER.replace("Other", &later)).unwrap();
        house.until(None, |actions| labels(actions).contains(&later.as_str())).await;
        let problems = house.store.check(None).await.unwrap();
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, ["being-written"]);
        assert!(!problems[0].is_error());
        let resolved = house.store.resolve(which.clone(), false).await.unwrap();
        assert_eq!(&*resolved.bytes, GOOD.as_bytes());
        assert_eq!(resolved.view.problems, problems);
        assert_eq!(house.store.history(which.clone()).await.unwrap().len(), 1);
        finish(&mut house, writer, &path, half).await;
    }
    let mut writer = begin(&path);
    writer.write_all(REST.as_bytes()).unwrap();
    close(writer, &path).unwrap();
    house.until(None, |actions| labels(actions).contains(&"Later")).await;
    let versions = house.versions(&which).await;
    assert_eq!(versions.len(), 2, "{versions:?}");
}

/// The writer writes the good file after all and closes it; waits until that is known, for the next writer.
async fn finish(house: &mut House, mut writer: File, path: &Path, half: &str) {
    writer.set_len(0).unwrap();
    std::io::Seek::rewind(&mut writer).unwrap();
    writer.write_all(GOOD.as_bytes()).unwrap();
    close(writer, path).unwrap();
    let closed = format!("Closed after {} bytes", half.len());
    save(house.actions().join("other.yaml"), OTHER.replace("Other", &closed)).unwrap();
    house.until(None, |actions| labels(actions).contains(&closed.as_str())).await;
    assert_eq!(house.store.check(None).await.unwrap(), []);
}

/// Only Linux tells who has a file open.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn half_a_file_is_none_however_early_it_is_asked_for() {
    let mut house = House::new().await;
    let path = house.actions().join("good.yaml");
    save(&path, GOOD).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    for half in ["label: Later\nsteps:\n  - wri", HALF] {
        // No wait: what the system tells of the writer may not have come yet.
        let mut writer = File::create(&path).unwrap();
        writer.write_all(half.as_bytes()).unwrap();
        let resolved = house.store.resolve(Which::user("good"), false).await.unwrap();
        assert_eq!(&*resolved.bytes, GOOD.as_bytes());
        let problems = house.store.check(None).await.unwrap();
        let by_path = crate::action::check(&[path.clone()].into(), |_| Some(Scope::User));
        for problem in problems.iter().chain(by_path.iter().filter(|_| half != HALF)) {
            assert_eq!((&*problem.code, problem.is_error()), ("being-written", false), "{problem:?}");
        }
        assert_eq!((problems.len(), by_path.len()), (1, usize::from(half != HALF)));
        // A start of the host is told of no writer.
        house = house.again(defaults(&[])).await;
        assert_eq!(house.store.check(None).await.unwrap()[0].code, "being-written");
        assert_eq!(house.store.history(Which::user("good")).await.unwrap().len(), 1);
        finish(&mut house, writer, &path, half).await;
    }
}

#[tokio::test]
async fn a_save_that_a_change_comes_into_is_kept() {
    for change in ["restore", "reset", "seed", "delete", "delete of a project's"] {
        for early in [true, false] {
            let mut house = House::new().await;
            if change == "reset" || change == "seed" {
                house = house.again(defaults(&[("good", GOOD)])).await;
            }
            let project = (change == "delete of a project's").then(|| house.project());
            let dir = project.as_deref().map_or(house.actions(), Paths::project_actions);
            let path = dir.join("good.yaml");
            for (text, label) in [(GOOD, "Good"), (OTHER, "Other")] {
                save(&path, text).unwrap();
                house.until(project.as_deref(), |actions| labels(actions) == [label]).await;
            }
            let scope = Some(if project.is_some() { Scope::Project } else { Scope::User });
            let which = Which { id: "good".into(), project, scope };
            let oldest = house.store.history(which.clone()).await.unwrap().pop().unwrap().timestamp;

            let mut writer = begin(&path);
            if early {
                // The store has heard of it before it changes the file.
                house.store.check(None).await.unwrap();
            }
            let done = match change {
                "restore" => house.store.restore(which.clone(), oldest).await.map(drop),
                "reset" => house.store.reset("good".into()).await.map(drop),
                "seed" => house.store.seed().await.map(drop),
                _ => house.store.delete(which.clone()).await.map(drop),
            };
            done.unwrap();
            writer.write_all(REST.as_bytes()).unwrap();
            close(writer, &path).unwrap();
            house.tidy(&dir).await;
            let now = fs::read_to_string(&path).ok();
            assert_eq!(now.as_deref(), Some(GOOD).filter(|_| !change.starts_with("delete")), "{change}");
            let versions = house.versions(&which).await;
            let late = format!("{HALF}{REST}");
            assert!(versions.iter().any(|(_, text)| *text == late), "{change}, {early}: {versions:?}");
            if now.is_some() {
                assert_eq!(versions[0].1, GOOD, "{change}");
            }
        }
    }
}

#[tokio::test]
async fn a_late_save_that_takes_the_end_away_is_kept() {
    let mut house = House::new().await;
    let path = house.actions().join("good.yaml");
    let longer = format!("{HALF}{REST}");
    for (text, label) in [(GOOD, "Good"), (&longer, "Later")] {
        save(&path, text).unwrap();
        house.until(None, |actions| labels(actions) == [label]).await;
    }
    let which = Which::user("good");
    let oldest = house.store.history(which.clone()).await.unwrap().pop().unwrap().timestamp;
    let mut writer = File::create(&path).unwrap();
    writer.write_all(&HALF.as_bytes()[..20]).unwrap();
    house.store.restore(which.clone(), oldest).await.unwrap();
    writer.write_all(&HALF.as_bytes()[20..]).unwrap();
    close(writer, &path).unwrap();
    house.tidy(&house.actions()).await;
    let versions = house.versions(&which).await;
    assert!(versions.iter().any(|(_, text)| text == HALF), "{versions:?}");
}

#[tokio::test]
async fn a_late_save_is_told_of_with_the_version_that_brings_it_back() {
    let mut house = House::new().await;
    let path = house.actions().join("good.yaml");
    save(&path, GOOD).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    let mut writer = begin(&path);
    house.store.delete(Which::user("good")).await.unwrap();
    writer.write_all(REST.as_bytes()).unwrap();
    close(writer, &path).unwrap();
    let told = async {
        loop {
            if let StoreChange::Notice(notice) = house.changes.recv().await.unwrap() {
                break notice;
            }
        }
    };
    let notice = tokio::time::timeout(PATIENCE, told).await.unwrap();
    assert_eq!((notice.code, notice.action.as_deref()), ("late_save_kept", Some("good")));
    house.store.restore(Which::user("good"), notice.restore.unwrap()).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{HALF}{REST}"));
}

#[tokio::test]
async fn a_link_stays_and_what_it_leads_to_is_changed() {
    let mut house = House::new().await;
    let dotfiles = house.folder.path().join("dotfiles");
    fs::create_dir(&dotfiles).unwrap();
    let target = dotfiles.join("mine.yaml");
    let link = house.actions().join("good.yaml");
    save(&target, OTHER).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    house.until(None, |actions| labels(actions) == ["Other"]).await;

    // An edit of the target is seen and kept, in place or renamed over it.
    save(&target, BROKEN.replace("wriet", "write")).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    save(dotfiles.join("new"), OTHER.replace("Other", "Third")).unwrap();
    fs::rename(dotfiles.join("new"), &target).unwrap();
    house.until(None, |actions| labels(actions) == ["Third"]).await;
    let versions = house.store.history(Which::user("good")).await.unwrap();
    assert_eq!(versions.len(), 3);

    house.store.restore(Which::user("good"), versions[2].timestamp.clone()).await.unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&target).unwrap(), OTHER);

    let house = house.again(defaults(&[("good", GOOD)])).await;
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&target).unwrap(), GOOD);
    house.store.delete(Which::user("good")).await.unwrap_err();
    // The next start keeps and removes what still stood beside.
    let house = house.again(defaults(&[("good", GOOD)])).await;
    house.tidy(&dotfiles).await;
    assert_eq!(fs::read_dir(&dotfiles).unwrap().count(), 1);
}

#[tokio::test]
async fn who_has_opened_a_file_and_not_written_yet_loses_nothing_either() {
    let mut house = House::new().await;
    let path = house.actions().join("good.yaml");
    save(&path, GOOD).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    let mut writer = File::options().append(true).open(&path).unwrap();
    // Nothing tells of this writer: the file was last written long ago.
    writer.set_modified(std::time::UNIX_EPOCH).unwrap();
    house.store.delete(Which::user("good")).await.unwrap();
    writer.write_all(REST.as_bytes()).unwrap();
    close(writer, &path).unwrap();
    house.tidy(&house.actions()).await;
    let versions = house.versions(&Which::user("good")).await;
    assert_eq!(versions[0].1, format!("{GOOD}{REST}"));
}

#[tokio::test]
async fn a_version_comes_back_under_its_own_name_or_not_at_all() {
    let mut house = House::new().await;
    let path = house.actions().join("good.yaml");
    let which = Which::user("good");
    save(&path, GOOD).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    let undo = house.store.delete(which.clone()).await.unwrap().timestamp.unwrap();
    // The name is another action's now.
    let other = format!("id: other\n{OTHER}");
    save(&path, &other).unwrap();
    house.until(None, |actions| labels(actions) == ["Other"]).await;
    let beside = house.store.restore(which.clone(), undo.clone()).await.unwrap().path.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), other);
    fs::remove_file(beside).unwrap();
    house.until(None, |actions| labels(actions) == ["Other"]).await;
    fs::rename(&path, house.actions().join("other.yaml")).unwrap();
    house.store.restore(which.clone(), undo.clone()).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), GOOD);
    assert_eq!(house.store.check(None).await.unwrap(), []);

    // The action is in a file that is called otherwise: there, this version would be another action.
    let elsewhere = house.actions().join("elsewhere.yaml");
    fs::remove_file(&path).unwrap();
    save(&elsewhere, format!("id: good\n{OTHER}")).unwrap();
    house.until(None, |actions| actions.iter().any(|action| action.path.ends_with("elsewhere.yaml"))).await;
    house.until(None, |actions| actions.len() == 2).await;
    let refused = house.store.restore(which.clone(), undo).await.unwrap_err();
    let said = "elsewhere.yaml: here this version would be the action `elsewhere`";
    assert!(refused.to_string().ends_with(said), "{refused}");
}

#[tokio::test]
async fn at_the_end_nothing_of_a_deleted_action_stays_in_the_project() {
    let mut house = House::new().await;
    let project = house.project();
    let (dir, which) = (Paths::project_actions(&project), Which::user("good"));
    let which = Which { project: Some(project.clone()), scope: Some(Scope::Project), ..which };
    save(dir.join("good.yaml"), GOOD).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Good"]).await;
    house.store.delete(which).await.unwrap();
    let House { folder, store, .. } = house;
    drop(store);
    assert_eq!(fs::read_dir(dir).unwrap().count(), 0);
    drop(folder);
}
