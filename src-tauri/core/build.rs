//! Has the page embedded anew when it was built anew. Debug builds read it from disk, so only release builds need it.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    // A folder that isn't there would count as changed, and the core be compiled, every time.
    if release && Path::new("../../ui/dist").exists() {
        println!("cargo:rerun-if-changed=../../ui/dist");
    }
}
