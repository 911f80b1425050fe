//! Has the crate built anew when the page has been: its files are embedded. Makes the folder they go to, so that
//! its change can be watched for before there is anything in it.

fn main() -> std::io::Result<()> {
    let dist = "../../ui/dist";
    std::fs::create_dir_all(dist)?;
    println!("cargo::rerun-if-changed={dist}");
    Ok(())
}
