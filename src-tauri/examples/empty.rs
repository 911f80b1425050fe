//! An empty window: what `cargo xtask bench window` measures the real one's start and memory against.

use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let nothing = WebviewUrl::External("about:blank".parse()?);
    tauri::Builder::default()
        .setup(move |app| {
            WebviewWindowBuilder::new(app, "empty", nothing).inner_size(1280.0, 820.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!())?;
    Ok(())
}
