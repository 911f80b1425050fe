//! Each way of changing a file or its folder is heard, and none is misheard. What editors and git do is in the
//! journeys (`tests/journeys/watching.rs`).

use std::fs;

use super::{ActionView, GOOD, House, OTHER, labels};
use crate::paths::Paths;

#[tokio::test]
async fn every_way_of_saving_a_file_is_seen() {
    let mut house = House::new().await;
    let path = house.actions().join("good.yaml");
    fs::write(&path, GOOD).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    // In place.
    fs::write(&path, OTHER).unwrap();
    house.until(None, |actions| labels(actions) == ["Other"]).await;
    // Beside, then renamed over it.
    fs::write(house.actions().join(".good.yaml.swp"), GOOD).unwrap();
    fs::rename(house.actions().join(".good.yaml.swp"), &path).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
    // The old one renamed away, a new one made (vim with backups).
    fs::rename(&path, house.actions().join("good.yaml~")).unwrap();
    fs::write(&path, OTHER).unwrap();
    house.until(None, |actions| labels(actions) == ["Other"]).await;
    // Removed, made, linked.
    fs::remove_file(&path).unwrap();
    house.until(None, <[ActionView]>::is_empty).await;
    fs::write(house.folder.path().join("elsewhere.yaml"), GOOD).unwrap();
    std::os::unix::fs::symlink(house.folder.path().join("elsewhere.yaml"), &path).unwrap();
    house.until(None, |actions| labels(actions) == ["Good"]).await;
}

#[tokio::test]
async fn watching_survives_the_folder_being_removed_and_made_anew() {
    let mut house = House::new().await;
    for round in 0..3 {
        fs::write(house.actions().join("good.yaml"), GOOD).unwrap();
        house.until(None, |actions| labels(actions) == ["Good"]).await;
        fs::remove_dir_all(house.actions()).unwrap();
        house.until(None, <[ActionView]>::is_empty).await;
        fs::create_dir_all(house.actions()).unwrap();
        fs::write(house.actions().join(format!("other-{round}.yaml")), OTHER).unwrap();
        house.until(None, |actions| labels(actions) == ["Other"]).await;
        fs::remove_file(house.actions().join(format!("other-{round}.yaml"))).unwrap();
        house.until(None, <[ActionView]>::is_empty).await;
    }
}

#[tokio::test]
async fn a_project_folder_that_appears_later_or_is_a_link_is_seen() {
    let mut house = House::new().await;
    let project = house.folder.path().canonicalize().unwrap().join("repo");
    fs::create_dir_all(&project).unwrap();
    assert!(house.store.list(Some(project.clone())).await.unwrap().actions.is_empty());
    fs::create_dir_all(Paths::project_actions(&project)).unwrap();
    fs::write(Paths::project_actions(&project).join("good.yaml"), GOOD).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Good"]).await;

    fs::remove_dir_all(project.join(".ai-orchestrator")).unwrap();
    house.until(Some(&project), <[ActionView]>::is_empty).await;
    fs::create_dir_all(project.join("tools/actions")).unwrap();
    fs::write(project.join("tools/actions/other.yaml"), OTHER).unwrap();
    std::os::unix::fs::symlink("tools", project.join(".ai-orchestrator")).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Other"]).await;
    fs::write(project.join("tools/actions/other.yaml"), GOOD).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Good"]).await;
    fs::remove_dir_all(project.join("tools")).unwrap();
    house.until(Some(&project), <[ActionView]>::is_empty).await;
    fs::create_dir_all(project.join("tools/actions")).unwrap();
    fs::write(project.join("tools/actions/other.yaml"), OTHER).unwrap();
    house.until(Some(&project), |actions| labels(actions) == ["Other"]).await;
}

#[tokio::test]
async fn two_hundred_files_at_once_are_all_there() {
    let mut house = House::new().await;
    for n in 0..200 {
        fs::write(house.actions().join(format!("a-{n}.yaml")), GOOD).unwrap();
    }
    house.until(None, |actions| actions.len() == 200).await;
}
