//! The same action under another id, for the user's folder; all else in its text stays as it was written, but for what
//! is put behind its label so that the two can be told apart.
//!
//! Text can be written in more ways than a change of it can know. What comes out is therefore read again by
//! our own reader, and only taken if it is the same action with no problem that it did not have before.

use std::path::Path;
use std::str::FromStr as _;

use crate::action::yaml::{self, Kind};
use crate::action::{Action, Problem, Scope, read, span_of};

/// A copy of an action's text for the file `path`, named after its id; none if it can't be made. Its label ends in
/// `suffix`, unless that is written in a way that can't be added to.
pub(super) fn copy(path: &Path, bytes: &[u8], id: &str, suffix: &str) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let (before, problems) = read(path, Scope::User, text.as_bytes());
    let good = |copy: &String| says_the_same(path, copy, id, before.as_ref(), &problems);
    let labelled = before.clone().filter(|_| !suffix.is_empty()).and_then(|mut named| {
        named.label.push_str(suffix);
        let copy = rewritten(text, id, suffix)?;
        says_the_same(path, &copy, id, Some(&named), &problems).then_some(copy)
    });
    let by_hand = labelled.or_else(|| rewritten(text, id, "").filter(good));
    let copy = by_hand.or_else(|| edited(text, id).filter(good));
    // What is broken is no action yet, but it is the user's text: the file's name is its id.
    copy.or_else(|| before.is_none().then(|| text.to_owned()))
}

fn says_the_same(path: &Path, copy: &str, id: &str, before: Option<&Action>, problems: &[Problem]) -> bool {
    let (after, now) = read(path, Scope::User, copy.as_bytes());
    let about_the_place = |problem: &Problem| matches!(&*problem.code, "scope-differs" | "name-differs");
    let same_action = match (before, &after) {
        (Some(before), Some(after)) => *after == Action { id: id.to_owned(), ..before.clone() },
        (None, None) => crate::action::id_of(path, copy.as_bytes()) == id,
        (None, Some(after)) => after.id == id,
        (Some(_), None) => false,
    };
    let known = |problem: &Problem| problems.iter().any(|other| other.code == problem.code);
    same_action && now.iter().all(|problem| known(problem) && !about_the_place(problem))
}

/// The text with its id and scope changed where they stand, and the label longer by `suffix`; with the id put before the
/// first key if it has none.
fn rewritten(text: &str, id: &str, suffix: &str) -> Option<String> {
    let mut changes: Vec<((usize, usize), String)> = Vec::new();
    let quoted = |(start, end): (usize, usize), word: &str| {
        let quote = text.chars().nth(start).filter(|c| matches!(c, '"' | '\''));
        let quote = quote.map(String::from).unwrap_or_default();
        ((start, end), format!("{quote}{word}{quote}"))
    };
    if let Some((start, end)) = span_of(text, "label").or_else(|| span_of(text, "name")) {
        let quoted = text.chars().nth(start).is_some_and(|c| matches!(c, '"' | '\''));
        let end = end - usize::from(quoted);
        changes.push(((end, end), suffix.to_owned()));
    }
    changes.extend(span_of(text, "scope").map(|span| quoted(span, "user")));
    if let Some(span) = span_of(text, "id") {
        changes.push(quoted(span, id));
    } else {
        let root = yaml::parse(text).ok()??;
        let Kind::Map(pairs) = &root.kind else { return None };
        let (first, _) = pairs.first()?;
        let start = first.span.0;
        let flow = text.chars().nth(root.span.0) == Some('{');
        let json = text.chars().nth(start) == Some('"');
        let key = if json { format!("\"id\": \"{id}\"") } else { format!("id: {id}") };
        let indent = " ".repeat(first.at.column - 1);
        let key = if flow { format!("{key}, ") } else { format!("{key}\n{indent}") };
        changes.push(((start, start), key));
    }
    let mut chars: Vec<char> = text.chars().collect();
    changes.sort_by_key(|((start, _), _)| std::cmp::Reverse(*start));
    for ((start, end), new) in changes {
        let _ = chars.splice(start..end.min(chars.len()), new.chars());
    }
    Some(chars.into_iter().collect())
}

/// The text changed by the editing library, which knows anchors and tags too.
fn edited(text: &str, id: &str) -> Option<String> {
    let file = yaml_edit::YamlFile::from_str(text).ok()?;
    let document = file.document()?;
    document.set("id", id);
    document.remove("scope");
    Some(file.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &str = "steps:\n  - write: \"ls\\r\"\n";

    fn copied(text: &str) -> String {
        let path = Path::new("my-flow.yaml");
        let copy = copy(path, text.as_bytes(), "my-flow", "").unwrap_or_else(|| panic!("no copy of {text}"));
        let (action, problems) = read(path, Scope::User, copy.as_bytes());
        assert_eq!(
            (action.map(|action| action.id).as_deref(), problems),
            (Some("my-flow"), vec![]),
            "{copy}"
        );
        copy
    }

    #[test]
    fn a_copy_keeps_comments_and_everything_else() {
        let same = |before: &str, after: &str| assert_eq!(copied(before), after);
        same(
            &format!("# é\nid: \"a\" # c\nlabel: A\n{STEPS}"),
            &format!("# é\nid: \"my-flow\" # c\nlabel: A\n{STEPS}"),
        );
        same(&format!("label: A\n{STEPS}"), &format!("id: my-flow\nlabel: A\n{STEPS}"));
        same(&format!("# c\n---\nlabel: A\n{STEPS}"), &format!("# c\n---\nid: my-flow\nlabel: A\n{STEPS}"));
        same(
            &format!("scope: project # here\nid: a\nlabel: A\n{STEPS}"),
            &format!("scope: user # here\nid: my-flow\nlabel: A\n{STEPS}"),
        );
        same(
            "{\"id\": \"flow\", \"label\": \"A\", \"steps\": [{\"write\": \"ls\\r\"}]}\n",
            "{\"id\": \"my-flow\", \"label\": \"A\", \"steps\": [{\"write\": \"ls\\r\"}]}\n",
        );
    }

    #[test]
    fn whatever_way_an_action_is_written_its_copy_is_good() {
        for text in [
            format!("%YAML 1.2\n---\nlabel: A\n{STEPS}"),
            format!("--- # c\nlabel: A\n{STEPS}...\n"),
            format!("\u{feff}label: A\n{STEPS}"),
            "{label: A, steps: [{write: \"ls\\r\"}]}\n".to_owned(),
            "--- {label: A, steps: [{write: \"ls\\r\"}]}\n".to_owned(),
            "{ # c\n  \"label\": \"A\", \"steps\": [{\"write\": \"ls\\r\"}]\n}".to_owned(),
            "  label: A\n  steps:\n    - write: \"ls\\r\"\n".to_owned(),
            format!("!!map\nlabel: A\n{STEPS}"),
            format!("label: A\nid: 'a'\nscope: 'project'\n{STEPS}"),
            format!("label: &x flow\nid: *x\n{STEPS}"),
            format!("label: A\nid: !!str a\n{STEPS}"),
            format!("label: A\r\n{}", STEPS.replace('\n', "\r\n")),
        ] {
            copied(&text);
        }
    }

    #[test]
    fn a_label_is_added_to_where_that_is_safe_and_else_stays() {
        let path = Path::new("my-flow.yaml");
        for (before, after) in [
            ("label: A flow # c\n", "label: A flow copy # c\n"),
            ("label: 'É'   # c\n", "label: 'É copy'   # c\n"),
            ("label: \"A\"\r\n", "label: \"A copy\"\r\n"),
            ("name: A\n", "name: A copy\n"),
            ("label: \"a\\tb\"\n", "label: \"a\\tb\"\n"),
            ("label: >-\n  A\n  b\n", "label: >-\n  A\n  b\n"),
            ("label: 'it''s'\n", "label: 'it''s'\n"),
        ] {
            let copy = copy(path, format!("{before}{STEPS}").as_bytes(), "my-flow", " copy");
            assert_eq!(copy.as_deref(), Some(&*format!("id: my-flow\n{after}{STEPS}")));
        }
    }

    #[test]
    fn what_is_broken_is_copied_as_it_is() {
        let path = Path::new("my-a.yaml");
        assert_eq!(copy(path, b"label: [", "my-a", " copy").as_deref(), Some("label: ["));
        let copied = copy(path, b"id: a\nlabel: A\n", "my-a", " copy");
        assert_eq!(copied.as_deref(), Some("id: my-a\nlabel: A\n"));
    }
}
