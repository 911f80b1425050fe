//! What only the desktop has: the folder dialog, the user's editor, notifications.
//! A browser has stand-ins for these in `ui/src/native`.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;

use crate::editor::{self, Opening, Place};
use crate::frame;

/// What opens a file or an address with whatever the desktop thinks fits.
const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Asks for a folder; `None` when the user thought better of it.
#[tauri::command]
pub async fn pick_folder(app: AppHandle) -> Option<PathBuf> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    app.dialog().file().set_title("Open folder").pick_folder(|folder| {
        // The page may be gone by the time the user answers.
        let _ = answer.send(folder);
    });
    answered.await.ok().flatten()?.into_path().ok()
}

/// What the host knows of the user's editors.
#[derive(serde::Deserialize)]
pub struct Editors {
    /// The one of the settings.
    setting: Option<String>,
    /// Those of the login shell's environment: a launcher gives the window none.
    login: Vec<String>,
}

/// Opens a file in the user's editor, at a place where the editor can; answers when the editor has
/// ended, as only then is known whether it did open the file. One that needs a terminal is not started but answered,
/// with its arguments.
///
/// # Errors
/// When the path isn't an absolute one of an existing file, no editor starts, or it ends in failure.
#[tauri::command]
pub async fn open_in_editor(
    path: PathBuf,
    at: Option<Place>,
    editors: Editors,
) -> Result<Option<Vec<String>>, String> {
    // An absolute path also never looks like an option to the editor.
    if !path.is_absolute() || !path.exists() {
        return Err(format!("{}: there is no such file", path.display()));
    }
    let own = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| std::env::var(name).ok());
    let preferred: Vec<String> = editors.setting.into_iter().chain(own).chain(editors.login).collect();
    let opening = {
        let around = editor::Surroundings { preferred: &preferred, installed: &is_there, opener: OPENER };
        editor::opening(&around, &path, at)
    };
    match opening {
        Opening::Terminal(command) => Ok(Some(command)),
        Opening::Window(command) => {
            let hint = "the setting `editor` names the program that opens files";
            start(&command).await.map(|()| None).map_err(|problem| format!("{problem}; {hint}"))
        }
    }
}

/// Opens a web address in the user's browser.
///
/// # Errors
/// When it isn't a web address: a link in a terminal must not open a file or start a program.
#[tauri::command]
pub async fn open_address(url: String) -> Result<(), String> {
    if !is_web_address(&url) {
        return Err(format!("{url}: only http and https addresses are opened"));
    }
    start(&[OPENER.to_owned(), url]).await
}

/// Shows a notification of the system. A click on it brings the window to the front and tells the page which
/// terminal it was about.
///
/// # Errors
/// When the desktop has no notifications.
#[tauri::command]
pub async fn notify(app: AppHandle, title: String, body: String, terminal: String) -> Result<(), String> {
    let mut notification = notify_rust::Notification::new();
    notification.appname("AI Orchestrator").summary(&title).body(&body).action("default", "Show");
    // Both showing and waiting for a click block until the desktop answers, so they get a thread of their own.
    let (shown, was_shown) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || match notification.show() {
        Ok(handle) => {
            // The page may be gone by now.
            let _ = shown.send(Ok(()));
            #[cfg(target_os = "linux")]
            handle.wait_for_action(|action| {
                if action == "default" {
                    frame::show_terminal(&app, &terminal);
                }
            });
            #[cfg(not(target_os = "linux"))]
            drop((handle, app, terminal));
        }
        Err(problem) => drop(shown.send(Err(format!("the desktop shows no notifications: {problem}")))),
    });
    was_shown.await.unwrap_or_else(|_| Err("the desktop shows no notifications".to_owned()))
}

fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !url.contains(|c: char| c.is_whitespace() || c.is_control()))
}

/// Whether this program is there: a path, or a name on PATH.
fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    program.contains('/') && Path::new(program).is_file()
        || !program.contains('/') && std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Starts a program and waits for its end, however long that takes; it outlives the window.
#[expect(clippy::disallowed_methods, reason = "the editor is the one program the window starts")]
async fn start(command: &[String]) -> Result<(), String> {
    let [program, arguments @ ..] = command else {
        return Err("no program is named".to_owned());
    };
    let mut child = std::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|problem| format!("{program} doesn't start: {problem}"))?;
    // A thread of its own: an editor may stay open for days.
    let (end, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || end.send(child.wait()));
    match ended.await {
        Ok(Ok(status)) if !status.success() => Err(match status.code() {
            Some(code) => format!("{program} ended with exit code {code}"),
            None => format!("{program} was ended by a signal"),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_opened() {
        assert!(is_web_address("https://example.org/a?b#c"));
        assert!(is_web_address("http://localhost:3000"));
        for other in
            ["file:///etc/passwd", "javascript:alert(1)", "https://", "-x", "http://a b", "vscode://x"]
        {
            assert!(!is_web_address(other), "{other}");
        }
    }
}
