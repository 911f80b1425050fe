//! Compiles the window's configuration in, and gives the window a page of its own when the UI isn't built.

use std::error::Error;
use std::path::{Path, PathBuf};

/// The commands the page may be granted; each is granted in `capabilities/main.json`.
const COMMANDS: &[&str] = &[
    "door",
    "pick_folder",
    "open_in_editor",
    "open_address",
    "notify",
    "tell_terminals",
    "close_window",
    "keep_window",
    "quit_program",
];

/// What the window shows when it was compiled without a built UI.
const UNBUILT: &str = "<!doctype html><meta charset=utf-8><title>AI Orchestrator</title>\
<body style=\"font:16px system-ui;margin:4rem;background:#16171b;color:#e6e8ee\">\
<h1>The UI is not built</h1><p>Run <code>cargo xtask build</code>, then open the window again.</p>";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../ui/dist");
    if !Path::new("../ui/dist/index.html").exists() && std::env::var_os("TAURI_CONFIG").is_none() {
        stand_in_for_the_ui()?;
    }
    tauri_build::try_build(
        tauri_build::Attributes::new().app_manifest(tauri_build::AppManifest::new().commands(COMMANDS)),
    )?;
    Ok(())
}

/// Points the configuration at a page in the build's own folder, so that `ui/dist` stays what the UI's
/// build made and nothing else.
#[expect(clippy::disallowed_methods, reason = "a build script writes nobody's files but its own")]
fn stand_in_for_the_ui() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::var("OUT_DIR")?).join("unbuilt");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("index.html"), UNBUILT)?;
    println!(
        r#"cargo:rustc-env=TAURI_CONFIG={{"build":{{"frontendDist":{:?}}}}}"#,
        folder.display().to_string()
    );
    Ok(())
}
