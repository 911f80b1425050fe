//! Named points at which the tests end the process or refuse an operation. Nothing in a real build.

#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "in tests it fails")]
pub(super) fn point(_name: &'static str) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) use tests::point;

#[cfg(test)]
mod tests {
    //! A child process lives through a random sequence of edits, restores, resets, deletes, seedings, answers to the
    //! trust question and restarts (which clean old defaults up), and is killed, or refused the disk, at one of the
    //! points. Then every version that its user wrote must be on the disk, whole: as the active file or in the
    //! history; and what he was told is trusted must be.

    use std::collections::BTreeSet;
    use std::fs::{self, OpenOptions};
    use std::io::{self, Write as _};
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::action::Scope;
    use crate::events::Events;
    use crate::paths::Paths;
    use crate::settings::Settings;
    use crate::store::tests::tidied;
    use crate::store::trust::Trust;
    use crate::store::{ActionStore, Defaults, Which, sha256};

    struct Plan {
        home: PathBuf,
        seed: u64,
        /// The point of the sequence, counted from 0, at which it happens; none only counts.
        at: usize,
        kill: bool,
    }

    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    static REACHED: AtomicUsize = AtomicUsize::new(0);

    fn plan() -> Option<&'static Plan> {
        let read = || {
            let text = std::env::var("ORCHESTRATOR_STORE_FAULT").ok()?;
            let [at, kill, seed, home]: [&str; 4] =
                text.splitn(4, ' ').collect::<Vec<_>>().try_into().ok()?;
            let at = at.parse().ok()?;
            Some(Plan { home: home.into(), seed: seed.parse().ok()?, at, kill: kill == "kill" })
        };
        PLAN.get_or_init(read).as_ref()
    }

    pub(in crate::store) fn point(_name: &'static str) -> io::Result<()> {
        let Some(plan) = plan() else { return Ok(()) };
        if REACHED.fetch_add(1, Ordering::SeqCst) != plan.at {
            return Ok(());
        }
        if plan.kill {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        }
        Err(io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error()))
    }

    /// Not a test of its own: what the child process runs.
    #[tokio::test]
    async fn child() {
        let Some(plan) = plan() else { return };
        let mut random = plan.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = move |below: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(random >> 33).unwrap() % below
        };
        let shipped = ["kept", "second", "third"].map(|id| (id.to_owned(), text("shipped")));
        let deprecated = vec![("old".to_owned(), vec![sha256(text("shipped once").as_bytes())])];
        let open = || async {
            let paths = Paths::at(&plan.home, plan.home.clone()).unwrap();
            let defaults =
                Defaults { shipped: shipped.to_vec(), deprecated: deprecated.clone(), ..Defaults::default() };
            ActionStore::open_with(paths.clone(), Settings::open(&paths, Events::default()), defaults)
                .await
                .map(|(store, _)| store)
        };
        let Ok(mut store) = open().await else { return };
        for turn in 0..14 {
            let id = IDS[next(IDS.len())];
            let (which, dir, history) = place(&plan.home, id);
            let path = dir.join(format!("{id}.yaml"));
            let versions = store.history(which.clone()).await.unwrap_or_default();
            match next(9) {
                0..=2 => {
                    // Whoever writes over what nobody has seen yet loses it himself.
                    let _ = store.resolve(which.clone(), true).await;
                    let current = fs::read(&path).unwrap_or_default();
                    if current.is_empty() || contents(&history).contains(&current) {
                        let as_shipped = id == "old" && next(2) == 0;
                        let text =
                            text(&if as_shipped { "shipped once".into() } else { format!("user {turn}") });
                        fs::write(&path, &text).unwrap();
                        enter(&plan.home, "ledger", &text);
                    }
                }
                3 if !versions.is_empty() => {
                    let timestamp = versions[next(versions.len())].timestamp.clone();
                    let _ = store.restore(which, timestamp).await;
                }
                4 => drop(store.reset("kept".into()).await),
                5 => drop(store.delete(place(&plan.home, ["mine", "hers"][next(2)]).0).await),
                6 => drop(store.seed().await),
                7 => {
                    let hers = place(&plan.home, "hers").0;
                    let before = store.resolve(hers.clone(), true).await.ok();
                    let answered = store
                        .trust(
                            hers.clone(),
                            before.as_ref().map_or_else(String::new, |seen| seen.sha256.clone()),
                        )
                        .await;
                    if let Ok(now) = store.resolve(hers, true).await {
                        let was_trusted = before.is_some_and(|old| old.trusted && old.sha256 == now.sha256);
                        assert_eq!(now.trusted, answered.is_ok() || was_trusted);
                        if now.trusted {
                            enter(&plan.home, "trusted", &now.sha256);
                        }
                    }
                }
                _ => {
                    drop(store);
                    store = match open().await {
                        Ok(store) => store,
                        Err(_) => return,
                    };
                }
            }
        }
        fs::write(plan.home.join("reached"), REACHED.load(Ordering::SeqCst).to_string()).unwrap();
    }

    const IDS: [&str; 4] = ["kept", "mine", "hers", "old"];

    /// Adds a line to what must be found again.
    fn enter(home: &Path, ledger: &str, line: &str) {
        let mut ledger = OpenOptions::new().create(true).append(true).open(home.join(ledger)).unwrap();
        writeln!(ledger, "{}", serde_json::to_string(line).unwrap()).unwrap();
    }

    fn entered(home: &Path, ledger: &str) -> Vec<String> {
        let text = fs::read_to_string(home.join(ledger)).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// An action, its folder, and its history's.
    fn place(home: &Path, id: &str) -> (Which, PathBuf, PathBuf) {
        let history = home.join("actions/.history");
        if id != "hers" {
            return (Which::user(id), home.join("actions"), history.join(id));
        }
        let project = home.join("repo");
        let dir = Paths::project_actions(&project);
        let history = history.join("projects").join(crate::store::history::project_hash(&project)).join(id);
        (Which { id: id.into(), project: Some(project), scope: Some(Scope::Project) }, dir, history)
    }

    fn text(label: &str) -> String {
        format!("label: {label}\nsteps:\n  - write: \"echo {label}\\r\"\n")
    }

    /// What the files of a folder hold, without its subfolders.
    fn contents(folder: &Path) -> BTreeSet<Vec<u8>> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.path().extension().is_some_and(|e| e == "yaml"));
        files.filter_map(|entry| fs::read(entry.path()).ok()).collect()
    }

    fn live_through(seed: u64, at: usize, kind: &str) -> Option<usize> {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        fs::create_dir_all(place(&home, "hers").1).unwrap();
        let plan = format!("{at} {kind} {seed} {}", home.display());
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::fault::tests::child", "--test-threads=1"])
            .env("ORCHESTRATOR_STORE_FAULT", &plan)
            .output()
            .unwrap();
        let reached = fs::read_to_string(home.join("reached")).ok();
        if kind != "kill" {
            assert!(reached.is_some(), "{plan}: {}", String::from_utf8_lossy(&output.stdout));
        }

        // The next start keeps what a crash left beside.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let paths = Paths::at(&home, home.clone()).unwrap();
            let settings = Settings::open(&paths, Events::default());
            let (store, _) = ActionStore::open_with(paths, settings, Defaults::default()).await.unwrap();
            store.list(Some(home.join("repo"))).await.unwrap();
            for id in ["mine", "hers"] {
                tidied(&store, &place(&home, id).1).await;
            }
        });
        let mut kept = BTreeSet::new();
        for id in IDS {
            let (_, dir, history) = place(&home, id);
            kept.extend(contents(&dir));
            kept.extend(contents(&history));
        }
        for text in entered(&home, "ledger") {
            assert!(kept.contains(text.as_bytes()), "{plan}: lost {text:?}; kept {}", kept.len());
        }
        let trust = Trust::open(home.join("trust.json"));
        assert_eq!(trust.broken, None, "{plan}");
        for sha256 in entered(&home, "trusted") {
            assert!(trust.holds(&home.join("repo"), "hers", &sha256), "{plan}: asks again about {sha256}");
        }
        reached?.parse().ok()
    }

    #[test]
    fn nothing_a_user_wrote_is_lost_whatever_happens_in_between() {
        // More seeds and every point: ORCHESTRATOR_FAULT_SEEDS=50.
        let seeds = std::env::var("ORCHESTRATOR_FAULT_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
        let mut lived = 0;
        for seed in 1..=seeds.unwrap_or(3) {
            let points = live_through(seed, usize::MAX, "count").unwrap();
            let step = if seeds.is_some() { 1 } else { points / 12 + 1 };
            for at in (0..points).step_by(step) {
                for kind in ["kill", "full"] {
                    live_through(seed, at, kind);
                    lived += 1;
                }
            }
        }
        assert!(lived > 30, "only {lived} lives");
    }
}
