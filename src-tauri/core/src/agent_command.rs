//! The agent command builder: `claude …` as the action says it, plus the flags of its `claude:` block.
//!
//! Pure: the words of the line and the block in, the line to type out. The files that long prompts go
//! through are `prompt_file`'s; what a value may be is `values`'s.

mod flags;
mod prompt_file;
mod values;
mod words;

use std::io;
use std::path::PathBuf;

pub(crate) use prompt_file::{PromptFile, PromptFolder};
pub(crate) use values::Refusal;

use crate::action::template::{ValueAt, placeholder_at};
use crate::action::{Action, Claude, ShellKind};
use crate::step::Step;
use flags::{Arity, SUBCOMMANDS, arity, same, unbundled};
use values::{Given, Variable};
use words::{Line, Word};

/// Where the prompts of a `claude:` block stand on the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PromptFiles {
    /// The file with `systemPrompt`.
    pub system: Option<PathBuf>,
    /// The file with `appendSystemPrompt`.
    pub append: Option<PathBuf>,
}

/// How much of a line may stand in earlier steps than its end, in bytes. A file of many steps that never press Enter is
/// nobody's, and would be read over and over; behind a line of claude's that is longer, a value that could be a flag is
/// refused wherever it stands.
const LONGEST_UNSENT: usize = 1024;

/// Sees to it that no value becomes a flag or a command of claude's: one that could be gets `--` in front of it, and is
/// refused where that can't be. `written` is the action before its placeholders were filled.
pub(crate) fn keep_values(action: &mut Action, written: &Action, shell: ShellKind) -> Result<(), Refusal> {
    let filled = |(name, value): (&'_ String, &String)| {
        placeholder_at(written.env.get(name)?, 0)?;
        Some((name.clone(), value.starts_with('-')))
    };
    let mut filled: Vec<(String, bool)> = action.env.iter().filter_map(filled).collect();
    for step in &action.steps {
        if let Step::Write(write) = step {
            filled.extend(values::assigned(&write.content, &write.values));
        }
    }
    let variables: Vec<Variable<'_>> =
        filled.iter().map(|(name, dashed)| Variable { name, dashed: *dashed }).collect();
    // What was typed and is not sent yet, and whether that is of claude and more than is kept.
    let mut line = String::new();
    let mut overlong = false;
    for step in &mut action.steps {
        let Step::Write(write) = step else { continue };
        let typed = line.len();
        line.push_str(&write.content);
        let moved = |value: &ValueAt| ValueAt {
            range: value.range.start + typed..value.range.end + typed,
            placeholder: value.placeholder.clone(),
        };
        let values: Vec<ValueAt> = write.values.drain(..).map(|value| moved(&value)).collect();
        let given = Given { values: &values, variables: &variables };
        if overlong {
            given.refuse_unread(&line, typed, true)?;
        }
        let kept = given.kept(&line, shell)?;
        match (kept.strip_prefix(&line[..typed]), values.first()) {
            (Some(kept), _) => kept.clone_into(&mut write.content),
            // For what is typed already, `--` would come too late.
            (None, Some(value)) => return Err(Refusal::flag(&value.placeholder, None)),
            (None, None) => {}
        }
        let sent = words::sent(&kept);
        line.clear();
        overlong &= sent == 0;
        if kept.len() - sent <= LONGEST_UNSENT {
            line.push_str(&kept[sent..]);
        } else {
            overlong |= kept[sent..].contains("claude");
        }
    }
    Ok(())
}

/// Puts the block's flags into every step that starts `claude`, and its prompts into files.
///
/// The files are to live as long as the run's terminal: dropping them removes them.
pub(crate) fn prepare(
    action: &mut Action,
    shell: ShellKind,
    folder: impl FnOnce() -> io::Result<PromptFolder>,
) -> io::Result<Vec<PromptFile>> {
    let Some(claude) = action.claude.clone() else { return Ok(Vec::new()) };
    let starts_claude = |step: &Step| matches!(step, Step::Write(write) if applies(&write.content));
    if !action.steps.iter().any(starts_claude) {
        return Ok(Vec::new());
    }
    let mut written = Vec::new();
    let mut files = PromptFiles::default();
    if claude.system_prompt.is_some() || claude.append_system_prompt.is_some() {
        let folder = folder()?;
        let prompts =
            [(&claude.system_prompt, &mut files.system), (&claude.append_system_prompt, &mut files.append)];
        for (prompt, path) in prompts {
            let Some(prompt) = prompt else { continue };
            let file = folder.write(prompt)?;
            *path = Some(file.path().to_owned());
            written.push(file);
        }
    }
    add_flags(action, &claude, &files, shell);
    Ok(written)
}

/// Puts in the flags as [`prepare`] would, for people: no file is written, and each bears its key's name.
pub(crate) fn show_flags(action: &mut Action, shell: ShellKind, folder: &PromptFolder) {
    let Some(claude) = action.claude.clone() else { return };
    let named = |prompt: &Option<String>, key: &str| prompt.as_ref().map(|_| folder.path().join(key));
    let files = PromptFiles {
        system: named(&claude.system_prompt, "systemPrompt"),
        append: named(&claude.append_system_prompt, "appendSystemPrompt"),
    };
    add_flags(action, &claude, &files, shell);
}

fn add_flags(action: &mut Action, claude: &Claude, files: &PromptFiles, shell: ShellKind) {
    for step in &mut action.steps {
        if let Step::Write(write) = step {
            write.content = build(&write.content, claude, files, shell);
        }
    }
}

/// Whether content starts `claude`, so that the builder and the missing-program check apply.
#[must_use]
pub(crate) fn applies(content: &str) -> bool {
    words::after_claude(content).is_some()
}

/// The content with the block's flags behind `claude`; as it was if there is nothing to add.
#[must_use]
pub(crate) fn build(content: &str, claude: &Claude, files: &PromptFiles, shell: ShellKind) -> String {
    let Some(start) = words::after_claude(content) else { return content.to_owned() };
    let line = words::read(&content[start..], shell);
    let user = User::of(&line);
    if user.subcommand {
        return content.to_owned();
    }
    let ours = Ours::of(claude, files, &user);
    if ours.variadic.is_empty() && ours.plain.is_empty() {
        return content.to_owned();
    }
    let mut built = content[..start].to_owned();
    // A variadic flag swallows words up to the next flag. What follows ours is a plain flag of ours, a
    // flag of the user's, `--`, or the end; where none of these is sure, values are joined with `=`.
    let alone = line.words.is_empty() && line.readable;
    let ends = !ours.plain.is_empty() || user.first_is_flag || user.dashes.is_some() || alone;
    for (flag, values) in &ours.variadic {
        let (with_equals, loose): (Vec<&String>, Vec<&String>) =
            values.iter().partition(|value| !ends || value.starts_with('-'));
        for value in with_equals {
            push(&mut built, &shell.quote(&format!("{flag}={value}")));
        }
        if !loose.is_empty() {
            push(&mut built, flag);
            for value in loose {
                push(&mut built, &shell.quote(value));
            }
        }
    }
    for (flag, value) in &ours.plain {
        match value {
            // As a word of its own it would be taken for a flag.
            Some(value) if value.starts_with('-') => {
                push(&mut built, &shell.quote(&format!("{flag}={value}")));
            }
            Some(value) => {
                push(&mut built, flag);
                push(&mut built, &shell.quote(value));
            }
            None => push(&mut built, flag),
        }
    }
    match user.dashes {
        Some(at) => {
            built.push_str(&content[start..start + at]);
            built.push_str("-- ");
            built.push_str(&content[start + at..]);
        }
        None => built.push_str(&content[start..]),
    }
    built
}

fn push(line: &mut String, word: &str) {
    line.push(' ');
    line.push_str(word);
}

/// What the user's own words say.
#[derive(Debug, Default)]
struct User {
    /// The flags, as written and without `=value`.
    flags: Vec<String>,
    /// Whether flags would stand in front of a subcommand.
    subcommand: bool,
    /// Whether the first word is a flag.
    first_is_flag: bool,
    /// Where `--` belongs: in front of the first word that is neither a flag nor a flag's value.
    dashes: Option<usize>,
}

impl User {
    fn of(line: &Line) -> Self {
        let mut user =
            Self { first_is_flag: line.words.first().is_some_and(Word::is_flag), ..Self::default() };
        let mut words = line.words.iter().peekable();
        let mut known = true;
        while let Some(word) = words.next() {
            if word.text == "--" && word.is_flag() {
                break;
            }
            if !word.is_flag() {
                user.subcommand |= SUBCOMMANDS.contains(&word.text.as_str());
                // Flags may follow a prompt; they win over ours, and behind `--` they would be none.
                let later: Vec<String> = words
                    .by_ref()
                    .filter(|word| word.is_flag())
                    .map(Word::flag)
                    .flat_map(unbundled)
                    .collect();
                if known && later.is_empty() {
                    user.dashes = Some(word.at);
                }
                user.flags.extend(later);
                break;
            }
            let written = unbundled(word.flag());
            let has_value = word.text.contains('=');
            match written.last().and_then(|flag| arity(flag)) {
                None => known = false,
                Some(_) if has_value => {}
                Some(Arity::None) => {}
                Some(Arity::One) => {
                    words.next();
                }
                Some(Arity::Optional) => {
                    words.next_if(|word| !word.is_flag());
                }
                Some(Arity::Many) => {
                    words.next();
                    while words.next_if(|word| !word.is_flag()).is_some() {}
                }
            }
            user.flags.extend(written);
        }
        // What could not be read as words may still name flags.
        user.flags.extend(line.rest.split_whitespace().filter(|w| w.starts_with('-')).map(flags::name));
        user
    }

    fn wrote(&self, flag: &str) -> bool {
        self.flags.iter().any(|written| same(written, flag))
    }
}

/// What is added.
#[derive(Debug, Default)]
struct Ours {
    variadic: Vec<(&'static str, Vec<String>)>,
    plain: Vec<(&'static str, Option<String>)>,
}

impl Ours {
    fn of(claude: &Claude, files: &PromptFiles, user: &User) -> Self {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let tools = claude.tools.as_ref().map(|tools| vec![tools.clone()]);
        let variadic = [
            ("--add-dir", claude.add_dir.clone()),
            ("--allowedTools", claude.allowed_tools.clone()),
            ("--disallowedTools", claude.disallowed_tools.clone()),
            ("--mcp-config", claude.mcp_config.clone()),
            ("--tools", tools),
        ];
        let plain = [
            ("--model", claude.model.clone()),
            ("--system-prompt-file", path(&files.system)),
            ("--append-system-prompt-file", path(&files.append)),
            ("--permission-mode", claude.permission_mode.clone()),
            ("--settings", claude.settings.clone()),
            ("--resume", claude.resume.clone().filter(|session| !session.is_empty())),
            ("--session-id", claude.session_id.clone()),
            ("--effort", claude.effort.clone()),
        ];
        let wanted = |flag: &str| !user.wrote(flag);
        let mut ours = Self::default();
        let variadic = variadic.into_iter().filter(|(flag, _)| wanted(flag));
        ours.variadic = variadic.filter_map(|(flag, values)| Some((flag, values?))).collect();
        ours.variadic.retain(|(_, values)| !values.is_empty());
        let plain = plain.into_iter().filter(|(flag, _)| wanted(flag));
        ours.plain = plain.filter_map(|(flag, value)| Some((flag, Some(value?)))).collect();
        if let Some(turns) = claude.max_turns.filter(|_| user.wrote("--print") && wanted("--max-turns")) {
            ours.plain.push(("--max-turns", Some(turns.to_string())));
        }
        if claude.continue_session == Some(true) && wanted("--continue") {
            ours.plain.push(("--continue", None));
        }
        ours
    }
}

#[cfg(test)]
mod tests;
