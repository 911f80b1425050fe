//! The folder that a run works in: what `cwd` says, and where neither a value nor a link may take it.
//!
//! A `cwd` that leads out of the project by what the file itself says is seen by whoever reads the file or the trust
//! question. What fills it, and where a repository's links lead, is seen by nobody.

use std::path::{Path, PathBuf};

use crate::action::template::{Namespace, Placeholder, placeholders};
use crate::action::{Action, InputType, Scope, ShellKind, Values, fill, straight};
use crate::api::ApiError;

/// The folder that `cwd` names, once it is filled with these values; `root` where there is no `cwd`.
pub(crate) fn workplace(
    root: &Path,
    scope: Scope,
    action: &Action,
    filled: Option<&str>,
    values: &Values,
) -> Result<PathBuf, ApiError> {
    let (Some(written), Some(filled)) = (&action.cwd, filled) else { return Ok(root.to_owned()) };
    let folder = straight(&root.join(filled));
    if let Some(from) = named(root, action, written, values)
        && !folder.starts_with(&from)
    {
        return Err(outside(&folder, &from)
            .hint("what fills `cwd` stays below it; an input of `type: path` may name any folder"));
    }
    if scope == Scope::Project
        && folder.starts_with(root)
        && let Ok(real) = folder.canonicalize()
        && !real.starts_with(root)
    {
        return Err(outside(&real, root)
            .hint("a link of the repository leads there; write the folder itself as `cwd` if it is meant"));
    }
    Ok(folder)
}

fn outside(folder: &Path, from: &Path) -> ApiError {
    let [folder, from] = [folder, from].map(|path| crate::action::visible(&path.to_string_lossy()));
    ApiError::new(422, "outside", format!("`cwd` leads to {folder}, which is not in {from}"))
}

/// The folder up to which the file itself says where to go; none if it says all of it.
fn named(root: &Path, action: &Action, cwd: &str, values: &Values) -> Option<PathBuf> {
    let may_lead_anywhere = |placeholder: &Placeholder<'_>| match placeholder.namespace {
        Namespace::Inputs => {
            action.inputs.iter().any(|input| input.id == placeholder.name && input.kind == InputType::Path)
        }
        Namespace::Project => placeholder.name == "root",
        Namespace::Env => true,
        Namespace::Git => false,
    };
    let first = placeholders(cwd).into_iter().find(|placeholder| !may_lead_anywhere(placeholder))?;
    let before = &cwd[..first.range.start];
    let before = &before[..before.rfind('/').map_or(0, |slash| slash + 1)];
    let probe = Action {
        cwd: Some(before.to_owned()),
        env: std::collections::BTreeMap::new(),
        steps: Vec::new(),
        ..action.clone()
    };
    // No shell reads a folder, so that it does not matter which one.
    let before = fill(&probe, values, ShellKind::of("sh")).ok()?.action.cwd?;
    Some(straight(&root.join(before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "label: A\ninputs:\n  - id: text\n  - { id: path, type: path }\n\
                        steps:\n  - write: \"ls\\r\"\n";

    fn place(root: &Path, scope: Scope, cwd: &str, given: &[(&str, &str)]) -> Result<PathBuf, ApiError> {
        let text = format!("cwd: \"{cwd}\"\n{HEAD}");
        let (action, problems) = crate::action::read("a.yaml".as_ref(), scope, text.as_bytes());
        let action = action.unwrap_or_else(|| panic!("{problems:?}"));
        let mut values = Values::default();
        values.project.root = root.to_str().unwrap().to_owned();
        values.git.branch = Some("../../x".to_owned());
        values.env.insert("HOME".into(), "/home/me".into());
        values.inputs = given.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect();
        let filled = fill(&action, &values, ShellKind::of("bash")).unwrap().action.cwd;
        workplace(root, scope, &action, filled.as_deref(), &values)
    }

    #[test]
    fn values_stay_below_the_folder_that_the_file_names() {
        let root = Path::new("/no/such/repo");
        let text = |value: &str, cwd: &str| place(root, Scope::User, cwd, &[("text", value)]);
        assert_eq!(text("sub/./a/..", "{{ inputs.text }}").unwrap(), root.join("sub"));
        assert_eq!(text("x", "/srv/{{ inputs.text }}").unwrap(), Path::new("/srv/x"));
        for (value, cwd) in [
            ("../..", "{{ inputs.text }}"),
            ("/etc", "{{ inputs.text }}"),
            (".", ".{{ inputs.text }}"),
            ("a/../../..", "sub/{{ inputs.text }}"),
            ("..", "sub/{{ inputs.text }}"),
            ("..", "/srv/{{ inputs.text }}"),
            ("..", "{{ env.HOME }}/{{ inputs.text }}"),
            ("x", "{{ git.branch }}"),
        ] {
            let refused = text(value, cwd).unwrap_err();
            assert_eq!(refused.code, "outside", "{cwd} {value}: {}", refused.message);
        }
    }

    #[test]
    fn what_the_file_says_itself_and_what_paths_say_leads_anywhere() {
        let root = Path::new("/no/such/repo");
        let at = |cwd: &str| place(root, Scope::Project, cwd, &[("path", "/etc")]).unwrap();
        assert_eq!(at("/etc"), Path::new("/etc"));
        assert_eq!(at("../other"), Path::new("/no/such/other"));
        assert_eq!(at("{{ inputs.path }}/sub"), Path::new("/etc/sub"));
        assert_eq!(at("{{ env.HOME }}"), Path::new("/home/me"));
        assert_eq!(at("{{ project.root }}/.."), Path::new("/no/such"));
    }

    #[test]
    fn a_repositorys_link_is_not_followed_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("repo");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::os::unix::fs::symlink("/etc", root.join("out")).unwrap();
        std::os::unix::fs::symlink("sub", root.join("in")).unwrap();
        assert_eq!(place(&root, Scope::Project, "in", &[]).unwrap(), root.join("in"));
        let refused = place(&root, Scope::Project, "out", &[]).unwrap_err();
        assert_eq!(refused.code, "outside");
        assert!(refused.message.contains("/etc"), "{}", refused.message);
        assert_eq!(place(&root, Scope::User, "out", &[]).unwrap(), root.join("out"));
    }
}
