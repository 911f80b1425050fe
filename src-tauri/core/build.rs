//! Has the page embedded anew when it was built anew. Debug builds read it from disk; release builds watch its
//! folder, which is made first, so that its change is noticed before there is anything in it.

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let dist = "../../ui/dist";
    std::fs::create_dir_all(dist)?;
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed={dist}");
    }
    Ok(())
}
