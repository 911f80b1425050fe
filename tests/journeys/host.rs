//! The host: one a home, started by whoever needs it, ended cleanly.

use std::io::BufRead as _;

use ai_orchestrator_tests::{PATIENCE, TestHost, processes, save, wait_for_content};
use orchestrator_core::api::{Event, EventsIn};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

fn pid(host: &TestHost) -> i32 {
    let status = host.cli(&["host", "status", "--json"]).run().ok().json();
    i32::try_from(status["pid"].as_i64().unwrap()).unwrap()
}

#[test]
fn clients_that_race_get_one_host() {
    let host = TestHost::new();
    let calls: Vec<_> = (0..8)
        .map(|_| {
            host.cli(&["terminal", "open"])
                .into_command()
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut call in calls {
        assert!(call.wait().unwrap().success());
    }
    let terminals = host.cli(&["terminal", "list", "--json"]).run().ok().json();
    assert_eq!(terminals.as_array().unwrap().len(), 8);
}

#[test]
fn starting_twice_is_fine_and_stopping_nothing_too() {
    let host = TestHost::new();
    host.cli(&["host", "stop"]).run().ok().prints("no host runs");
    host.cli(&["host", "status"]).run().exit(3).says("no host runs");
    host.cli(&["host", "start"]).run().ok();
    let first = pid(&host);
    host.cli(&["host", "start"]).run().ok();
    assert_eq!(pid(&host), first);
}

#[test]
fn stopping_refuses_while_terminals_live_unless_told() {
    let host = TestHost::new();
    host.cli(&["terminal", "open"]).run().ok();
    let pid = pid(&host);
    host.cli(&["host", "stop"]).run().exit(2).says("--yes");
    host.cli(&["host", "stop", "--yes"]).run().ok();
    // A zombie that nobody waits for is gone too.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    assert!(stat.is_empty() || stat.contains(") Z "), "{stat}");
}

#[test]
fn a_host_that_is_suspended_is_said_so_and_goes_on_as_if_nothing_had_been() {
    let host = TestHost::new();
    host.cli(&["terminal", "open"]).run().ok();
    let pid = Pid::from_raw(pid(&host)).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    let status = host.cli(&["host", "status", "--json"]).run();
    let open = host.cli(&["terminal", "open"]).run();
    kill_process(pid, Signal::CONT).unwrap();
    status.exit(3).prints("\"code\":\"host_silent\"");
    open.exit(3).says("the host does not answer").says("kill -CONT");
    let terminals = host.cli(&["terminal", "list", "--json"]).run().ok().json();
    assert_eq!(terminals.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_log_is_for_people_on_a_terminal_for_programs_elsewhere_and_can_be_followed() {
    let host = TestHost::new();
    host.cli(&["host", "log"]).run().exit(2).says("there is no log yet");
    // The terminal is another host's: its own log is not looked at.
    let elsewhere = TestHost::new();
    let outer = elsewhere.terminal("bash").await;
    let mut viewer = outer.view_stream(&[]).await;
    host.cli(&["host", "start"]).run().ok();
    let mut follow = host.cli(&["host", "log", "--follow"]).into_command();
    let mut follow = follow.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufReader::new(follow.stdout.take().unwrap()).lines().map(Result::unwrap);
    let logged = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["fields"].clone();
    assert!(lines.any(|line| logged(&line)["message"] == "the host is open"));
    host.cli(&["host", "stop"]).run().ok();
    assert!(lines.any(|line| logged(&line)["message"] == "asked to stop"));
    follow.kill().unwrap();
    follow.wait().unwrap();

    let newest = host.cli(&["host", "log", "--lines", "1"]).run().ok().stdout;
    assert_eq!(newest.lines().count(), 1, "{newest}");
    let (home, program) = (host.home(), ai_orchestrator_tests::program());
    let show = format!("AI_ORCHESTRATOR_HOME={} {} host log", home.display(), program.display());
    outer.write(&format!("{show}\r")).await;
    viewer.until_text("INFO   the host is open").await;
    outer.write(&format!("{show} --json\r")).await;
    viewer.until_text("\"message\":\"the host is open\"").await;
}

#[test]
fn a_run_whose_host_hangs_is_told_so_and_goes_on_with_it() {
    let host = TestHost::new().action(
        "long",
        "  - write: \"echo on >began; until [ -e go ]; do sleep 0.1; done\\r\"\n  - wait_exit: 0\n    timeout: 1h\n",
    );
    let mut call = host.run("long").args(["--trust"]).into_command();
    let mut run =
        call.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    wait_for_content(&host.project().join("began"));
    let pid = Pid::from_raw(pid(&host)).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    let mut said = std::io::BufReader::new(run.stderr.take().unwrap()).lines();
    let silent = said.find(|line| line.as_ref().unwrap().contains("the host does not answer"));
    let hint = said.next();
    kill_process(pid, Signal::CONT).unwrap();
    assert!(silent.is_some() && hint.unwrap().unwrap().contains("kill -CONT"));
    std::fs::write(host.project().join("go"), "").unwrap();
    let rest: Vec<String> = said.map(Result::unwrap).collect();
    assert!(run.wait().unwrap().success(), "{rest:?}");
}

#[tokio::test]
async fn whoever_is_attached_to_a_terminal_is_told_when_its_host_hangs() {
    let host = TestHost::new();
    let inner = host.terminal("bash").await;
    // The outer terminal is another host's: it goes on.
    let elsewhere = TestHost::new();
    let outer = elsewhere.terminal("bash").await;
    let mut viewer = outer.view_stream(&[]).await;
    inner.write("echo inner-$((1))\r").await;
    let (home, program) = (host.home(), ai_orchestrator_tests::program());
    let attach = format!("{} terminal attach {}", program.display(), inner.id);
    outer.write(&format!("AI_ORCHESTRATOR_HOME={} {attach}\r", home.display())).await;
    viewer.until_text("inner-1").await;
    let pid = Pid::from_raw(pid(&host)).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    outer.write("echo late-$((2))\r").await;
    viewer.until_text("the host does not answer").await;
    kill_process(pid, Signal::CONT).unwrap();
    // What was typed meanwhile was not lost.
    viewer.until_text("late-2").await;
}

#[tokio::test]
async fn whoever_follows_the_events_can_ask_whether_the_host_is_there() {
    let host = TestHost::new();
    let mut stream = host.client().await.stream("/v1/events").await.unwrap();
    let hello = stream.next().await.unwrap().unwrap().json::<Event>().unwrap();
    assert!(matches!(hello, Some(Event::Hello { .. })));
    stream.send_json(&EventsIn::Sync).await.unwrap();
    // What happened meanwhile is told before.
    while stream.next().await.unwrap().unwrap().json::<Event>().unwrap() != Some(Event::Synced) {}
    stream.send_json(&serde_json::json!({ "type": "sink" })).await.unwrap();
    assert!(stream.next().await.unwrap().is_none(), "what is no question ends the stream");
}

#[test]
fn a_host_that_was_killed_leaves_a_home_that_works() {
    let host = TestHost::new().user_action("mine", "  - write: \"true\\r\"\n");
    host.cli(&["host", "start"]).run().ok();
    let first = pid(&host);
    kill_process(Pid::from_raw(first).unwrap(), Signal::KILL).unwrap();
    // The socket it left behind is stale; the next client starts a new host.
    host.cli(&["action", "list"]).run().ok().prints("mine");
    assert_ne!(pid(&host), first);
}

#[test]
fn what_a_killed_host_left_running_is_ended_by_the_next() {
    let host = TestHost::new();
    let id = host.cli(&["terminal", "open"]).run().ok().stdout.trim().to_owned();
    let proof = host.project().join("deaf");
    // It ignores the kernel's hang-up, as an agent in full flight may.
    host.cli(&["terminal", "send", &id, "trap '' HUP; echo $$ >deaf; while :; do sleep 1; done", "--enter"])
        .run()
        .ok();
    wait_for_content(&proof);
    let deaf = std::fs::read_to_string(&proof).unwrap().trim().to_owned();
    kill_process(Pid::from_raw(pid(&host)).unwrap(), Signal::KILL).unwrap();
    host.cli(&["action", "list"]).run().ok();
    let stat = std::fs::read_to_string(format!("/proc/{deaf}/stat")).unwrap_or_default();
    assert!(stat.is_empty() || stat.contains(") Z "), "{stat}");
}

#[test]
fn a_run_whose_host_is_killed_is_told_as_interrupted() {
    let host = TestHost::new().action(
        "long",
        "  - write: \"echo on >began; sleep 100\\r\"\n  - wait_for: never\n    timeout: 1h\n",
    );
    let mut call = host.run("long").args(["--trust", "--json"]).into_command();
    let run = call.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    wait_for_content(&host.project().join("began"));
    kill_process(Pid::from_raw(pid(&host)).unwrap(), Signal::KILL).unwrap();
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let last = String::from_utf8_lossy(&output.stdout).lines().last().unwrap().to_owned();
    let last: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert_eq!(
        (last["event"].as_str(), last["status"].as_str()),
        (Some("run_finished"), Some("interrupted"))
    );
}

#[test]
fn the_socket_is_this_user_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let host = TestHost::new();
    host.cli(&["host", "start"]).run().ok();
    let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(host.home().join("run")), 0o700);
    assert_eq!(mode(host.home().join("run/host.sock")), 0o600);
}

#[test]
fn a_home_with_a_long_path_works() {
    let host = TestHost::new();
    let home = host.home().join("x".repeat(120));
    host.cli(&["host", "start"]).env("AI_ORCHESTRATOR_HOME", &home).run().ok();
    let status = host.cli(&["host", "status", "--json"]).env("AI_ORCHESTRATOR_HOME", &home).run().ok().json();
    assert!(status["socket"].as_str().unwrap().len() <= 100);
    host.cli(&["host", "stop"]).env("AI_ORCHESTRATOR_HOME", &home).run().ok();
}

#[test]
fn a_host_keeps_no_descriptor_of_its_starter() {
    let host = TestHost::new();
    let script = format!("exec 7>held; {} host start", ai_orchestrator_tests::program().display());
    let mut command = host.cli(&[]).into_command();
    let home = host.home();
    let status = std::process::Command::new("sh")
        .args(["-c", &script])
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(host.project())
        .status()
        .unwrap();
    assert!(status.success());
    let pid = pid(&host);
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap() {
        let target = std::fs::read_link(entry.unwrap().path()).unwrap_or_default();
        assert!(!target.ends_with("held"), "the host holds its starter's file");
    }
    assert_eq!(std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap(), std::path::Path::new("/"));
    drop((command.current_dir("/"), home));
}

#[tokio::test]
async fn an_overwritten_default_is_told_to_the_first_client_that_shows_it_and_to_no_other() {
    let host = TestHost::new();
    host.client().await;
    let file = host.home().join("actions/run-tests.yaml");
    host.cli(&["host", "stop", "--yes"]).run().ok();
    save(&file, "label: Mine\nsteps:\n  - write: \"true\\r\"\n").unwrap();
    // A client that only follows (a run on the command line, say) takes nothing away from the window.
    host.events().await;
    let mut window = host.events_and_notices().await;
    let notice = window.until(|_| true).await;
    let Event::Notice { code, action, restore, .. } = notice else { panic!("{notice:?}") };
    assert_eq!((code.as_str(), action.as_deref()), ("default_overwritten", Some("run-tests")));
    let restore = restore.unwrap();
    host.cli(&["action", "restore", "run-tests", &restore]).run().ok();
    assert!(std::fs::read_to_string(&file).unwrap().contains("Mine"));

    let mut second = host.events_and_notices().await;
    host.cli(&["terminal", "open"]).run().ok();
    let next = second.until(|_| true).await;
    assert!(!matches!(next, Event::Notice { .. }), "{next:?}");
}

#[test]
fn a_host_whose_home_is_removed_ends_with_its_terminals_and_another_can_begin() {
    let host = TestHost::new();
    host.cli(&["terminal", "open"]).run().ok();
    let first = Pid::from_raw(pid(&host)).unwrap();
    let process = pidfd_open(first, PidfdFlags::empty()).unwrap();
    // The shell, and perhaps what its start files run just now.
    assert!(!processes::of_terminals(&host.home()).is_empty());
    // What is written there at this moment may be in the way once.
    while host.home().exists() {
        _ = std::fs::remove_dir_all(host.home());
    }
    let limit = Timespec { tv_sec: PATIENCE.as_secs().cast_signed(), tv_nsec: 0 };
    assert_eq!(poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&limit)).unwrap(), 1, "it lives on");
    assert!(processes::of_terminals(&host.home()).is_empty());
    host.cli(&["host", "start"]).run().ok();
    let second = pid(&host);
    assert_ne!(second, first.as_raw_nonzero().get());
    assert_eq!(pid(&host), second);
}
