//! Finds placeholders in text; what stands around them is `around`'s.
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

impl Placeholder<'_> {
    /// What stands between its braces: `inputs.name`.
    pub fn full_name(&self) -> String {
        let prefix = NAMESPACES.iter().find(|(_, namespace)| *namespace == self.namespace);
        format!("{}{}", prefix.map_or("", |(prefix, _)| prefix), self.name)
    }
}

/// All placeholders of a text, in order.
pub(crate) fn placeholders(text: &str) -> Vec<Placeholder<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(offset) = text[from..].find("{{ ") {
        let start = from + offset;
        match placeholder_at(text, start) {
            Some(placeholder) => {
                from = placeholder.range.end;
                found.push(placeholder);
            }
            None => from = start + 1,
        }
    }
    found
}

/// The placeholder that begins just there.
pub(crate) fn placeholder_at(text: &str, start: usize) -> Option<Placeholder<'_>> {
    let body = text[start..].strip_prefix("{{ ")?;
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
    let mut end = 0;
    for (start, _) in text.match_indices("{{") {
        // Looked for once only, however many beginnings share it.
        if end < start + 2 {
            let Some(length) = text[start + 2..].find("}}") else { break };
            end = start + 2 + length;
        }
        let whole = &text[start..end + 2];
        let body = text[start + 2..end].trim_start();
        let named = NAMESPACES.iter().any(|(prefix, _)| body.starts_with(prefix));
        if named && real.binary_search_by_key(&start, |placeholder| placeholder.range.start).is_err() {
            misses.push(whole);
        }
    }
    misses
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
