//! Files that share an id or a name, copies, and what can't be kept: nothing is guessed.

use std::fs;

use super::{BROKEN, GOOD, House, OTHER, defaults, labels, save};
use crate::api::ActionHealth;
use crate::paths::Paths;
use crate::store::{ActionStore, StoreError, Which};

#[tokio::test]
async fn of_two_files_with_one_id_neither_loses_what_it_holds() {
    let mut house = House::new().await;
    let text = |label: &str| format!("id: dup\n{}", GOOD.replace("Good", label));
    let (dup, copy) = (house.actions().join("dup.yaml"), house.actions().join("copy.yaml"));
    save(&dup, text("precious")).unwrap();
    house.until(None, |actions| labels(actions) == ["precious"]).await;
    for n in 0..25 {
        let label = format!("B {n}");
        save(&copy, text(&label)).unwrap();
        house.until(None, |actions| labels(actions).contains(&label.as_str())).await;
    }
    fs::remove_file(&dup).unwrap();
    house.until(None, |actions| labels(actions) == ["B 24"]).await;
    let versions = house.versions(&Which::user("dup")).await;
    assert!(versions.iter().any(|(_, kept)| *kept == text("precious")), "{versions:?}");
    // What somebody took out of the history stays out: whoever removes the whole folder does no more than that.
    for file in fs::read_dir(house.actions().join(".history/dup")).unwrap().flatten() {
        fs::remove_file(file.path()).unwrap();
    }
    fs::remove_file(&copy).unwrap();
    house.until(None, <[_]>::is_empty).await;
    assert!(house.store.history(Which::user("dup")).await.is_err());
}

#[tokio::test]
async fn which_of_two_files_with_one_id_goes_or_is_restored_is_not_guessed() {
    let mut house = House::new().await;
    let text = format!("id: dup\n{GOOD}");
    let files = [house.actions().join("copy.yaml"), house.actions().join("dup.yaml")];
    for file in &files {
        save(file, &text).unwrap();
    }
    house.until(None, |actions| actions.len() == 2).await;
    let [version] = &house.store.history(Which::user("dup")).await.unwrap()[..] else { panic!() };
    for refused in [
        house.store.delete(Which::user("dup")).await,
        house.store.restore(Which::user("dup"), version.timestamp.clone()).await,
    ] {
        let said = refused.unwrap_err().to_string();
        assert_eq!(said, "`dup` is the id of more than one file: `copy.yaml` and `dup.yaml`");
    }
    assert!(files.iter().all(|file| file.exists()));
    fs::remove_file(&files[0]).unwrap();
    house.until(None, |actions| actions.len() == 1).await;
    house.store.delete(Which::user("dup")).await.unwrap();
    assert!(!files[1].exists());
}

#[tokio::test]
async fn no_copy_of_a_projects_action_runs_before_that_is_trusted() {
    let house = House::new().await;
    let project = house.project();
    let path = Paths::project_actions(&project).join("evil.yaml");
    save(&path, GOOD).unwrap();
    let which = Which::seen_from(&project, "evil");
    let copy = async || house.store.duplicate(which.clone(), None, None).await;
    assert!(matches!(copy().await, Err(StoreError::Untrusted { changed: false, .. })));
    assert!(!house.actions().join("my-evil.yaml").exists());
    let sha256 = house.store.resolve(which.clone(), false).await.unwrap().sha256;
    house.store.trust(which.clone(), sha256).await.unwrap();
    assert_eq!(copy().await.unwrap(), "my-evil");
    // What is there now was not accepted, whatever the watcher has told of.
    save(&path, OTHER).unwrap();
    assert!(matches!(copy().await, Err(StoreError::Untrusted { changed: true, .. })));
}

#[tokio::test]
async fn what_is_broken_in_a_project_is_not_copied_unless_it_was_accepted() {
    let mut house = House::new().await;
    let project = house.project();
    let path = Paths::project_actions(&project).join("evil.yaml");
    let which = Which::seen_from(&project, "evil");
    save(&path, BROKEN).unwrap();
    house.until(Some(&project), |actions| actions[0].health == ActionHealth::Broken).await;
    let refused = house.store.duplicate(which.clone(), None, None).await.unwrap_err();
    let StoreError::Broken { problem, stale: false, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!((&problem.file, problem.line), (&path, 3));
    assert!(refused.to_string().ends_with("before that is mended, it is not copied"), "{refused}");
    // Nor is a broken version of one that was accepted in another.
    save(&path, GOOD).unwrap();
    house.until(Some(&project), |actions| actions[0].health == ActionHealth::Ready).await;
    let sha256 = house.store.resolve(which.clone(), false).await.unwrap().sha256;
    house.store.trust(which.clone(), sha256).await.unwrap();
    let versions = house.store.history(which.clone()).await.unwrap();
    let broken = versions.iter().find(|version| !version.valid).unwrap().timestamp.clone();
    let refused = house.store.duplicate(which.clone(), Some(broken), None).await.unwrap_err();
    assert!(matches!(refused, StoreError::Broken { .. }), "{refused:?}");
    assert!(!house.actions().join("my-evil.yaml").exists());
    assert_eq!(house.store.duplicate(which, None, None).await.unwrap(), "my-evil");
    // What is broken in the user's own folder is copied as it is: it was his before.
    save(house.actions().join("mine.yaml"), BROKEN).unwrap();
    house.until(None, |actions| actions.iter().any(|action| action.id == "mine")).await;
    assert_eq!(house.store.duplicate(Which::user("mine"), None, None).await.unwrap(), "my-mine");
}

#[tokio::test]
async fn a_reset_does_not_guess_which_of_two_files_it_is_about() {
    let mut house = House::new().await.again(defaults(&[("good", GOOD)])).await;
    let (own, other) = (house.actions().join("good.yaml"), house.actions().join("other.yaml"));
    let (edit, copy) = (format!("id: good\n{OTHER}"), format!("# mine\nid: good\n{OTHER}"));
    save(&own, &edit).unwrap();
    save(&other, &copy).unwrap();
    house.until(None, |actions| labels(actions) == ["Other", "Other"]).await;
    let refused = house.store.reset("good".into()).await.unwrap_err();
    assert_eq!(refused.to_string(), "`good` is the id of more than one file: `good.yaml` and `other.yaml`");
    assert_eq!((fs::read_to_string(&own).unwrap(), fs::read_to_string(&other).unwrap()), (edit, copy));
    fs::remove_file(&other).unwrap();
    house.until(None, |actions| labels(actions) == ["Other"]).await;
    house.store.reset("good".into()).await.unwrap();
    assert_eq!(labels(&house.store.list(None).await.unwrap().actions), ["Good"]);
}

#[tokio::test]
async fn the_active_version_is_marked_also_where_a_newer_one_is_another_files() {
    let mut house = House::new().await;
    let text = |label: &str| format!("id: dup\n{}", GOOD.replace("Good", label));
    save(house.actions().join("dup.yaml"), text("A")).unwrap();
    house.until(None, |actions| labels(actions) == ["A"]).await;
    save(house.actions().join("copy.yaml"), text("B")).unwrap();
    house.until(None, |actions| labels(actions) == ["A", "B"]).await;
    let marked = async |store: &ActionStore| {
        let versions = store.history(Which::user("dup")).await.unwrap();
        versions.iter().map(|version| version.active).collect::<Vec<_>>()
    };
    assert_eq!(marked(&house.store).await, [false, true]);
    // The same bytes again, and so a newer version of them: only that one is marked.
    save(house.actions().join("copy.yaml"), text("A")).unwrap();
    house.until(None, |actions| labels(actions) == ["A", "A"]).await;
    assert_eq!(marked(&house.store).await, [true, false, false]);
}

#[tokio::test]
async fn an_action_whose_file_is_another_one_by_now_comes_back_beside_it() {
    for text in [GOOD.to_owned(), format!("id: a\n{GOOD}")] {
        let mut house = House::new().await;
        let path = house.actions().join("a.yaml");
        save(&path, &text).unwrap();
        house.until(None, |actions| labels(actions) == ["Good"]).await;
        let [version] = &house.store.history(Which::user("a")).await.unwrap()[..] else { panic!() };
        save(&path, format!("id: b\n{OTHER}")).unwrap();
        house.until(None, |actions| actions[0].id == "b").await;
        let undo = house.store.restore(Which::user("a"), version.timestamp.clone()).await.unwrap();
        assert!(undo.path.unwrap().ends_with("/a-2.yaml"));
        let kept = fs::read_to_string(house.actions().join("a-2.yaml")).unwrap();
        assert_eq!(kept, format!("id: a\n{GOOD}"));
        let actions = house.store.list(None).await.unwrap().actions;
        let back = actions.iter().find(|action| action.id == "a").unwrap();
        assert_eq!((back.health, &back.problems[..]), (ActionHealth::Ready, &[][..]));
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("id: b\n{OTHER}"));
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_to_keep_says_so_in_its_history() {
    let mut house = House::new().await;
    save(house.actions().join("big.yaml"), vec![b'#'; 2 << 20]).unwrap();
    house.until(None, |actions| actions.len() == 1).await;
    let said = house.store.history(Which::user("big")).await.unwrap_err().to_string();
    assert!(said.contains("1 MiB at most") && said.ends_with("no version of it is kept"), "{said}");
}

#[tokio::test]
async fn each_copy_has_a_label_of_its_own_also_of_an_action_without_an_id() {
    let mut house = House::new().await;
    save(house.actions().join("good.yaml"), GOOD).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    for _ in 0..2 {
        house.store.duplicate(Which::user("good"), None, None).await.unwrap();
    }
    let list = house.store.list(None).await.unwrap();
    assert_eq!(labels(&list.actions), ["Good", "Good copy", "Good copy 2"]);
}
