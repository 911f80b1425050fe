//! What is looked at in texts with placeholders, at load: names, quotes, secrets.

use super::fields::{Problems, list, nearest};
use super::template::{
    Around, GIT_NAMES, Namespace, PROJECT_NAMES, Placeholder, Typed, near_misses, placeholders,
};
use super::yaml::{Node, Place};
use super::{Input, InputType};

/// Who reads a text with placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The terminal's shell.
    Shell,
    /// The matcher.
    Pattern,
    /// The system: a folder.
    Folder,
    /// The system: a variable.
    Variable,
}

/// Of more faults than these nobody reads, and each has to be looked for in the file.
const MOST_TOLD: usize = 20;

/// Reports what is wrong with the placeholders of one text.
pub(crate) fn placeholders_of(text: &str, node: &Node, reader: Reader, problems: &mut Problems<'_>) {
    let found = placeholders(text);
    for placeholder in &found {
        // So many errors refuse the file, whatever else is in it; warnings do not.
        if problems.found.len() >= MOST_TOLD && errors(problems) >= MOST_TOLD {
            return;
        }
        let whole = &text[placeholder.range.clone()];
        let inputs = std::mem::take(&mut problems.inputs);
        let known: Vec<&str> = match placeholder.namespace {
            Namespace::Inputs => inputs.iter().map(|input| input.id.as_str()).collect(),
            Namespace::Project => PROJECT_NAMES.to_vec(),
            Namespace::Git => GIT_NAMES.to_vec(),
            Namespace::Env => vec![placeholder.name],
        };
        if !known.contains(&placeholder.name) {
            let fix = match nearest(placeholder.name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", list(all_known(&inputs).iter().map(String::as_str))),
            };
            let message = format!("`{whole}` names nothing that is known");
            let at = place_of(text, placeholder, node, problems);
            problems.error(at, "unknown-placeholder", message, Some(fix));
        }
        if is_secret(&inputs, placeholder.name)
            && placeholder.namespace == Namespace::Inputs
            && matches!(reader, Reader::Pattern | Reader::Folder)
        {
            let message = format!("the secret `{}` would be seen here", placeholder.name);
            let fix = Some("a secret may stand in `env`, or in what is typed while echo is off".into());
            let at = place_of(text, placeholder, node, problems);
            problems.error(at, "misplaced-secret", message, fix);
        }
        problems.inputs = inputs;
    }
    if reader == Reader::Shell {
        let unfit = problems.typed.then(text, &found, problems.shells);
        let by_itself =
            if unfit.is_empty() { Vec::new() } else { Typed::default().then(text, &found, problems.shells) };
        for (placeholder, around) in unfit.into_iter().take(MOST_TOLD) {
            let at = place_of(text, &placeholder, node, problems);
            let whole = &text[placeholder.range.clone()];
            let (mut message, mut fix) =
                (format!("`{whole}` stands {}", around.why()), around.fix().to_owned());
            if !by_itself.iter().any(|(other, _)| other.range == placeholder.range) {
                message.push_str(&left_open_by(problems.opened.as_ref(), around));
                let name = placeholder.full_name();
                fix = format!(
                    "if no shell reads this but a program that runs by then, such as an agent, write \
                     `{{{{ {name} | raw }}}}`; else end there what begins there, or press Ctrl+C before this step: \
                     `- write: \"\\x03\"`"
                );
            }
            problems.error(at, "placeholder-in-quotes", message, Some(fix));
        }
        if let Some(recall) = problems.typed.recall() {
            let sign = if text[recall..].starts_with('^') { "^" } else { "!" };
            let count = text[..recall].matches(sign).count();
            let at = problems.nth_inside(node, sign, count);
            let message = format!(
                "`{sign}` calls back an earlier line, and with it a value: inside other quotes it could run as a command"
            );
            problems.error(at, "placeholder-in-quotes", message, Some(Around::Recall.fix().to_owned()));
        }
        if !problems.typed.is_open() {
            problems.opened = None;
        } else if problems.opened.is_none() {
            problems.opened = Some((node.at, text.to_owned()));
        }
    }
    let room = MOST_TOLD.saturating_sub(problems.found.len());
    for miss in near_misses(text).into_iter().take(room) {
        let message = format!("`{miss}` is no placeholder and stays as it is");
        let fix = Some("write it as `{{ inputs.name }}`, with one blank on each side".into());
        problems.warning(problems.inside(node, miss), "not-a-placeholder", message, fix);
    }
}

/// Every name that a placeholder may have here.
fn all_known(inputs: &[Input]) -> Vec<String> {
    let inputs = inputs.iter().map(|input| format!("inputs.{}", input.id));
    let project = PROJECT_NAMES.iter().map(|name| format!("project.{name}"));
    let git = GIT_NAMES.iter().map(|name| format!("git.{name}"));
    inputs.chain(project).chain(git).chain(["env.NAME".to_owned()]).collect()
}

/// Which earlier step it is that leaves a shell inside of something, and in prose, which word.
fn left_open_by(opened: Option<&(Place, String)>, around: Around) -> String {
    let Some((at, text)) = opened else {
        return "; that is how an earlier `write` step leaves it".to_owned();
    };
    let line = at.line;
    let in_word = |word: &&str| {
        let inside = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'');
        inside.contains('\'') && !inside.starts_with('\'') && !inside.ends_with('\'') && inside.len() <= 30
    };
    match text.split_whitespace().find(in_word).filter(|_| around == Around::Quotes) {
        Some(word) => {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            format!("; to a shell, the apostrophe of `{}` on line {line} begins them", super::visible(word))
        }
        None => format!("; that is how the `write` step on line {line} leaves it"),
    }
}

fn errors(problems: &Problems<'_>) -> usize {
    problems.found.iter().filter(|problem| problem.is_error()).count()
}

/// Where this very placeholder stands in the file, and not another one that reads the same.
fn place_of(text: &str, placeholder: &Placeholder<'_>, node: &Node, problems: &Problems<'_>) -> Place {
    let whole = &text[placeholder.range.clone()];
    problems.nth_inside(node, whole, text[..placeholder.range.start].matches(whole).count())
}

fn is_secret(inputs: &[Input], name: &str) -> bool {
    inputs.iter().any(|input| input.id == name && input.kind == InputType::Secret)
}
