//! `cargo xtask test`: all that must hold, in one run that goes on after a failure and ends with the count.
//! Reading the counts out of what runners print is in `count`.

mod count;

use std::process::ExitCode;
use std::sync::Mutex;

use clap::{Args, ValueEnum};

use crate::build;
use crate::checkout::Checkout;
use crate::program::{Program, cargo, npm};
use crate::requirements::tool::{DENY, MACHETE, TAURI_DRIVER};
use crate::requirements::{self, Purpose, Refused};
use crate::{generated, tidy};
use count::{Count, Counter};

/// What to test.
#[derive(Args)]
pub struct Options {
    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
    /// Only this part; all of them without it
    filter: Option<Part>,
}

/// A part of the tests that can be run alone.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Formatting, clippy, the rules of the house, generated files
    Lint,
    /// The Rust tests, journeys through the door among them
    Rust,
    /// The UI's types, its style and its component tests
    Ui,
    /// The UI in a browser against a real host
    Browser,
    /// The real window
    Window,
}

/// One run of all the parts that were asked for.
struct Session<'a> {
    checkout: &'a Checkout,
    total: Count,
    failed: Vec<String>,
}

/// Installs what tests need, runs them and prints `N passed, N failed` last.
pub fn test(checkout: &Checkout, options: &Options) -> anyhow::Result<ExitCode> {
    let wanted = |part| options.filter.is_none_or(|only| only == part);
    let purposes = [
        (true, Purpose::Ui),
        (wanted(Part::Lint), Purpose::Lint),
        (wanted(Part::Lint) || wanted(Part::Window), Purpose::Window),
        (wanted(Part::Rust), Purpose::RustTests),
        (wanted(Part::Browser), Purpose::BrowserTests),
        (wanted(Part::Window), Purpose::WindowTests),
    ];
    let purposes: Vec<Purpose> =
        purposes.into_iter().filter_map(|(wanted, one)| wanted.then_some(one)).collect();
    let mut session = Session { checkout, total: Count::default(), failed: Vec::new() };
    match requirements::provide(checkout, &purposes, options.yes) {
        Err(problem) if !problem.is::<Refused>() => {
            session.settle("what tests need", &Err(problem), Count::default());
            return Ok(session.close());
        }
        provided => provided?,
    }
    if wanted(Part::Lint) {
        session.gate("formatting", &cargo(["fmt", "--all", "--check"]));
    }
    // The command line carries the page inside, so the page comes first; nearly every part needs both.
    session.step("build", || {
        build::ui(checkout)?;
        build::binaries(checkout, build::Options { headless: true, ..build::Options::default() })
    });
    if wanted(Part::Lint) {
        session.lint();
    }
    if wanted(Part::Rust) {
        session.tests("rust tests", &cargo(["test", "--locked", "--no-fail-fast"]).at(checkout.root()));
    }
    if wanted(Part::Ui) {
        session.gate("UI types", &npm(["run", "--silent", "check"]).at(checkout.ui()));
        session.gate("UI style", &npm(["run", "--silent", "lint"]).at(checkout.ui()));
        session.tests("UI tests", &npm(["run", "--silent", "test"]).at(checkout.ui()));
    }
    if wanted(Part::Browser) {
        session.tests("browser tests", &npm(["run", "--silent", "test:browser"]).at(checkout.ui()));
    }
    if wanted(Part::Window) {
        session.window();
    }
    Ok(session.close())
}

impl Session<'_> {
    fn lint(&mut self) {
        let clippy = cargo(["clippy", "--locked", "--all-targets"]).at(self.checkout.root());
        let strict = ["--", "--deny", "warnings"];
        self.gate("clippy", &clippy.clone().args(strict));
        let window = clippy.args(["--package", "ai-orchestrator-desktop"]).args(strict);
        self.gate("clippy of the window", &window);
        let checkout = self.checkout;
        // Known advisories need a list from the network that isn't a package registry's: see deny.toml.
        let deny = ["--all-features", "check", "bans", "licenses", "sources"];
        self.gate("dependencies", &Program::new(DENY.path(checkout)).args(deny).at(checkout.root()));
        self.gate("unused dependencies", &Program::new(MACHETE.path(checkout)).at(checkout.root()));
        self.step("rules of the house", || tidy::check(checkout));
        let check = generated::Options { check: true };
        self.step("generated files", || generated::write_or_check(checkout, &check));
    }

    fn window(&mut self) {
        let checkout = self.checkout;
        let window_crate = ["--locked", "--package", "ai-orchestrator-desktop"];
        self.tests("tests of the window's crate", &cargo(["test"]).args(window_crate).at(checkout.root()));
        self.gate("build of the window", &cargo(["build"]).args(window_crate).at(checkout.root()));
        let driven = npm(["test", "--silent"])
            .at(checkout.window_tests())
            .env("AI_ORCHESTRATOR_WINDOW", checkout.built("ai-orchestrator-desktop", false))
            .env("TAURI_DRIVER", TAURI_DRIVER.path(checkout));
        self.tests("window tests", &driven);
    }

    /// A check that passes or fails as one.
    fn gate(&mut self, name: &str, program: &Program) {
        announce(name);
        let passed = self.prepared(program).follow(|_| {});
        self.settle(name, &passed, Count::default());
    }

    /// A check that is ours.
    fn step(&mut self, name: &str, check: impl FnOnce() -> anyhow::Result<()>) {
        announce(name);
        let passed = check().map(|()| true);
        self.settle(name, &passed, Count::default());
    }

    /// A test runner, whose own count is taken.
    fn tests(&mut self, name: &str, program: &Program) {
        announce(name);
        let counter = Mutex::new(Counter::default());
        let passed = self.prepared(program).follow(|line| {
            counter.lock().unwrap_or_else(std::sync::PoisonError::into_inner).read(line);
        });
        let count = counter.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).count();
        // Tests that were to run and did not are a failure, whatever the runner thinks.
        let passed = match passed {
            Ok(true) if count.is_empty() => Err(anyhow::anyhow!("ran no test")),
            other => other,
        };
        self.settle(name, &passed, count);
    }

    fn settle(&mut self, name: &str, passed: &anyhow::Result<bool>, mut count: Count) {
        if let Err(problem) = passed {
            eprintln!("error: {problem:#}");
        }
        let passed = matches!(passed, Ok(true));
        // A gate has no count of its own, and a runner may fail before it counts (a test that doesn't compile).
        if !passed && count.failed == 0 {
            count.failed = 1;
        } else if count.is_empty() {
            count.passed = 1;
        }
        if count.failed > 0 {
            self.failed.push(name.to_owned());
        }
        self.total += count;
    }

    /// Every program under test finds ours by its path.
    fn prepared(&self, program: &Program) -> Program {
        program.clone().env("AI_ORCHESTRATOR_BIN", self.checkout.built("ai-orchestrator", false))
    }

    fn close(self) -> ExitCode {
        println!();
        for name in &self.failed {
            println!("failed: {name}");
        }
        println!("{} passed, {} failed", self.total.passed, self.total.failed);
        if self.total.failed == 0 && self.total.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn announce(name: &str) {
    println!("\n== {name}");
}
