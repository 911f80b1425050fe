//! The contract as a page for people, made from the `OpenAPI` document: plain HTML, without scripts and without
//! anything from elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

/// What the page may load: nothing but its own style.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const STYLE: &str = include_str!("docs.css");
const INTRODUCTION: &str = include_str!("docs.html");

/// An operation with its way in.
struct Operation<'a> {
    id: &'a str,
    method: &'a str,
    path: &'a str,
    is: &'a Value,
}

/// The page.
pub(crate) fn page(document: &Value) -> String {
    let operations = operations(document);
    let mut groups: BTreeMap<&str, Vec<&Operation<'_>>> = BTreeMap::new();
    for operation in &operations {
        let noun = operation.id.split(':').next().unwrap_or_default();
        groups.entry(noun).or_default().push(operation);
    }
    let empty = Map::new();
    let schemas = document["components"]["schemas"].as_object().unwrap_or(&empty);
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>The door of AI Orchestrator</title>\
         <style>{STYLE}</style></head><body><nav aria-label=\"Contents\">"
    );
    for (noun, operations) in &groups {
        _ = write!(page, "<p>{}</p><ul>", text(noun));
        for Operation { id, .. } in operations {
            _ = write!(page, "<li><a href=\"#{0}\">{0}</a></li>", text(id));
        }
        page.push_str("</ul>");
    }
    _ = write!(page, "<p>Types</p><ul>");
    for name in schemas.keys() {
        _ = write!(page, "<li><a href=\"#{0}\">{0}</a></li>", text(name));
    }
    let version = document["info"]["version"].as_str().unwrap_or_default();
    _ = write!(page, "</ul></nav><main>{}", INTRODUCTION.replace("VERSION", &text(version)));
    for (noun, operations) in &groups {
        _ = write!(page, "<h2>{}</h2>", text(noun));
        for operation in operations {
            write_operation(&mut page, operation);
        }
    }
    page.push_str("<h2>Types</h2>");
    for (name, schema) in schemas {
        _ = write!(page, "<section class=\"operation\"><h3 id=\"{0}\">{0}</h3>", text(name));
        write_schema(&mut page, schema);
        page.push_str("</section>");
    }
    page.push_str("</main></body></html>\n");
    page
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, methods)| {
            methods.as_object().into_iter().flatten().filter_map(move |(method, is)| {
                Some(Operation { id: is["operationId"].as_str()?, method, path, is })
            })
        })
        .collect()
}

fn write_operation(page: &mut String, operation: &Operation<'_>) {
    let Operation { id, method, path, is } = operation;
    _ = write!(
        page,
        "<section class=\"operation\"><h3 id=\"{0}\">{0}</h3><p class=\"route\"><code><span class=\"method\">{1}\
         </span> {2}</code></p>",
        text(id),
        method.to_uppercase(),
        text(path)
    );
    for part in ["summary", "description"] {
        page.push_str(&paragraph(&is[part]));
    }
    let parameters = is["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        page.push_str("<table><tr><th>Parameter</th><th>Where</th><th>Type</th></tr>");
        for parameter in parameters {
            let needed =
                if parameter["required"] == true { "" } else { " <span class=\"soft\">optional</span>" };
            _ = write!(
                page,
                "<tr><td><code>{}</code>{needed}</td><td>{}</td><td>{}</td></tr>",
                words(&parameter["name"]),
                words(&parameter["in"]),
                kind(&parameter["schema"])
            );
        }
        page.push_str("</table>");
    }
    for (media, body) in is["requestBody"]["content"].as_object().into_iter().flatten() {
        _ = write!(page, "<p>Body ({}): {}</p>", text(media), kind(&body["schema"]));
    }
    for (status, answer) in is["responses"].as_object().into_iter().flatten() {
        let mut kinds =
            answer["content"].as_object().into_iter().flatten().map(|(_, body)| kind(&body["schema"]));
        let kind = kinds.next().unwrap_or_else(|| words(&answer["description"]));
        _ = write!(page, "<p>Answers {}: {kind}</p>", text(status));
    }
    page.push_str("</section>");
}

fn write_schema(page: &mut String, schema: &Value) {
    page.push_str(&paragraph(&schema["description"]));
    if let Some(names) = schema["enum"].as_array() {
        let names: Vec<String> = names.iter().map(|name| format!("<code>{}</code>", words(name))).collect();
        _ = write!(page, "<p>One of {}</p>", names.join(", "));
    }
    for one in schema["oneOf"].as_array().into_iter().flatten() {
        if one.get("properties").is_none() {
            page.push_str("<p>");
            page.push_str(&kind(one));
            page.push_str("</p>");
        }
        write_schema(page, one);
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
    page.push_str("<table><tr><th>Field</th><th>Type</th><th>What it is</th></tr>");
    for (name, is) in properties {
        let needed = required.iter().any(|one| *one == name);
        let optional = if needed { "" } else { " <span class=\"soft\">optional</span>" };
        let default = is.get("default").filter(|default| !default.is_null());
        let default = default.map_or_else(String::new, |default| {
            format!("<p class=\"soft\">Usually <code>{}</code></p>", text(&default.to_string()))
        });
        _ = write!(
            page,
            "<tr><td><code>{}</code>{optional}</td><td>{}</td><td>{}{default}</td></tr>",
            text(name),
            kind(is),
            paragraph(&is["description"])
        );
    }
    page.push_str("</table>");
}

/// A type in a few words, with a link where it has a name.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
        return format!("<a href=\"#{0}\">{0}</a>", text(name));
    }
    if let Some(any) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return any.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    if let Some(names) = schema["enum"].as_array() {
        return names
            .iter()
            .map(|name| format!("<code>\"{}\"</code>", words(name)))
            .collect::<Vec<_>>()
            .join(", ");
    }
    let named = |name: &str| match name {
        "array" => format!("list of {}", kind(&schema["items"])),
        "object" => match schema.get("additionalProperties").filter(|values| values.is_object()) {
            Some(values) => format!("map to {}", kind(values)),
            None => "object".to_owned(),
        },
        name => text(name),
    };
    match &schema["type"] {
        Value::String(name) => named(name),
        Value::Array(several) => {
            several.iter().filter_map(Value::as_str).map(named).collect::<Vec<_>>().join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

fn paragraph(value: &Value) -> String {
    let written = words(value);
    if written.is_empty() { written } else { format!("<p>{written}</p>") }
}

/// A text of the document with its `code` marked.
fn words(value: &Value) -> String {
    let plain = value.as_str().map_or_else(String::new, text);
    let parts = plain.split('`').enumerate();
    parts
        .map(|(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() })
        .collect()
}

fn text(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_and_type_is_on_the_page_and_nothing_is_loaded() {
        let document = serde_json::from_str(&crate::api::openapi()).unwrap();
        let page = super::page(&document);
        for operation in super::operations(&document) {
            assert!(page.contains(&format!("<h3 id=\"{}\">", operation.id)), "{}", operation.id);
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(page.contains(&format!("<h3 id=\"{name}\">")), "{name}");
        }
        // Every link leads to a place of the page, but for the one to the document itself.
        for link in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let there = link.strip_prefix('#').is_some_and(|id| page.contains(&format!("id=\"{id}\"")));
            assert!(there || link == "/openapi.json", "{link}");
        }
        assert!(!page.contains("<script") && !page.contains("src="));
    }
}
