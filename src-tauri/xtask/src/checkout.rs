//! Where things are in this clone and in its target folder.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::Value;

use crate::program;

/// This clone of the project.
pub struct Checkout {
    root: PathBuf,
    metadata: Value,
}

impl Checkout {
    /// Finds the clone that this xtask was built from.
    pub fn find() -> anyhow::Result<Self> {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("xtask lies outside a clone")?;
        let told = program::cargo(["metadata", "--no-deps", "--format-version", "1"]).at(root).output()?;
        let metadata = serde_json::from_str(&told).context("`cargo metadata` did not print JSON")?;
        Ok(Self { root: root.to_owned(), metadata })
    }

    /// The folder with the workspace's `Cargo.toml`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The web UI's package.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The tests of the UI in a browser.
    pub fn browser_tests(&self) -> PathBuf {
        self.root.join("tests/ui")
    }

    /// The tests of the real window.
    pub fn window_tests(&self) -> PathBuf {
        self.root.join("tests/desktop")
    }

    /// The one folder that everything is built into.
    pub fn target(&self) -> PathBuf {
        let folder = self.metadata["target_directory"].as_str();
        folder.map_or_else(|| self.root.join("target"), PathBuf::from)
    }

    /// A program that was built.
    pub fn built(&self, name: &str, release: bool) -> PathBuf {
        let profile = if release { "release" } else { "debug" };
        self.target().join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Programs installed for this clone alone.
    pub fn tools(&self) -> PathBuf {
        self.target().join("tools")
    }

    /// The names of all packages that a crate of the workspace asks for directly, other crates of the
    /// workspace left out.
    pub fn direct_dependencies(&self) -> Vec<String> {
        let members: Vec<&Value> = self.metadata["packages"].as_array().into_iter().flatten().collect();
        let mut names: Vec<String> = members
            .iter()
            .flat_map(|member| member["dependencies"].as_array().into_iter().flatten())
            .filter(|dependency| dependency["path"].is_null())
            .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The files that belong to the project: tracked, or new and not ignored.
    pub fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let listed = program::Program::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .at(&self.root)
            .output()?;
        let files = listed.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
        // A file deleted but not yet committed is still listed.
        Ok(files.filter(|file| self.root.join(file).is_file()).collect())
    }
}
