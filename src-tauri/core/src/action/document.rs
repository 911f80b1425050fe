//! The file as a whole: from bytes to an action, with everything that is wrong on the way.

use std::collections::BTreeMap;
use std::path::Path;

use super::cwd::leads_outside;
use super::fields::{Fields, Problems, Scalar};
use super::lint::{Reader, placeholders_of};
use super::yaml::{self, Kind, Node, Place};
use super::{Action, Close, DEFAULT_ICON, Problem, Reuse, Scope, ShellKind, claude, icon, input};
use crate::step;

/// Files above this are refused unread.
pub const MOST_BYTES: u64 = 1024 * 1024;

const START: Place = Place { line: 1, column: 1 };

/// Reads an action. There is one exactly when no problem is an error.
#[must_use]
pub fn read(file: &Path, scope: Scope, bytes: &[u8]) -> (Option<Action>, Vec<Problem>) {
    let mut problems = Problems::of(file, "");
    let Some(text) = decode(bytes, &mut problems) else { return (None, problems.found) };
    problems.text = text;
    let action = match yaml::parse(text) {
        Ok(Some(node)) => read_root(&node, scope, &mut problems),
        Ok(None) => {
            let fix = Some("an action needs at least `label` and `steps`".to_owned());
            problems.error(START, "empty-file", "the file holds no action", fix);
            None
        }
        Err(fault) => {
            problems.error(fault.at, fault.code, fault.message, fault.fix);
            None
        }
    };
    let mut found = problems.found;
    found.sort_by_key(|problem| (problem.line, problem.column));
    let broken = found.iter().any(Problem::is_error);
    (action.filter(|_| !broken), found)
}

/// The id that a file has, as far as that can be told: also of files that are broken elsewhere.
#[must_use]
pub fn id_of(file: &Path, bytes: &[u8]) -> String {
    let stem = || file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let Some(Ok(Some(root))) = std::str::from_utf8(bytes).ok().map(|text| yaml::parse(strip(text))) else {
        return stem();
    };
    let Kind::Map(pairs) = &root.kind else { return stem() };
    let id = pairs.iter().find(|(key, _)| key.scalar().is_some_and(|(name, _)| name == "id"));
    id.and_then(|(_, id)| id.scalar())
        .map(|(id, _)| id.to_owned())
        .filter(|id| is_id(id))
        .unwrap_or_else(stem)
}

/// Where the short text that is the value of `key` stands, in characters; for changes that keep all else.
#[must_use]
pub(crate) fn span_of(text: &str, key: &str) -> Option<(usize, usize)> {
    let root = yaml::parse(text).ok()??;
    let Kind::Map(pairs) = &root.kind else { return None };
    let (_, value) = pairs.iter().find(|(name, _)| name.scalar().is_some_and(|(name, _)| name == key))?;
    let (content, _) = value.scalar()?;
    // The parser counts blanks and comments behind a quoted text as part of it.
    let start = value.span.0;
    let quotes = if text.chars().nth(start).is_some_and(|c| c == '"' || c == '\'') { 2 } else { 0 };
    Some((start, start + content.chars().count() + quotes))
}

/// An id becomes the name of a file and of a folder.
const MOST_ID: usize = 100;

/// Whether a text can be an action's id: kebab-case, and no name that a file system keeps for itself.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= MOST_ID && text.split('-').all(word) && !is_reserved(text)
}

/// Whether a file system keeps this name for a device, or the history for itself: under `projects` are the versions of
/// projects' actions.
fn is_reserved(name: &str) -> bool {
    let numbered = name.len() == 4 && (name.starts_with("com") || name.starts_with("lpt"));
    matches!(name, "con" | "prn" | "aux" | "nul" | "projects")
        || numbered && name.ends_with(|c: char| c.is_ascii_digit())
}

/// The words that are no ids, for the schema.
pub(super) const RESERVED: &str = "^(con|prn|aux|nul|(com|lpt)[0-9]|projects)$";

fn strip(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn decode<'b>(bytes: &'b [u8], problems: &mut Problems<'_>) -> Option<&'b str> {
    let fix = || Some("save the file as UTF-8".to_owned());
    if bytes.len() as u64 > MOST_BYTES {
        problems.error(START, "too-large", "the file is larger than 1 MiB", None);
        return None;
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        problems.error(START, "not-utf8", "the file is UTF-16, but an action must be UTF-8", fix());
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => {
            let message = "the file holds NUL bytes: it is binary, or UTF-16 without a mark";
            problems.error(START, "not-utf8", message, fix());
            None
        }
        Ok(text) => Some(strip(text)),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
            let line = good.matches('\n').count() + 1;
            let column = good.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let message = format!("byte {:#04x} here is not UTF-8", bytes[error.valid_up_to()]);
            problems.error(Place { line, column }, "not-utf8", message, fix());
            None
        }
    }
}

fn read_root(root: &Node, scope: Scope, problems: &mut Problems<'_>) -> Option<Action> {
    let stem = problems.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut fields = Fields::open("an action", root, problems)?;
    let id = read_id(&mut fields, &stem);
    let label = read_label(&mut fields);
    let description = fields.text("description").map(str::to_owned);
    let icon = read_icon(&mut fields);
    check_scope(&mut fields, scope);
    let tags = fields.texts("tags").into_iter().flatten().map(|(tag, _)| tag.to_owned()).collect();
    // Inputs come before whatever may name them.
    if let Some(node) = fields.take("inputs") {
        fields.problems.inputs = input::read(node, fields.problems);
    }
    let cwd = fields.text_node("cwd").map(|(cwd, node)| {
        placeholders_of(cwd, node, Reader::Folder, fields.problems);
        check_nul("cwd", cwd, node, fields.problems);
        if scope == Scope::Project && leads_outside(cwd) {
            let message = "this leads out of the project, for everybody who clones it";
            let fix = Some("name a folder of the repository".to_owned());
            fields.problems.warning(node.at, "cwd-outside", message, fix);
        }
        cwd.to_owned()
    });
    let env = fields.take("env").map(|node| read_env(node, fields.problems)).unwrap_or_default();
    let shell = fields.text_node("shell").map(|(shell, node)| {
        check_nul("shell", shell, node, fields.problems);
        shell.to_owned()
    });
    fields.problems.shells = ShellKind::that_may_read(shell.as_deref());
    let timeout = fields.limit("timeout", "a run that may take no time always fails");
    let claude = fields.take("claude").and_then(|node| claude::read(node, fields.problems));
    let closes = [("never", Close::Never), ("on_success", Close::OnSuccess), ("always", Close::Always)];
    let close = fields.choice("close", &closes).unwrap_or_default();
    let reuses = [("new", Reuse::New), ("reuse", Reuse::Reuse)];
    let terminal = fields.choice("terminal", &reuses).unwrap_or_default();
    let steps = fields.take("steps").map(|node| step::read(node, fields.problems));
    if !fields.took("steps") {
        fields.missing("steps");
    }
    let inputs = fields.problems.inputs.clone();
    fields.finish();
    Some(Action {
        id,
        label: label?,
        description,
        icon,
        tags,
        cwd,
        env,
        shell,
        inputs,
        timeout,
        claude,
        close,
        terminal,
        steps: steps?,
    })
}

fn read_id(fields: &mut Fields<'_, '_, '_>, stem: &str) -> String {
    let given = fields.text_node("id");
    let (id, at) = match given {
        Some((id, node)) => (id, node.at),
        None if fields.took("id") => return stem.to_owned(),
        None => (stem, START),
    };
    if !is_id(id) {
        let kebab = kebab(id);
        let (whose, fix) = if given.is_some() {
            let fix = if is_id(&kebab) {
                format!("call it `{kebab}`")
            } else {
                "use words like `run-tests`".into()
            };
            ("an id", fix)
        } else {
            let name = if is_id(&kebab) { kebab.as_str() } else { "run-tests" };
            ("the file's name is the id, and it", format!("name it like `{name}.yaml`, or give it an `id`"))
        };
        let id = super::visible(id);
        let message = if id.len() > MOST_ID {
            format!("{whose} must have at most {MOST_ID} characters, but has {}", id.chars().count())
        } else if is_reserved(&kebab) {
            format!("{whose} can't be `{id}`: file systems and the history keep this name for themselves")
        } else {
            format!("{whose} must be lower-case words with `-` between, but here is `{id}`")
        };
        fields.problems.error(at, "invalid-id", message, Some(fix));
    } else if id != stem && !is_numbered(stem, id) {
        let fix = Some(format!("name the file `{id}.yaml`"));
        let message = format!("the file is called `{}`, but its id is `{id}`", super::visible(stem));
        fields.problems.warning(at, "name-differs", message, fix);
    }
    id.to_owned()
}

/// Whether a file is called after its id and a number, because another file has the name alone.
fn is_numbered(stem: &str, id: &str) -> bool {
    let number = stem.strip_prefix(id).and_then(|rest| rest.strip_prefix('-'));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A text as kebab-case, as far as it goes.
pub(crate) fn kebab(text: &str) -> String {
    let mut kebab = String::new();
    for (at, c) in text.chars().enumerate() {
        if c.is_ascii_alphanumeric() {
            let starts_word = c.is_ascii_uppercase() && at > 0 && !kebab.is_empty() && !kebab.ends_with('-');
            if starts_word && text.chars().nth(at - 1).is_some_and(|c| c.is_ascii_lowercase()) {
                kebab.push('-');
            }
            kebab.push(c.to_ascii_lowercase());
        } else if !kebab.is_empty() && !kebab.ends_with('-') {
            kebab.push('-');
        }
    }
    kebab.trim_end_matches('-').to_owned()
}

fn read_label(fields: &mut Fields<'_, '_, '_>) -> Option<String> {
    let label = fields.text_node("label");
    let name = fields.text_node("name");
    if let (Some(_), Some((_, node))) = (label, name) {
        let fix = Some("remove `name`".to_owned());
        fields.problems.error(node.at, "duplicate-key", "`name` and `label` are the same key", fix);
    }
    let Some((text, node)) = label.or(name) else {
        if !fields.took("label") && !fields.took("name") {
            fields.missing("label");
        }
        return None;
    };
    if text.trim().is_empty() {
        fields.problems.error(node.at, "missing-key", "the label is empty", None);
    }
    Some(text.to_owned())
}

fn read_icon(fields: &mut Fields<'_, '_, '_>) -> String {
    let Some((name, node)) = fields.text_node("icon") else { return DEFAULT_ICON.to_owned() };
    icon::find(name).unwrap_or_else(|near| {
        let fix = near.map_or("see lucide.dev/icons".to_owned(), |near| format!("did you mean `{near}`?"));
        let message = format!("there is no icon `{}`; `{DEFAULT_ICON}` is shown", super::visible(name));
        fields.problems.warning(node.at, "unknown-icon", message, Some(fix));
        DEFAULT_ICON.to_owned()
    })
}

fn check_scope(fields: &mut Fields<'_, '_, '_>, scope: Scope) {
    let at = fields.place_of("scope");
    let Some(given) = fields.text("scope") else { return };
    let scope = format!("{scope:?}").to_lowercase();
    if given != scope {
        let message = format!("the file lies in a {scope} folder, and the folder decides");
        fields.problems.warning(at, "scope-differs", message, Some(format!("write `scope: {scope}`")));
    }
}

/// The system ends a text at its first NUL.
fn check_nul(key: &str, text: &str, node: &Node, problems: &mut Problems<'_>) {
    if text.contains('\0') {
        let message = format!("`{key}` holds a NUL, which no path and no variable can hold");
        problems.error(node.at, "wrong-type", message, None);
    }
}

fn read_env(node: &Node, problems: &mut Problems<'_>) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    let Kind::Map(pairs) = &node.kind else {
        let message = format!("`env` must be a mapping, but here is {}", node.describe());
        let fix = Some("write each variable as `NAME: value` on a line of its own, without `- `".to_owned());
        problems.error(node.at, "wrong-type", message, fix);
        return env;
    };
    for (key, value) in pairs {
        let name = key.scalar().map_or("", |(name, _)| name);
        if name.is_empty() || name.contains(['=', '\0']) {
            problems.error(key.at, "invalid-name", "this can't be a variable's name", None);
            continue;
        }
        let Some((text, _)) = value.scalar().filter(|(_, scalar)| *scalar != Scalar::Null) else {
            let message = format!("`{name}` must be a text, but here is {}", value.describe());
            let glued =
                name.split_once(':').map(|(name, value)| format!("write `{name}: {value}`, with a blank"));
            let fix = glued.or_else(|| problems.unquoted(value));
            problems.error(value.at, "wrong-type", message, fix);
            continue;
        };
        placeholders_of(text, value, Reader::Variable, problems);
        check_nul(name, text, value, problems);
        if env.insert(name.to_owned(), text.to_owned()).is_some() {
            let fix = Some("remove one of the two".to_owned());
            problems.error(key.at, "duplicate-key", format!("`{name}` stands here twice"), fix);
        }
    }
    env
}
