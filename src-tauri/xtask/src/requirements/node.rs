//! Packages of npm: each folder with a `package.json` installs what its lock file names.

use std::path::{Path, PathBuf};

use super::Purpose;
use crate::checkout::Checkout;
use crate::program::{Program, npm};

/// The folders for these purposes whose packages are not there, or older than their lock file. A folder that
/// isn't there needs nothing.
pub fn missing(checkout: &Checkout, purposes: &[Purpose]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        purposes.iter().filter_map(|purpose| folder(checkout, *purpose)).collect();
    folders.dedup();
    folders.retain(|folder| folder.join("package.json").is_file() && !is_installed(folder));
    folders
}

/// The command that installs a folder's packages.
pub fn install(folder: &Path) -> Program {
    npm(["ci", "--no-audit", "--no-fund", "--prefer-offline"]).at(folder)
}

fn folder(checkout: &Checkout, purpose: Purpose) -> Option<PathBuf> {
    match purpose {
        Purpose::Ui | Purpose::BrowserTests => Some(checkout.ui()),
        Purpose::WindowTests => Some(checkout.window_tests()),
        Purpose::Window | Purpose::RustTests | Purpose::Lint => None,
    }
}

/// npm leaves a copy of the lock file in what it installed; one as new as ours says that it is up to date.
fn is_installed(folder: &Path) -> bool {
    let changed = |file: PathBuf| file.metadata().and_then(|known| known.modified()).ok();
    let installed = changed(folder.join("node_modules/.package-lock.json"));
    installed.is_some() && installed >= changed(folder.join("package-lock.json"))
}
