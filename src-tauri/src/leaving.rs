//! Closing and quitting. The page decides what is asked, since it knows which terminals live; a page that does not
//! answer can't keep its window open.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tauri::{AppHandle, CloseRequestApi, Manager, State, Window};
use tauri_plugin_window_state::{AppHandleExt as _, StateFlags};

use crate::{frame, tray};

/// Whether the page was asked to close and has not answered.
#[derive(Debug, Default)]
pub struct Asked(AtomicBool);

impl Asked {
    /// Asks; answers whether an earlier question has no answer yet.
    fn again(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    /// The page answered, whatever it said.
    fn answered(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// What of the window is found again at the next start.
pub const REMEMBERED: StateFlags = StateFlags::SIZE.union(StateFlags::POSITION).union(StateFlags::MAXIMIZED);

/// Keeps the window's place for the next start some time after it changed, as a program that is killed can't.
#[derive(Debug, Default)]
pub struct Remembering(AtomicBool);

/// The window was moved or resized.
pub fn changed(app: &AppHandle) {
    /// While it is dragged it changes all the time.
    const SOON: Duration = Duration::from_millis(500);
    if app.state::<Remembering>().0.swap(true, Ordering::Relaxed) {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SOON).await;
        app.state::<Remembering>().0.store(false, Ordering::Relaxed);
        // On the main thread, as the end of the program: one would wait for the other. What is not remembered costs no
        // more than a window of the usual size.
        let main = app.clone();
        let _ = app.run_on_main_thread(move || _ = main.save_window_state(REMEMBERED));
    });
}

/// Somebody wants the window gone: asks the page, or lets it go if that was asked already.
pub fn close_requested(window: &Window, api: &CloseRequestApi) {
    let app = window.app_handle();
    if app.state::<Asked>().again() {
        return;
    }
    if frame::tell(app, "window-closing") {
        api.prevent_close();
    }
}

/// Somebody wants the program gone.
pub fn quit(app: &AppHandle) {
    frame::raise(app);
    if !frame::tell(app, "window-quitting") {
        app.exit(0);
    }
}

/// The page's answer: the window goes into the tray, or for good where there is none.
#[tauri::command]
pub async fn close_window(app: AppHandle, asked: State<'_, Asked>) -> Result<(), ()> {
    asked.answered();
    // What is not remembered costs no more than a window of the usual size.
    let _ = app.save_window_state(REMEMBERED);
    let Some(window) = app.get_webview_window(frame::LABEL) else { return Ok(()) };
    // A window that can't be hidden or closed stays.
    let _ = if tray::is_open(&app) { window.hide() } else { window.destroy() };
    Ok(())
}

/// The page's answer: the window stays, and the next wish to close it is asked about again.
#[tauri::command]
pub async fn keep_window(asked: State<'_, Asked>) -> Result<(), ()> {
    asked.answered();
    Ok(())
}

/// The page's answer: the program ends. The host is another one.
#[tauri::command]
pub async fn quit_program(app: AppHandle) {
    app.exit(0);
}

#[cfg(test)]
mod tests {
    use super::Asked;

    #[test]
    fn only_a_question_without_an_answer_lets_the_window_go() {
        let asked = Asked::default();
        assert!(!asked.again());
        asked.answered();
        assert!(!asked.again(), "the user had said no");
        assert!(asked.again(), "the page says nothing");
    }
}
