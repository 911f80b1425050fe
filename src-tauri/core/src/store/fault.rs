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
    //! points. Into some of these changes another process goes on saving, which the kill leaves alive. Then every
    //! version that its user wrote must be on the disk, whole: as the active file or among the newest in the history;
    //! and what he was told is trusted must be.

    use std::collections::BTreeSet;
    use std::fs::{self, OpenOptions};
    use std::io::{self, BufRead as _, BufReader, Write as _};
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::action::Scope;
    use crate::events::Events;
    use crate::paths::Paths;
    use crate::settings::Settings;
    use crate::store::history::{KEPT, timestamp_of};
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
            match next(12) {
                way @ 0..=5 => {
                    // Whoever writes over what nobody has seen yet loses it himself.
                    let _ = store.resolve(which.clone(), true).await;
                    let current = fs::read_to_string(&path).unwrap_or_default();
                    if !current.is_empty() && !contents(&history).contains(current.as_bytes()) {
                        continue;
                    }
                    if way < 3 {
                        let as_shipped = id == "old" && next(2) == 0;
                        let text =
                            text(&if as_shipped { "shipped once".into() } else { format!("user {turn}") });
                        let written = written(id, &text);
                        fs::write(&path, &text).unwrap();
                        enter(&plan.home, "ledger", &written);
                        continue;
                    }
                    let late = format!("late {turn}");
                    let writer = if next(2) == 0 {
                        Writer::open(&plan.home, id, "", &text(&late))
                    } else {
                        Writer::open(&plan.home, id, &current, &format!("# {late}\n"))
                    };
                    match (next(3), versions.is_empty()) {
                        (0, false) => {
                            let timestamp = versions[next(versions.len())].timestamp.clone();
                            let _ = store.restore(which, timestamp).await;
                        }
                        (1, _) => drop(store.delete(which).await),
                        _ if id == "kept" => drop(store.reset(id.into()).await),
                        _ => drop(store.seed().await),
                    }
                    writer.finish();
                }
                6 if !versions.is_empty() => {
                    let timestamp = versions[next(versions.len())].timestamp.clone();
                    let _ = store.restore(which, timestamp).await;
                }
                7 => drop(store.reset("kept".into()).await),
                8 => drop(store.delete(place(&plan.home, ["mine", "hers"][next(2)]).0).await),
                9 => drop(store.seed().await),
                10 => {
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

    /// Somebody in another process who has an action's file open while the app changes it.
    struct Writer(Child);

    impl Writer {
        /// Opens it behind `before`, which it holds, and writes half of `text`.
        fn open(home: &Path, id: &str, before: &str, text: &str) -> Self {
            let path = place(home, id).1.join(format!("{id}.yaml"));
            let (half, rest) = text.split_at(text.len() / 2);
            // Who appends has it open for a while before the first byte.
            let (half, rest) = if before.is_empty() { (half, rest) } else { ("", text) };
            let open = if before.is_empty() { "exec 3>\"$1\"" } else { "exec 3>>\"$1\"" };
            // Without its other end, reading ends too: then the app is dead, and this one goes on.
            let script = "printf %s \"$2\" >&3; echo opened; read -r _; \
                          printf %s \"$3\" >&3; exec 3>&-; printf '%s\\n' \"$4\" >> \"$5\"";
            let mut process = Command::new("sh")
                .args(["-c", &format!("{open}; {script}"), "sh"])
                .args([path.as_os_str(), half.as_ref(), rest.as_ref()])
                .arg(written(id, &format!("{before}{text}")))
                .arg(home.join("ledger"))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let opened = BufReader::new(process.stdout.take().unwrap()).lines().next();
            assert_eq!(opened.unwrap().unwrap(), "opened");
            Self(process)
        }

        fn finish(mut self) {
            drop(self.0.stdin.take());
            assert!(self.0.wait().unwrap().success());
        }
    }

    /// A line of the ledger: whose, what, and a time that is not later than its writing.
    fn written(id: &str, text: &str) -> String {
        serde_json::to_string(&(id, text, timestamp_of(crate::clock::now()))).unwrap()
    }

    /// Gives two actions as many versions as are kept, written long ago.
    fn fill(home: &Path) {
        for id in ["mine", "kept"] {
            let history = place(home, id).2;
            fs::create_dir_all(&history).unwrap();
            for n in 0..KEPT {
                let (text, at) = (text(&format!("old {n}")), format!("2026-01-01T00-00-{n:02}.000000Z"));
                fs::write(history.join(format!("{at}.yaml")), &text).unwrap();
                enter(home, "ledger", &serde_json::to_string(&(id, text, at)).unwrap());
            }
        }
    }

    /// Adds a line to what must be found again.
    fn enter(home: &Path, ledger: &str, line: &str) {
        let mut ledger = OpenOptions::new().create(true).append(true).open(home.join(ledger)).unwrap();
        writeln!(ledger, "{line}").unwrap();
    }

    fn entered(home: &Path, ledger: &str) -> Vec<String> {
        let text = fs::read_to_string(home.join(ledger)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
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

    /// A history's timestamps, the oldest first.
    fn timestamps(history: &Path) -> Vec<String> {
        let entries = fs::read_dir(history).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut found: Vec<String> =
            names.filter_map(|name| Some(name.strip_suffix(".yaml")?.to_owned())).collect();
        found.sort();
        found
    }

    fn live_through(seed: u64, at: usize, kind: &str) -> Option<usize> {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        fs::create_dir_all(place(&home, "hers").1).unwrap();
        fill(&home);
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
            for id in IDS {
                assert!(store.history(place(&home, id).0).await.unwrap_or_default().len() <= KEPT);
            }
            for id in ["mine", "hers"] {
                tidied(&store, &place(&home, id).1).await;
            }
        });
        let mut kept = BTreeSet::new();
        for id in IDS {
            let (_, dir, history) = place(&home, id);
            kept.extend(contents(&dir));
            kept.extend(contents(&history));
            let versions = timestamps(&history);
            // The last one may have been kept, and the oldest not gone.
            assert!(versions.len() <= KEPT + 1, "{plan}: {id} has {} versions", versions.len());
            if let (Ok(active), Some(newest)) = (fs::read(dir.join(format!("{id}.yaml"))), versions.last()) {
                let newest = fs::read(history.join(format!("{newest}.yaml"))).unwrap();
                assert!(active.is_empty() || active == newest, "{plan}: the active {id} is not the newest");
            }
        }
        for line in entered(&home, "ledger") {
            let (id, text, at): (String, String, String) = serde_json::from_str(&line).unwrap();
            let versions = timestamps(&place(&home, &id).2);
            let oldest = versions.len().checked_sub(KEPT).map(|at| &versions[at]);
            let too_old = oldest.is_some_and(|oldest| at < *oldest);
            assert!(too_old || kept.contains(text.as_bytes()), "{plan}: lost {text:?} of {id}");
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
