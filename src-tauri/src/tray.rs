//! The tray: shows the window, goes to a terminal, quits. Only where the desktop has a place for it; elsewhere
//! nothing is said, and closing the window ends this program (never the host).

use serde::Deserialize;
use tauri::menu::{Menu, MenuBuilder, MenuEvent};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Wry};

use crate::{frame, leaving};

const ID: &str = "main";
const SHOW: &str = "show";
const QUIT: &str = "quit";
/// Before a terminal's id in the menu.
const TERMINAL: &str = "terminal:";
/// As many as a menu can show without becoming a list to search.
const MOST: usize = 20;

/// A terminal as the menu names it.
#[derive(Debug, Deserialize)]
pub struct Listed {
    id: String,
    label: String,
}

/// Puts the icon into the tray, where there is one.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    if !has_place() {
        return Ok(());
    }
    let mut builder = TrayIconBuilder::with_id(ID)
        .tooltip("AI Orchestrator")
        .menu(&menu(app, &[])?)
        .on_menu_event(|app, event| chosen(app, &event));
    if let Some(icon) = app.default_window_icon() {
        builder = builder.icon(icon.clone());
    }
    builder.build(app)?;
    Ok(())
}

/// Whether there is an icon, and so a way back to a window that is hidden.
pub fn is_open(app: &AppHandle) -> bool {
    app.tray_by_id(ID).is_some()
}

/// Lists the terminals in the menu.
///
/// # Errors
/// When the menu can't be made.
#[tauri::command]
pub async fn tell_terminals(app: AppHandle, terminals: Vec<Listed>) -> Result<(), String> {
    let Some(tray) = app.tray_by_id(ID) else { return Ok(()) };
    let menu = menu(&app, &terminals).map_err(|problem| problem.to_string())?;
    tray.set_menu(Some(menu)).map_err(|problem| problem.to_string())
}

fn menu(app: &AppHandle, terminals: &[Listed]) -> tauri::Result<Menu<Wry>> {
    let mut menu = MenuBuilder::new(app).text(SHOW, "Show window").separator();
    for Listed { id, label } in terminals.iter().take(MOST) {
        // A single `&` would underline the letter after it.
        menu = menu.text(format!("{TERMINAL}{id}"), label.replace('&', "&&"));
    }
    if !terminals.is_empty() {
        menu = menu.separator();
    }
    menu.text(QUIT, "Quit…").build()
}

fn chosen(app: &AppHandle, event: &MenuEvent) {
    match event.id().as_ref() {
        SHOW => frame::raise(app),
        QUIT => leaving::quit(app),
        id => {
            if let Some(terminal) = id.strip_prefix(TERMINAL) {
                frame::show_terminal(app, terminal);
            }
        }
    }
}

/// Whether the desktop shows such icons: without the watcher's name on the session's bus nobody does.
#[cfg(target_os = "linux")]
fn has_place() -> bool {
    use webkit2gtk::gio;
    use webkit2gtk::glib::ToVariant as _;
    let bus = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE);
    let answer = bus.and_then(|bus| {
        bus.call_sync(
            Some("org.freedesktop.DBus"),
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus",
            "NameHasOwner",
            Some(&("org.kde.StatusNotifierWatcher",).to_variant()),
            None,
            gio::DBusCallFlags::NONE,
            1000,
            gio::Cancellable::NONE,
        )
    });
    answer.is_ok_and(|answer| answer.try_child_get::<bool>(0).ok().flatten() == Some(true))
}

#[cfg(not(target_os = "linux"))]
fn has_place() -> bool {
    true
}
