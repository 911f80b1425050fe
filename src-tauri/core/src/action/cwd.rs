//! A `cwd` as it reads; where it really leads is for `project` to find out.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::template::placeholders;

/// Whether a `cwd` leads out of the project by what it says itself.
pub(super) fn leads_outside(cwd: &str) -> bool {
    let root = Path::new("/project");
    placeholders(cwd).is_empty() && !straight(&root.join(cwd)).starts_with(root)
}

/// A path without `.` and `..`, as it reads.
pub(crate) fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => _ = straight.pop(),
            Component::CurDir => {}
            component => straight.push::<&OsStr>(component.as_ref()),
        }
    }
    straight
}

#[cfg(test)]
mod tests {
    use super::leads_outside;

    #[test]
    fn what_leads_out_is_known_by_how_it_reads() {
        for cwd in ["/etc", "..", "a/../..", "../project-2"] {
            assert!(leads_outside(cwd), "{cwd}");
        }
        for cwd in [".", "", "a/..", "a/b", "../project/a", "{{ inputs.x }}/.."] {
            assert!(!leads_outside(cwd), "{cwd}");
        }
    }
}
