//! Packages of npm: each folder with a `package.json` installs what its lock file names.

use std::path::{Path, PathBuf};

use super::Purpose;
use crate::checkout::Checkout;
use crate::program::npm;

/// A copy of the lock file that was installed from: a switch of branches changes times, not packages.
const INSTALLED: &str = "node_modules/.installed-from.json";

/// The folders for these purposes whose packages are not there, or older than their lock file. A folder that
/// isn't there needs nothing.
pub fn missing(checkout: &Checkout, purposes: &[Purpose]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        purposes.iter().filter_map(|purpose| folder(checkout, *purpose)).collect();
    folders.dedup();
    folders.retain(|folder| folder.join("package.json").is_file() && !is_installed(folder));
    folders
}

/// Installs a folder's packages, as its lock file names them.
pub fn install(folder: &Path) -> anyhow::Result<()> {
    npm(["ci", "--no-audit", "--no-fund", "--prefer-offline"]).at(folder).run()?;
    std::fs::copy(folder.join("package-lock.json"), folder.join(INSTALLED))?;
    Ok(())
}

fn folder(checkout: &Checkout, purpose: Purpose) -> Option<PathBuf> {
    match purpose {
        Purpose::Ui | Purpose::BrowserTests => Some(checkout.ui()),
        Purpose::WindowTests => Some(checkout.window_tests()),
        Purpose::Window | Purpose::RustTests | Purpose::Lint => None,
    }
}

/// Installed by us from this very lock file, or by hand after it was last changed (npm leaves a file of its own).
fn is_installed(folder: &Path) -> bool {
    let lock = folder.join("package-lock.json");
    let text = |file: PathBuf| std::fs::read(file).ok();
    let changed = |file: PathBuf| file.metadata().and_then(|known| known.modified()).ok();
    let by_us = text(folder.join(INSTALLED));
    let by_hand = changed(folder.join("node_modules/.package-lock.json"));
    (by_us.is_some() && by_us == text(lock.clone())) || (by_hand.is_some() && by_hand >= changed(lock))
}
