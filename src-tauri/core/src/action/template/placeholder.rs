//! Finds placeholders in text, and tells what stands around them.
//!
//! Exactly `{{ NS.NAME }}` and `{{ NS.NAME | raw }}` are placeholders; all other text, other braces
//! included, is nobody's business.

use std::ops::Range;

/// Where a placeholder's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    Inputs,
    Project,
    Git,
    Env,
}

const NAMESPACES: [(&str, Namespace); 4] = [
    ("inputs.", Namespace::Inputs),
    ("project.", Namespace::Project),
    ("git.", Namespace::Git),
    ("env.", Namespace::Env),
];

/// One placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placeholder<'t> {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    pub namespace: Namespace,
    pub name: &'t str,
    /// Whether its value goes in without quotes.
    pub raw: bool,
}

/// All placeholders of a text, in order.
pub(crate) fn placeholders(text: &str) -> Vec<Placeholder<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(offset) = text[from..].find("{{ ") {
        let start = from + offset;
        match at(text, start) {
            Some(placeholder) => {
                from = placeholder.range.end;
                found.push(placeholder);
            }
            None => from = start + 1,
        }
    }
    found
}

fn at(text: &str, start: usize) -> Option<Placeholder<'_>> {
    let body = &text[start + 3..];
    let (prefix, namespace) = NAMESPACES.into_iter().find(|(prefix, _)| body.starts_with(prefix))?;
    let body = &body[prefix.len()..];
    let length =
        body.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(body.len());
    let (name, rest) = body.split_at(length);
    let raw = rest.starts_with(" | raw }}");
    if name.is_empty() || !(raw || rest.starts_with(" }}")) {
        return None;
    }
    let tail = if raw { " | raw }}".len() } else { " }}".len() };
    Some(Placeholder { range: start..start + 3 + prefix.len() + length + tail, namespace, name, raw })
}

/// Texts that were probably meant as placeholders and are none: `{{inputs.x}}`.
pub(crate) fn near_misses(text: &str) -> Vec<&str> {
    let real = placeholders(text);
    let mut misses = Vec::new();
    for (start, _) in text.match_indices("{{") {
        let Some(end) = text[start..].find("}}") else { break };
        let whole = &text[start..start + end + 2];
        let body = whole[2..whole.len() - 2].trim();
        let named = NAMESPACES.iter().any(|(prefix, _)| body.starts_with(prefix));
        if named && !real.iter().any(|placeholder| placeholder.range.start == start) {
            misses.push(whole);
        }
    }
    misses
}

/// The placeholders that a shell would read inside quotes, where a quoted value could break out.
///
/// Whether `#` begins a comment depends on the shell's settings, so both readings must be safe.
pub(crate) fn quoted<'t>(text: &'t str, found: &[Placeholder<'t>]) -> Vec<Placeholder<'t>> {
    let with = unsafe_places(text, found, true);
    let without = unsafe_places(text, found, false);
    found.iter().enumerate().filter(|(at, _)| with[*at] || without[*at]).map(|(_, p)| p.clone()).collect()
}

/// What a shell is inside of.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Single,
    /// `$'…'`, in which a backslash escapes.
    Ansi,
    Double,
    Backticks,
    Substitution(u32),
}

fn unsafe_places(text: &str, found: &[Placeholder<'_>], comments: bool) -> Vec<bool> {
    let bytes = text.as_bytes();
    let mut inside: Vec<Inside> = Vec::new();
    let mut heredoc = false;
    let mut places = vec![false; found.len()];
    let mut next = 0;
    let mut at = 0;
    while at < bytes.len() {
        if let Some(placeholder) = found.get(next)
            && placeholder.range.start == at
        {
            // After `\` or `$` the value's own first quote would be taken for something else.
            let glued = at > 0 && matches!(bytes[at - 1], b'$');
            places[next] = !placeholder.raw && (glued || heredoc || !inside.is_empty());
            at = placeholder.range.end;
            next += 1;
            continue;
        }
        let (byte, following) = (bytes[at], bytes.get(at + 1).copied());
        match (inside.last().copied(), byte) {
            (Some(Inside::Single | Inside::Ansi), b'\'')
            | (Some(Inside::Double), b'"')
            | (Some(Inside::Backticks), b'`') => {
                inside.pop();
            }
            (Some(Inside::Single), _) => {}
            (_, b'\\') => {
                // An escaped placeholder would lose its first quote.
                if found.get(next).is_some_and(|placeholder| placeholder.range.start == at + 1) {
                    places[next] = !found[next].raw;
                    at = found[next].range.end;
                    next += 1;
                    continue;
                }
                at += 1;
            }
            (Some(Inside::Ansi), _) => {}
            (_, b'`') => inside.push(Inside::Backticks),
            (_, b'$') if following == Some(b'(') => {
                inside.push(Inside::Substitution(1));
                at += 1;
            }
            (state, b'(') => {
                if let (Some(Inside::Substitution(_)), Some(Inside::Substitution(depth))) =
                    (state, inside.last_mut())
                {
                    *depth += 1;
                }
            }
            (Some(Inside::Substitution(depth)), b')') => {
                inside.pop();
                if depth > 1 {
                    inside.push(Inside::Substitution(depth - 1));
                }
            }
            (_, b'"') => inside.push(Inside::Double),
            (Some(Inside::Double), _) => {}
            (_, b'$') if following == Some(b'\'') => {
                inside.push(Inside::Ansi);
                at += 1;
            }
            (_, b'\'') => inside.push(Inside::Single),
            (_, b'<') if following == Some(b'<') => {
                // A here-document's text is expanded whatever quotes stand in it; `<<<` is harmless.
                if bytes.get(at + 2) == Some(&b'<') {
                    at += 2;
                } else {
                    heredoc = true;
                }
            }
            (_, b'#')
                if comments && (at == 0 || bytes[at - 1].is_ascii_whitespace() || bytes[at - 1] == b';') =>
            {
                while at + 1 < bytes.len() && !matches!(bytes[at + 1], b'\n' | b'\r') {
                    if let Some(placeholder) = found.get(next)
                        && placeholder.range.start == at + 1
                    {
                        at = placeholder.range.end - 1;
                        next += 1;
                    } else {
                        at += 1;
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted_names(text: &str) -> Vec<&str> {
        quoted(text, &placeholders(text)).into_iter().map(|placeholder| placeholder.name).collect()
    }

    #[test]
    fn only_the_exact_form_is_a_placeholder() {
        let names = |text| placeholders(text).iter().map(|p| (p.name, p.raw)).collect::<Vec<_>>();
        assert_eq!(names("a {{ inputs.x }} {{ git.branch | raw }}"), [("x", false), ("branch", true)]);
        for text in [
            "{{inputs.x}}",
            "{{  inputs.x }}",
            "{{ inputs.x | RAW }}",
            "{{ inputs. }}",
            "{{ other.x }}",
            "{{.Names}}",
            "${#x} {% {# {{arg}} {{ inputs.x }",
        ] {
            assert!(placeholders(text).is_empty(), "{text}");
        }
        assert_eq!(names("{{ {{ inputs.x }}"), [("x", false)]);
    }

    #[test]
    fn a_near_miss_is_seen() {
        assert_eq!(near_misses("{{inputs.x}} {{ inputs.y }} {{.Names}}"), ["{{inputs.x}}"]);
    }

    #[test]
    fn every_kind_of_quote_is_seen() {
        for text in [
            "echo '{{ inputs.x }}'",
            "echo \"{{ inputs.x }}\"",
            "echo \"it's {{ inputs.x }}\"",
            "echo `echo {{ inputs.x }}`",
            "echo $(echo {{ inputs.x }})",
            "echo $(f (a) {{ inputs.x }})",
            "echo \"$(echo {{ inputs.x }})\"",
            "echo $'a\\'{{ inputs.x }}'",
            "echo \\{{ inputs.x }}",
            "echo ${{ inputs.x }}",
            "cat <<EOF\n{{ inputs.x }}\nEOF",
            "# it's\necho '{{ inputs.x }}'",
            "# it's\r echo {{ inputs.x }} '",
        ] {
            assert_eq!(quoted_names(text), ["x"], "{text}");
        }
    }

    #[test]
    fn outside_of_quotes_all_is_well() {
        for text in [
            "echo {{ inputs.x }}",
            "echo 'a'{{ inputs.x }}\"b\"",
            "echo --x={{ inputs.x }}",
            "echo \\'{{ inputs.x }}",
            "echo $(date) {{ inputs.x }}",
            "(cd {{ inputs.x }} && ls)",
            "cat <<<{{ inputs.x }}",
            "python -c '{{ inputs.x | raw }}'",
            "echo ${#x} {{ inputs.x }}",
        ] {
            assert!(quoted_names(text).is_empty(), "{text}");
        }
    }
}
