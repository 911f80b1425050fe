//! What the history keeps, and what it never touches.

use super::*;

fn history() -> (tempfile::TempDir, History, Key) {
    let folder = tempfile::tempdir().unwrap();
    let history = History::new(folder.path().join(".history"));
    (folder, history, Key { project: None, id: "a".into() })
}

fn at(second: u32) -> DateTime<Utc> {
    parse(&format!("2026-11-21T10-11-{second:02}.345678Z")).unwrap()
}

#[test]
fn equal_neighbours_are_kept_once_and_returns_are_new_versions() {
    let (_folder, mut history, key) = history();
    let mut record = |text: &str, second| {
        history.record(&key, text.as_bytes(), Author::Editor, "", at(second)).unwrap().unwrap()
    };
    let first = record("one", 1);
    assert_eq!(record("one", 2), first);
    let second = record("two", 3);
    let third = record("one", 4);
    assert_eq!(first, "2026-11-21T10-11-01.345678Z");
    assert_eq!(history.timestamps(&key).unwrap(), [third, second, first]);
}

#[test]
fn a_clock_that_goes_back_still_gives_later_versions() {
    let (_folder, mut history, key) = history();
    history.record(&key, b"one", Author::Editor, "", at(9)).unwrap();
    let second = history.record(&key, b"two", Author::Editor, "", at(1)).unwrap().unwrap();
    assert_eq!(second, "2026-11-21T10-11-09.345679Z");
}

#[test]
fn twenty_are_kept_and_the_oldest_go() {
    let (_folder, mut history, key) = history();
    for n in 0..50 {
        history.record(&key, format!("{n}").as_bytes(), Author::Seed, "", at(n)).unwrap();
    }
    let timestamps = history.timestamps(&key).unwrap();
    assert_eq!(timestamps.len(), KEPT);
    assert_eq!(history.read(&key, &timestamps[0]).unwrap().unwrap(), b"49");
    assert_eq!(history.read(&key, &timestamps[19]).unwrap().unwrap(), b"30");
    let authors = history.authors(&key);
    assert_eq!(authors.get(&timestamps[19]), Some(&Author::Seed));
    assert!(authors.len() <= 4 * KEPT && authors.keys().any(|known| *known < timestamps[19]));
}

#[test]
fn a_change_that_fails_leaves_no_version_and_takes_none() {
    let (folder, mut history, key) = history();
    let withdrawn = history.announce(&key, b"new", Author::Create, "", at(0)).unwrap();
    assert!(history.ids(None).contains("a"));
    history.withdraw(withdrawn);
    assert_eq!((history.timestamps(&key).unwrap(), history.ids(None).len()), (vec![], 0));
    let text = |n: u32| format!("{n}").into_bytes();
    for n in 1..=20 {
        history.record(&key, &text(n), Author::Editor, "", at(n)).unwrap();
    }
    let before = history.timestamps(&key).unwrap();
    for n in 21..50 {
        let announced = history.announce(&key, b"never", Author::Restore, "", at(n)).unwrap();
        history.withdraw(announced);
        assert_eq!(
            history.record(&key, &text(20), Author::Editor, "", at(n)).unwrap().as_ref(),
            before.first()
        );
    }
    assert_eq!(history.timestamps(&key).unwrap(), before);
    let log = std::fs::read_to_string(folder.path().join(".history/a/log.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 20);
    // What was the newest already is none that could be withdrawn.
    let announced = history.announce(&key, &text(20), Author::Restore, "", at(50)).unwrap();
    history.withdraw(announced);
    assert_eq!(history.timestamps(&key).unwrap(), before);
    let announced = history.announce(&key, b"now", Author::Restore, "", at(51)).unwrap();
    history.confirm(&announced);
    let after = history.timestamps(&key).unwrap();
    assert_eq!((after.len(), &after[1..]), (KEPT, &before[..19]));
}

#[test]
fn a_folder_that_was_taken_away_is_not_made_anew_for_its_history() {
    let (folder, mut history, key) = history();
    history.record(&key, b"one", Author::Editor, "", at(1)).unwrap();
    let away = folder.path().with_extension("away");
    std::fs::rename(folder.path(), &away).unwrap();
    assert!(!history.is_kept(&key));
    assert_eq!(
        history.record(&key, b"two", Author::Editor, "", at(2)).unwrap_err().kind(),
        io::ErrorKind::NotFound
    );
    assert!(!folder.path().exists());
    std::fs::rename(&away, folder.path()).unwrap();
    assert!(history.is_kept(&key));
    // A project's versions stand there as well, and wait.
    std::fs::rename(folder.path(), &away).unwrap();
    let projects = Key { project: Some("/repo".into()), id: "b".into() };
    assert!(history.record(&projects, b"two", Author::Editor, "", at(3)).is_err());
    assert!(!folder.path().exists());
    std::fs::rename(&away, folder.path()).unwrap();
    history.record(&projects, b"two", Author::Editor, "", at(4)).unwrap();
    assert!(history.is_kept(&projects));
}

#[test]
fn what_was_noted_is_durable_before_anything_is_replaced() {
    let (folder, mut history, key) = history();
    let first = history.note(&key, b"one", Author::Seed, "", at(1)).unwrap();
    let log = folder.path().join(".history/a/log.jsonl");
    assert!(history.unsynced.contains(&log) && history.unsynced.len() == 5, "{:?}", history.unsynced);
    history.sync_soon();
    assert!(history.unsynced.is_empty() && history.syncing.len() == 1);
    assert_eq!(history.record(&key, b"one", Author::Editor, "", at(2)).unwrap(), first);
    assert!(history.unsynced.is_empty() && history.syncing.is_empty());
    // What can't be made durable refuses whoever would replace something, until it can.
    let round = folder.path().join("round");
    std::os::unix::fs::symlink(&round, &round).unwrap();
    history.unsynced.insert(round.clone());
    history.sync_soon();
    for _ in 0..2 {
        history.record(&key, b"one", Author::Editor, "", at(3)).unwrap_err();
    }
    std::fs::remove_file(&round).unwrap();
    history.record(&key, b"one", Author::Editor, "", at(4)).unwrap();
}

#[test]
fn an_empty_moment_is_no_version() {
    let (_folder, mut history, key) = history();
    assert_eq!(history.record(&key, b"", Author::Editor, "", at(1)).unwrap(), None);
    assert!(history.ids(None).is_empty());
}

#[test]
fn no_id_and_no_timestamp_leads_out_of_the_folder() {
    let (folder, mut history, key) = history();
    history.record(&key, b"one", Author::Editor, "", at(1)).unwrap();
    std::fs::write(folder.path().join("secret.yaml"), "secret").unwrap();
    for timestamp in ["../../secret", "2026-11-21T10-11-01.345678Z/../x", "", "/etc/passwd", "log"] {
        assert!(history.read(&key, timestamp).unwrap().is_none(), "{timestamp}");
    }
    for id in ["..", ".", "a/b", "", "projects", "/etc", "A", "a--b", "nul"] {
        let key = Key { project: None, id: id.into() };
        assert!(history.record(&key, b"x", Author::Editor, "", at(1)).is_err(), "{id}");
    }
    std::os::unix::fs::symlink(folder.path(), folder.path().join(".history/b")).unwrap();
    let key = Key { project: None, id: "b".into() };
    assert!(history.record(&key, b"x", Author::Editor, "", at(1)).is_err());
}

#[test]
fn what_is_no_version_is_none_and_a_pipe_is_not_waited_for() {
    let (folder, mut history, key) = history();
    history.record(&key, b"one", Author::Seed, "", at(1)).unwrap();
    let own = folder.path().join(".history/a");
    let pipe = |path: &Path| {
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600));
        rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
    };
    std::fs::write(folder.path().join("secret"), "secret").unwrap();
    let odd = ["2026-01-01T00-00-00.000000Z", "2026-01-01T00-00-01.000000Z", "2026-01-01T00-00-02.000000Z"];
    pipe(&own.join(format!("{}.yaml", odd[0])));
    std::fs::create_dir(own.join(format!("{}.yaml", odd[1]))).unwrap();
    std::os::unix::fs::symlink("../../secret", own.join(format!("{}.yaml", odd[2]))).unwrap();
    for timestamp in odd {
        assert_eq!(history.read(&key, timestamp).unwrap(), None);
    }
    std::fs::remove_file(own.join("log.jsonl")).unwrap();
    pipe(&own.join("log.jsonl"));
    assert!(history.authors(&key).is_empty());
    for n in 2..40 {
        history.record(&key, format!("{n}").as_bytes(), Author::Seed, "", at(n)).unwrap();
    }
    assert_eq!(history.timestamps(&key).unwrap().len(), KEPT);
    assert_eq!(timestamps(&own).unwrap().len(), KEPT);
}

#[test]
fn a_second_history_over_the_same_folder_goes_on_where_the_first_ended() {
    let (folder, mut history, key) = history();
    let first = history.record(&key, b"one", Author::Editor, "", at(5)).unwrap();
    let mut again = History::new(folder.path().join(".history"));
    assert_eq!(again.record(&key, b"one", Author::Editor, "", at(1)).unwrap(), first);
    assert_eq!(again.ids(None), &BTreeSet::from(["a".to_owned()]));
}

#[test]
fn each_project_has_ids_of_its_own() {
    let (_folder, mut history, user) = history();
    let project = Key { project: Some("/repo".into()), id: "b".into() };
    for key in [&user, &project] {
        history.record(key, b"one", Author::Editor, "", at(1)).unwrap();
    }
    assert_eq!(history.ids(None), &BTreeSet::from(["a".to_owned()]));
    assert_eq!(history.ids(Some(Path::new("/repo"))), &BTreeSet::from(["b".to_owned()]));
    assert!(history.ids(Some(Path::new("/other"))).is_empty());
    let later = Key { id: "c".into(), ..project };
    history.record(&later, b"one", Author::Editor, "", at(2)).unwrap();
    assert!(history.ids(Some(Path::new("/repo"))).contains("c"));
}

#[test]
fn versions_are_the_users_alone() {
    let (folder, mut history, user) = history();
    let project = Key { project: Some("/repo".into()), id: "b".into() };
    for key in [&user, &project] {
        history.record(key, b"one", Author::Editor, "", at(1)).unwrap();
    }
    let root = folder.path().join(".history");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let of_project = root.join("projects").join(project_hash(Path::new("/repo")));
    for kept in
        [root.clone(), root.join("a"), root.join("projects"), of_project.clone(), of_project.join("b")]
    {
        assert_eq!(mode(&kept), 0o700, "{}", kept.display());
    }
    for file in std::fs::read_dir(root.join("a")).unwrap().flatten() {
        assert_eq!(mode(&file.path()), 0o600, "{}", file.path().display());
    }
    // What an earlier version left open is closed.
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o755)).unwrap();
    History::new(root.clone());
    assert_eq!(mode(&root), 0o700);
}

#[test]
fn no_link_is_followed_at_any_level_and_nothing_behind_one_is_changed() {
    let project = Key { project: Some("/repo".into()), id: "b".into() };
    let of_project = format!("projects/{}", project_hash(Path::new("/repo")));
    for level in ["", "projects", &of_project, "a", &format!("{of_project}/b")] {
        let folder = tempfile::tempdir().unwrap();
        let (root, victim) = (folder.path().join(".history"), folder.path().join("victim"));
        std::fs::create_dir_all(victim.join("b")).unwrap();
        std::fs::write(victim.join("b/2026-01-01T00-00-00.000000Z.yaml"), "theirs").unwrap();
        std::fs::set_permissions(&victim, std::fs::Permissions::from_mode(0o755)).unwrap();
        let link = root.join(level);
        let link = Path::new(link.to_str().unwrap().trim_end_matches('/'));
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(&victim, link).unwrap();

        let mut history = History::new(root.clone());
        assert!(history.ids(None).is_empty() && history.ids(Some(Path::new("/repo"))).is_empty(), "{level}");
        let own = Key { project: None, id: "a".into() };
        let kept: Vec<io::Result<_>> = [own, project.clone()]
            .iter()
            .map(|key| history.record(key, b"one", Author::Editor, "", at(1)))
            .collect();
        let refused = kept.iter().filter_map(|kept| kept.as_ref().err());
        let refused: Vec<String> = refused.map(ToString::to_string).collect();
        assert_eq!(refused.len(), if level.is_empty() { 2 } else { 1 }, "{level}: {refused:?}");
        assert!(refused[0].ends_with("is a link, and the history follows none"), "{refused:?}");
        assert_eq!(std::fs::metadata(&victim).unwrap().permissions().mode() & 0o777, 0o755, "{level}");
        assert_eq!(std::fs::read_dir(&victim).unwrap().count(), 1, "{level}");
        assert_eq!(std::fs::read_dir(victim.join("b")).unwrap().count(), 1, "{level}");
    }
}

#[test]
fn what_a_file_holds_is_not_pruned_however_much_comes_after_it() {
    let (folder, mut history, key) = history();
    let hex = |text: &str| crate::store::sha256(text.as_bytes());
    history.record(&key, b"precious", Author::Editor, "", at(0)).unwrap();
    history.stand(key.clone(), [hex("precious"), hex("other")].into());
    for n in 1..50 {
        history.record(&key, format!("{n}").as_bytes(), Author::Editor, "", at(n)).unwrap();
    }
    let versions = history.timestamps(&key).unwrap();
    assert_eq!(versions.len(), KEPT);
    assert_eq!(history.read(&key, &versions[KEPT - 1]).unwrap().unwrap(), b"precious");
    assert_eq!(history.read(&key, &versions[KEPT - 2]).unwrap().unwrap(), b"31");
    assert_eq!(timestamps(&folder.path().join(".history/a")).unwrap().len(), KEPT);
    // Once more as the newest, and the old one may go.
    history.record(&key, b"precious", Author::Editor, "", at(51)).unwrap();
    let versions = history.timestamps(&key).unwrap();
    assert_eq!(history.read(&key, &versions[KEPT - 1]).unwrap().unwrap(), b"31");
}
