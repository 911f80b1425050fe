//! The shipped actions: how they come into the user's folder, what may keep them out, and how they go.

use std::fs;
use std::path::Path;

use super::{BROKEN, GOOD, House, OTHER, defaults, labels, save};
use crate::action::Scope;
use crate::api::{ActionHealth, ActionView, ApiError};
use crate::paths::Paths;
use crate::store::{Defaults, StoreChange, StoreError, Which};

/// Puts something where a default belongs.
type Put = fn(&Path);

#[tokio::test]
async fn defaults_come_back_at_each_start_and_edits_are_kept_in_the_history() {
    let house = House::new().await.again(defaults(&[("good", GOOD)])).await;
    let path = house.actions().join("good.yaml");
    assert_eq!(fs::read_to_string(&path).unwrap(), GOOD);
    assert_eq!(house.notices, []);
    assert_eq!(house.store.default_ids().await.unwrap(), ["good"]);

    save(&path, OTHER).unwrap();
    let house = house.again(defaults(&[("good", GOOD)])).await;
    assert_eq!(fs::read_to_string(&path).unwrap(), GOOD);
    let [notice] = &house.notices[..] else { panic!("{:?}", house.notices) };
    assert_eq!((notice.code, notice.action.as_deref()), ("default_overwritten", Some("good")));
    house.store.restore(Which::user("good"), notice.restore.clone().unwrap()).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), OTHER);
    assert!(matches!(
        house.store.delete(Which::user("good")).await,
        Err(StoreError::IsADefault { hidden: false, .. })
    ));
    house.store.reset("good".into()).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), GOOD);
    assert!(matches!(house.store.reset("other".into()).await, Err(StoreError::NotADefault(_))));

    // A newer shipped version replaces an untouched one without a word.
    let house = house.again(defaults(&[("good", OTHER)])).await;
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), &house.notices[..]), (OTHER, &[][..]));

    // And with `keep-edits` an edited one stays.
    save(&path, BROKEN).unwrap();
    save(house.folder.path().join("home/.ai-orchestrator/config.yaml"), "defaults: keep-edits\n").unwrap();
    let house = house.again(defaults(&[("good", GOOD)])).await;
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), &house.notices[..]), (BROKEN, &[][..]));
}

#[tokio::test]
async fn edits_are_left_alone_while_nobody_can_tell_what_the_settings_say_of_them() {
    let mut house = House::new().await.again(defaults(&[("good", GOOD)])).await;
    let path = house.actions().join("good.yaml");
    let config = house.folder.path().join("home/.ai-orchestrator/config.yaml");
    save(&path, OTHER).unwrap();
    let in_a_folders_place = |config: &Path| fs::create_dir(config).unwrap();
    let broken = |config: &Path| save(config, "defaults: keep-edits\ntheme: [\n").unwrap();
    let tab = |config: &Path| save(config, "defaults: keep-edits\nshortcuts:\n\tfind: F2\n").unwrap();
    let wrong = |config: &Path| save(config, "defaults: Keep-Edits\n").unwrap();
    let latin = |config: &Path| save(config, b"defaults: keep-edits\n# sch\xf6n\n").unwrap();
    let nowhere = |config: &Path| std::os::unix::fs::symlink("nowhere", config).unwrap();
    let ways: [Put; 6] = [broken, tab, wrong, latin, nowhere, in_a_folders_place];
    for way in ways {
        _ = fs::remove_file(&config);
        way(&config);
        house = house.again(defaults(&[("good", GOOD)])).await;
        assert_eq!(fs::read_to_string(&path).unwrap(), OTHER, "{:?}", house.notices);
        let [notice] = &house.notices[..] else { panic!("{:?}", house.notices) };
        assert_eq!(notice.code, "bad_config");
        assert!(notice.message.contains("edited default actions are left as they are"), "{notice:?}");
    }
    // Nor does a host that knew something else before replace them.
    fs::remove_dir(&config).unwrap();
    house = house.again(defaults(&[("good", OTHER)])).await;
    broken(&config);
    save(&path, BROKEN).unwrap();
    house.until(None, |actions| actions[0].health != ActionHealth::Ready).await;
    house.store.seed().await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), BROKEN);
    // A mistake elsewhere in the file hides nothing.
    save(&config, "theme: purple\n").unwrap();
    let house = house.again(defaults(&[("good", GOOD)])).await;
    assert_eq!(fs::read_to_string(house.actions().join("good.yaml")).unwrap(), GOOD);
}

#[tokio::test]
async fn what_stands_in_a_defaults_place_is_told_and_when_it_goes_the_default_comes_back() {
    let pipe = |path: &Path| {
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600));
        rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
    };
    let folder = |path: &Path| fs::create_dir_all(path.join("with something in it")).unwrap();
    let nowhere = |path: &Path| std::os::unix::fs::symlink("nowhere", path).unwrap();
    let ways: [(Put, &str); 3] = [
        (pipe, "this is a pipe, socket or device"),
        (folder, "this is a folder"),
        (nowhere, "this link leads to a file that is not there"),
    ];
    for (put, what) in ways {
        for at_start in [true, false] {
            let both = || defaults(&[("edited", GOOD), ("good", GOOD)]);
            let mut house = House::new().await.again(both()).await;
            let path = house.actions().join("good.yaml");
            if at_start {
                drop(house.store);
                fs::remove_file(&path).unwrap();
                put(&path);
                house = House::over(house.folder, both()).await;
                let [notice] = &house.notices[..] else { panic!("{:?}", house.notices) };
                assert_eq!(notice.code, "default_not_seeded");
                assert!(notice.message.contains(what), "{notice:?}");
            } else {
                fs::remove_file(&path).unwrap();
                house.until(None, |actions| actions.len() == 1).await;
                put(&path);
            }
            let broken =
                |actions: &[ActionView]| actions.iter().any(|action| action.health != ActionHealth::Ready);
            house.until(None, broken).await;
            // An edit of another one is not touched by what follows.
            save(house.actions().join("edited.yaml"), OTHER).unwrap();
            house.until(None, |actions| labels(actions).contains(&"Other")).await;
            let problems = house.store.check(None).await.unwrap();
            let told = problems.iter().find(|problem| problem.code == "defaults-not-seeded").unwrap();
            assert!(told.message.contains(what), "{told:?}");
            assert_eq!(told.fix.as_deref(), Some("move that away; the default then comes back by itself"));
            assert!(matches!(house.store.reset("good".into()).await, Err(StoreError::InTheWay { .. })));
            fs::rename(&path, house.folder.path().join("away")).unwrap();
            let ready = |action: &ActionView| action.health == ActionHealth::Ready;
            house.until(None, |actions| actions.len() == 2 && actions.iter().all(ready)).await;
            assert_eq!(fs::read_to_string(&path).unwrap(), GOOD);
            assert_eq!(house.store.check(None).await.unwrap(), []);
        }
    }
}

#[tokio::test]
async fn what_stands_where_the_history_belongs_gets_a_hint_that_helps() {
    let file: Put = |path| fs::write(path, "").unwrap();
    let elsewhere: Put = |path| std::os::unix::fs::symlink("..", path).unwrap();
    let ways = [(file, "`.history` is no folder"), (elsewhere, "`.history` is a link")];
    for (put, what) in ways {
        let house = House::new().await.again(defaults(&[("good", GOOD)])).await;
        let (actions, folder) = (house.actions(), house.folder);
        drop(house.store);
        fs::remove_dir_all(actions.join(".history")).unwrap();
        put(&actions.join(".history"));
        let house = House::over(folder, defaults(&[("good", OTHER)])).await;
        let notice = house.notices.iter().find(|notice| notice.code == "default_not_seeded").unwrap();
        assert!(notice.message.contains(what), "{notice:?}");
        let fix = "put a folder in its place; `ai-orchestrator action check` then tries again";
        assert_eq!(notice.hint.as_deref(), Some(fix));
        let refused = ApiError::from(house.store.reset("good".into()).await.unwrap_err());
        assert!(refused.message.contains(what), "{refused:?}");
        let hint = "nothing was changed; put a folder in its place, then try again";
        assert_eq!(refused.hint.as_deref(), Some(hint));
        assert_eq!(fs::read_to_string(actions.join("good.yaml")).unwrap(), GOOD);
        let told = house.store.check(None).await.unwrap();
        assert!(told.iter().any(|problem| problem.message.contains(what)), "{told:?}");
        // The folder itself is made as soon as it can be.
        fs::remove_file(actions.join(".history")).unwrap();
        assert_eq!(house.store.check(None).await.unwrap(), []);
        assert_eq!(fs::read_to_string(actions.join("good.yaml")).unwrap(), OTHER);
    }
}

#[tokio::test]
async fn a_newer_program_brings_its_defaults_and_an_older_one_does_not() {
    let of = |version: &str, texts: &[(&str, &str)]| Defaults { version: version.into(), ..defaults(texts) };
    let mut house = House::new().await.again(of("1.2.0", &[("good", GOOD), ("kept", GOOD)])).await;
    let path = house.actions().join("good.yaml");
    for version in ["1.2.0", "1.1.9", "1.2.0-rc.1", "newest"] {
        house.store.offer_defaults(of(version, &[("good", OTHER)])).await.unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), GOOD, "{version}");
    }

    // What an edit said is kept and told of; what this host can't read yet stays as it is.
    save(&path, OTHER.replace("Other", "Mine")).unwrap();
    house.until(None, |actions| labels(actions).contains(&"Mine")).await;
    let newer = of(
        "1.10.0",
        &[("good", OTHER), ("kept", "label: From a later format\nstepps: []\n"), ("new", OTHER)],
    );
    let ids = house.store.offer_defaults(newer).await.unwrap();
    assert_eq!(ids, ["good", "new", "kept"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), OTHER);
    assert_eq!(fs::read_to_string(house.actions().join("kept.yaml")).unwrap(), GOOD);
    assert_eq!(fs::read_to_string(house.actions().join("new.yaml")).unwrap(), OTHER);
    let notice = loop {
        if let StoreChange::Notice(notice) = house.changes.recv().await.unwrap() {
            break notice;
        }
    };
    assert_eq!((notice.code, notice.action.as_deref()), ("default_overwritten", Some("good")));
    house.store.restore(Which::user("good"), notice.restore.unwrap()).await.unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("Mine"));
    house.store.reset("new".into()).await.unwrap();
}

#[tokio::test]
async fn an_old_default_goes_only_while_it_is_as_shipped() {
    let deprecated = |text: &str| Defaults {
        deprecated: vec![("good".to_owned(), vec![crate::store::sha256(text.as_bytes())])],
        ..Defaults::default()
    };
    let house = House::new().await.again(defaults(&[("good", GOOD)])).await;
    let path = house.actions().join("good.yaml");
    let house = house.again(deprecated(OTHER)).await;
    assert!(path.exists() && house.notices.is_empty());
    let house = house.again(deprecated(GOOD)).await;
    assert!(!path.exists());
    let [notice] = &house.notices[..] else { panic!("{:?}", house.notices) };
    assert_eq!(notice.code, "default_removed");
    house.store.restore(Which::user("good"), notice.restore.clone().unwrap()).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), GOOD);
}

#[tokio::test]
async fn who_would_delete_a_default_is_told_of_the_projects_action_that_hides_it() {
    let house = House::new().await.again(defaults(&[("good", GOOD)])).await;
    let project = house.project();
    let which = Which::seen_from(&project, "good");
    let refused = house.store.delete(which.clone()).await.unwrap_err();
    assert!(matches!(refused, StoreError::IsADefault { hidden: false, .. }), "{refused:?}");
    save(Paths::project_actions(&project).join("good.yaml"), OTHER).unwrap();
    house.store.check(Some(project.clone())).await.unwrap();
    let refused = house.store.delete(which.clone()).await.unwrap_err();
    assert!(ApiError::from(refused).hint.unwrap().contains("`--project`"));
    house.store.delete(Which { scope: Some(Scope::Project), ..which }).await.unwrap();
    assert_eq!(labels(&house.store.list(Some(project)).await.unwrap().actions), ["Good"]);
}

#[tokio::test]
async fn the_shipped_defaults_have_no_problem_at_all() {
    let house = House::new().await.again(Defaults::shipped()).await;
    assert_eq!(house.store.check(None).await.unwrap(), []);
    assert_eq!(house.store.list(None).await.unwrap().actions.len(), 4);
}

#[tokio::test]
async fn what_stands_where_the_folder_belongs_keeps_the_defaults_out_and_projects_go_on() {
    let file: Put = |path| save(path, "").unwrap();
    let nowhere: Put = |path| std::os::unix::fs::symlink("nowhere", path).unwrap();
    for (put, what) in [(file, "this is no folder"), (nowhere, "this link leads to no folder")] {
        let house = House::new().await;
        let project = house.project();
        save(Paths::project_actions(&project).join("mine.yaml"), OTHER).unwrap();
        let (actions, folder) = (house.actions(), house.folder);
        drop(house.store);
        fs::remove_dir_all(&actions).unwrap();
        put(&actions);
        let mut house = House::over(folder, defaults(&[("good", GOOD), ("second", GOOD)])).await;
        let [notice] = &house.notices[..] else { panic!("{:?}", house.notices) };
        assert!(
            notice.message.contains(what) && notice.message.contains("`good` and `second`"),
            "{notice:?}"
        );
        let hint = "move that away; the defaults then come back by themselves";
        assert_eq!(notice.hint.as_deref(), Some(hint));
        assert_eq!(labels(&house.store.list(Some(project)).await.unwrap().actions), ["Other"]);
        fs::remove_file(&actions).unwrap();
        house.until(None, |actions| labels(actions) == ["Good", "Good"]).await;
        assert_eq!(house.store.check(None).await.unwrap(), []);
    }
}
