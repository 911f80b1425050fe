//! The window itself: its size, its colour before the page is drawn, and its recovery when the page dies.
//! What is in the page is the UI's.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use tauri::window::Color;
use tauri::{AppHandle, Manager, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// The window's label, which the capabilities name.
pub const LABEL: &str = "main";

/// The backgrounds of the UI's two themes, shown until the page paints, so that nothing flashes.
const DARK: Color = Color(0x16, 0x17, 0x1b, 0xff);
const LIGHT: Color = Color(0xf5, 0xf5, 0xf7, 0xff);

/// Opens the window.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("AI Orchestrator")
        .inner_size(1280.0, 820.0)
        .min_inner_size(720.0, 480.0)
        .visible(false)
        .background_color(DARK)
        // Programs may copy (OSC 52), and no click goes before that. Only our own page is ever in this window.
        .enable_clipboard_access()
        .build()?;
    // The system's theme is only known once there is a window to ask; it is shown after that.
    if matches!(window.theme(), Ok(Theme::Light)) {
        window.set_background_color(Some(LIGHT))?;
    }
    reload_when_the_page_dies(&window)?;
    window.show()
}

/// Brings the window to the front: a second start, or a click on a notification.
pub fn raise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window manager may refuse any of these; there is nothing better to do then.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Brings the window to the front and asks the page to show a terminal: a click on a notification, or in the tray.
pub fn show_terminal(app: &AppHandle, terminal: &str) {
    raise(app);
    dispatch(app, "show-terminal", terminal);
}

/// Tells the page something; answers whether there is a page to be told.
pub fn tell(app: &AppHandle, event: &str) -> bool {
    dispatch(app, event, "")
}

/// Events of the page's own kind, so that it needs no permission to listen to the desktop.
fn dispatch(app: &AppHandle, event: &str, detail: &str) -> bool {
    let Some(window) = app.get_webview_window(LABEL) else { return false };
    let (event, detail) = (serde_json::Value::from(event), serde_json::Value::from(detail));
    window.eval(format!("window.dispatchEvent(new CustomEvent({event}, {{detail: {detail}}}))")).is_ok()
}

/// The name under which one window per home is known on the session's bus.
pub fn instance_of(home: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    home.hash(&mut hasher);
    format!("dev.ai_orchestrator.home_{:016x}", hasher.finish())
}

/// The file, among the desktop's own for this program, in which the window's place is found again: one per home.
pub fn state_of(home: &Path) -> String {
    let name = instance_of(home);
    format!("window-{}.json", name.rsplit('_').next().unwrap_or(&name))
}

/// `WebKit` draws the page in a process of its own. When that one is killed (memory, a driver's crash), the
/// window would stay blank; the terminals live in the host, so loading the page again brings all back.
#[cfg(target_os = "linux")]
fn reload_when_the_page_dies(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::WebViewExt;
    window.with_webview(|webview| {
        webview.inner().connect_web_process_terminated(|page, _reason| page.reload());
    })
}

#[cfg(not(target_os = "linux"))]
fn reload_when_the_page_dies(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_home_has_a_window_of_its_own() {
        let (one, other) =
            (instance_of(Path::new("/home/ada/.ai-orchestrator")), instance_of(Path::new("/tmp/x")));
        assert_ne!(one, other);
        assert_eq!(one, instance_of(Path::new("/home/ada/.ai-orchestrator")));
        assert!(one.split('.').all(|part| !part.starts_with(|first: char| first.is_ascii_digit())));
    }
}
