//! The window: a frame around the page in `ui/`, and the few things only a desktop can do.
//!
//! Deliberately elsewhere: every operation, and every byte of a terminal. The page gets the door's address
//! from [`door`] and speaks to the host itself.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod door;
mod editor;
mod frame;
mod leaving;
mod native;
mod tray;

use std::path::PathBuf;

use orchestrator_core::paths::Paths;
use tauri::{Manager, WindowEvent};

fn main() {
    if let Err(problem) = open() {
        eprintln!("ai-orchestrator: {problem}");
        std::process::exit(1);
    }
}

fn open() -> Result<(), Box<dyn std::error::Error>> {
    // A home that can't be used is no reason for no window: the page says what is wrong, and tries again.
    let home = Paths::from_env().map_or_else(|_| PathBuf::from("unusable"), |paths| paths.home().to_owned());
    tauri::Builder::default()
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .dbus_id(frame::instance_of(&home))
                .callback(|app, _arguments, _folder| frame::raise(app))
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_filename(frame::state_of(&home))
                .with_state_flags(leaving::REMEMBERED)
                .build(),
        )
        .manage(leaving::Asked::default())
        .manage(leaving::Remembering::default())
        .invoke_handler(tauri::generate_handler![
            door::door,
            native::pick_folder,
            native::open_in_editor,
            native::open_address,
            native::notify,
            tray::tell_terminals,
            leaving::close_window,
            leaving::keep_window,
            leaving::quit_program
        ])
        .on_window_event(|window, event| match event {
            WindowEvent::CloseRequested { api, .. } => leaving::close_requested(window, api),
            WindowEvent::Moved(_) | WindowEvent::Resized(_) => leaving::changed(window.app_handle()),
            _ => {}
        })
        .setup(|app| {
            // The host starts while the page's engine does. What goes wrong is told when the page asks for it.
            tauri::async_runtime::spawn(door::door(true));
            frame::open(app.app_handle())?;
            Ok(tray::open(app.app_handle())?)
        })
        .run(tauri::generate_context!())?;
    Ok(())
}
