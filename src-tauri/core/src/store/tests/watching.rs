//! Each way of changing a file or its folder is heard, and none is misheard. What editors and git do is in the
//! journeys (`tests/journeys/watching.rs`).

use std::fs;

use super::{ActionHealth, ActionView, GOOD, House, OTHER, PATIENCE, StoreChange, Which, labels, save};
use crate::paths::Paths;

#[tokio::test]
async fn every_way_of_saving_a_file_is_seen() {
    let mut house = House::new().await;
    let path = house.actions().join("good.yaml");
    save(&path, GOOD).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    // In place.
    save(&path, OTHER).unwrap();
    house.until(None, |actions| labels(actions) == ["Other"]).await;
    // Beside, then renamed over it.
    save(house.actions().join(".good.yaml.swp"), GOOD).unwrap();
    fs::rename(house.actions().join(".good.yaml.swp"), &path).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    // The old one renamed away, a new one made (vim with backups).
    fs::rename(&path, house.actions().join("good.yaml~")).unwrap();
    save(&path, OTHER).unwrap();
    house.until(None, |actions| labels(actions) == ["Other"]).await;
    // Removed, made, linked.
    fs::remove_file(&path).unwrap();
    house.until(None, <[ActionView]>::is_empty).await;
    save(house.folder.path().join("elsewhere.yaml"), GOOD).unwrap();
    std::os::unix::fs::symlink(house.folder.path().join("elsewhere.yaml"), &path).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
}

#[tokio::test]
async fn watching_survives_the_folder_being_removed_and_made_anew() {
    let mut house = House::new().await;
    for round in 0..3 {
        save(house.actions().join("good.yaml"), GOOD).unwrap();
        house.until(None, |actions| labels(actions) == ["Good"]).await;
        // The version just read may be on its way into the history, which is in there.
        while house.actions().exists() {
            _ = fs::remove_dir_all(house.actions());
        }
        house.until(None, <[ActionView]>::is_empty).await;
        fs::create_dir_all(house.actions()).unwrap();
        save(house.actions().join(format!("other-{round}.yaml")), OTHER).unwrap();
        house.until(None, |actions| labels(actions) == ["Other"]).await;
        fs::remove_file(house.actions().join(format!("other-{round}.yaml"))).unwrap();
        house.until(None, <[ActionView]>::is_empty).await;
    }
}

#[tokio::test]
async fn a_folder_that_is_moved_away_comes_back_as_it_was() {
    let mut house = House::new().await;
    save(house.actions().join("good.yaml"), GOOD).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    let before = house.versions(&Which::user("good")).await;
    let project = house.project();
    let theirs = Paths::project_actions(&project).join("theirs.yaml");
    save(&theirs, GOOD).unwrap();
    house.until(Some(&project), |actions| actions.len() == 2).await;
    let away = house.actions().with_extension("away");
    fs::rename(house.actions(), &away).unwrap();
    house.until(None, <[ActionView]>::is_empty).await;
    // What is saved in a project meanwhile waits for its place in the history.
    save(&theirs, OTHER).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Other"]).await;
    // Else moving it back would put it into the new one.
    assert!(!house.actions().exists());
    assert_eq!(house.store.list(None).await.unwrap().deleted, []);
    fs::rename(&away, house.actions()).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    assert_eq!(house.versions(&Which::user("good")).await, before);
    assert_eq!(house.versions(&Which::seen_from(&project, "theirs")).await.len(), 2);
}

#[tokio::test]
async fn what_somebody_removed_from_the_history_is_not_offered() {
    let mut house = House::new().await;
    save(house.actions().join("good.yaml"), GOOD).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    house.store.delete(Which::user("good")).await.unwrap();
    assert_eq!(house.store.list(None).await.unwrap().deleted.len(), 1);
    fs::remove_dir_all(house.actions().join(".history/good")).unwrap();
    assert_eq!(house.store.list(None).await.unwrap().deleted, []);
}

#[tokio::test]
async fn a_project_that_goes_as_a_whole_is_missed_also_if_it_has_no_actions() {
    let house = House::new().await;
    let project = house.folder.path().canonicalize().unwrap().join("repo");
    fs::create_dir_all(&project).unwrap();
    let mut changes = house.store.subscribe();
    assert!(house.store.list(Some(project.clone())).await.unwrap().actions.is_empty());
    let about = StoreChange::Actions { project: Some(project.clone()) };
    let mut told = async || {
        let wait = async { while changes.recv().await.unwrap() != about {} };
        tokio::time::timeout(PATIENCE, wait).await.expect("nobody was told");
    };
    for _ in 0..2 {
        fs::rename(&project, project.with_extension("away")).unwrap();
        told().await;
        fs::rename(project.with_extension("away"), &project).unwrap();
        told().await;
    }
}

#[tokio::test]
async fn a_project_folder_that_appears_later_or_is_a_link_is_seen() {
    let mut house = House::new().await;
    let project = house.folder.path().canonicalize().unwrap().join("repo");
    fs::create_dir_all(&project).unwrap();
    assert!(house.store.list(Some(project.clone())).await.unwrap().actions.is_empty());
    fs::create_dir_all(Paths::project_actions(&project)).unwrap();
    save(Paths::project_actions(&project).join("good.yaml"), GOOD).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Good"]).await;

    fs::remove_dir_all(project.join(".ai-orchestrator")).unwrap();
    house.until(Some(&project), <[ActionView]>::is_empty).await;
    fs::create_dir_all(project.join("tools/actions")).unwrap();
    save(project.join("tools/actions/other.yaml"), OTHER).unwrap();
    // Also through a link that leads to a link.
    fs::create_dir_all(project.join("links")).unwrap();
    std::os::unix::fs::symlink("../tools", project.join("links/tools")).unwrap();
    std::os::unix::fs::symlink("links/tools", project.join(".ai-orchestrator")).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Other"]).await;
    save(project.join("tools/actions/other.yaml"), GOOD).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Good"]).await;
    fs::remove_dir_all(project.join("tools")).unwrap();
    house.until(Some(&project), <[ActionView]>::is_empty).await;
    fs::create_dir_all(project.join("tools/actions")).unwrap();
    save(project.join("tools/actions/other.yaml"), OTHER).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Other"]).await;
}

#[tokio::test]
async fn two_hundred_files_at_once_are_all_there() {
    let mut house = House::new().await;
    for n in 0..200 {
        save(house.actions().join(format!("a-{n}.yaml")), GOOD).unwrap();
    }
    house.until(None, |actions| actions.len() == 200).await;
}

#[tokio::test]
async fn a_folder_that_two_projects_have_by_a_link_is_heard_of_in_both() {
    let mut house = House::new().await;
    let outer = house.folder.path().canonicalize().unwrap().join("outer");
    let inner = outer.join("inner");
    let actions = Paths::project_actions(&inner);
    fs::create_dir_all(&actions).unwrap();
    std::os::unix::fs::symlink("inner/.ai-orchestrator", outer.join(".ai-orchestrator")).unwrap();
    // Whichever comes first, and whether it is still there: the system knows the folder by one name only.
    for project in [&outer, &inner, &outer] {
        house.store.list(Some(project.clone())).await.unwrap();
    }
    for label in ["One", "Two"] {
        save(actions.join("good.yaml"), GOOD.replace("Good", label)).unwrap();
        for project in [&outer, &inner] {
            house.until(Some(project), |actions| labels(actions) == [label]).await;
        }
    }
    // Removed and made anew under both.
    fs::remove_dir_all(&actions).unwrap();
    for project in [&outer, &inner] {
        house.until(Some(project), <[ActionView]>::is_empty).await;
    }
    fs::create_dir(&actions).unwrap();
    save(actions.join("good.yaml"), GOOD).unwrap();
    for project in [&outer, &inner] {
        house.until(Some(project), |actions| labels(actions) == ["Good"]).await;
    }
    // One of the two leads elsewhere now; the other one goes on.
    fs::remove_file(outer.join(".ai-orchestrator")).unwrap();
    house.until(Some(&outer), <[ActionView]>::is_empty).await;
    save(actions.join("good.yaml"), OTHER).unwrap();
    house.until(Some(&inner), |actions| labels(actions) == ["Other"]).await;
}

#[tokio::test]
async fn a_link_to_a_file_of_another_watched_folder_takes_nothing_from_that_one() {
    let mut house = House::new().await;
    let project = house.project();
    let file = Paths::project_actions(&project).join("good.yaml");
    save(&file, GOOD).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Good"]).await;
    let link = house.actions().join("linked.yaml");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    save(&file, OTHER).unwrap();
    house.until(None, |actions| labels(actions) == ["Other"]).await;
    house.until(Some(&project), |actions| labels(actions) == ["Other", "Other"]).await;
    fs::remove_file(&link).unwrap();
    house.until(None, <[ActionView]>::is_empty).await;
    save(&file, GOOD).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Good"]).await;
}

#[tokio::test]
async fn a_link_beside_its_file_in_a_linked_folder_is_seen() {
    let mut house = House::new().await;
    let project = house.folder.path().canonicalize().unwrap().join("repo");
    let tools = project.join("tools/actions");
    fs::create_dir_all(&tools).unwrap();
    std::os::unix::fs::symlink("tools", project.join(".ai-orchestrator")).unwrap();
    save(tools.join("good.yaml"), GOOD).unwrap();
    std::os::unix::fs::symlink("good.yaml", tools.join("link.yaml")).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Good", "Good"]).await;
    save(tools.join("good.yaml"), OTHER).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Other", "Other"]).await;
    save(tools.join("new.yaml"), OTHER).unwrap();
    house.until(Some(&project), |actions| actions.len() == 3).await;
}

#[tokio::test]
async fn a_link_whose_file_comes_later_is_seen() {
    let mut house = House::new().await;
    let file = house.folder.path().join("dotfiles/actions/good.yaml");
    let link = house.actions().join("good.yaml");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for label in ["One", "Two"] {
        house.until(None, |actions| actions.iter().any(|action| action.health != ActionHealth::Ready)).await;
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        save(&file, GOOD.replace("Good", label)).unwrap();
        house.until(None, |actions| labels(actions) == [label]).await;
        // As when all of it is fetched anew.
        fs::remove_dir_all(house.folder.path().join("dotfiles")).unwrap();
    }
}

#[tokio::test]
async fn a_repository_that_is_removed_and_fetched_anew_is_seen() {
    let mut house = House::new().await;
    let project = house.project();
    for label in ["One", "Two", "Three"] {
        fs::create_dir_all(Paths::project_actions(&project)).unwrap();
        save(Paths::project_actions(&project).join("good.yaml"), GOOD.replace("Good", label)).unwrap();
        house.until(Some(&project), |actions| labels(actions) == [label]).await;
        fs::remove_dir_all(&project).unwrap();
        house.until(Some(&project), <[ActionView]>::is_empty).await;
    }
    // Fetched beside, then renamed into its place; and renamed away with all that is in it.
    let beside = project.with_file_name("beside");
    for label in ["Four", "Five"] {
        fs::create_dir_all(Paths::project_actions(&beside)).unwrap();
        save(Paths::project_actions(&beside).join("good.yaml"), GOOD.replace("Good", label)).unwrap();
        fs::rename(&beside, &project).unwrap();
        house.until(Some(&project), |actions| labels(actions) == [label]).await;
        fs::rename(&project, project.with_file_name(format!("old-{label}"))).unwrap();
        house.until(Some(&project), <[ActionView]>::is_empty).await;
    }
}
