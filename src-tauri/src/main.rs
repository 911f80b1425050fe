//! The window: a frame around the page in `ui/`, and the few things only a desktop can do.
//!
//! Deliberately elsewhere: every operation, and every byte of a terminal. The page gets the door's address
//! from [`door`] and speaks to the host itself.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod door;
mod editor;
mod frame;
mod native;

use orchestrator_core::paths::Paths;
use tauri::Manager;

fn main() {
    if let Err(problem) = open() {
        eprintln!("ai-orchestrator: {problem}");
        std::process::exit(1);
    }
}

fn open() -> Result<(), Box<dyn std::error::Error>> {
    let paths = Paths::from_env()?;
    tauri::Builder::default()
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .dbus_id(frame::instance_of(paths.home()))
                .callback(|app, _arguments, _folder| frame::raise(app))
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .manage(paths)
        .invoke_handler(tauri::generate_handler![
            door::door,
            native::pick_folder,
            native::open_in_editor,
            native::open_address,
            native::notify
        ])
        .setup(|app| Ok(frame::open(app.app_handle())?))
        .run(tauri::generate_context!())?;
    Ok(())
}
