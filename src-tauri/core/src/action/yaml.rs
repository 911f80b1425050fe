//! YAML text → a tree in which every value knows its place.
//!
//! Only syntax is judged here; what the values mean is `document`'s.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

/// How many values a file may hold once its aliases are written out.
const MOST_NODES: usize = 20_000;
/// How deep values may stand in each other.
const DEEPEST: usize = 64;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub at: Place,
    /// Characters from the file's start to the value's start and end.
    pub span: (usize, usize),
    pub kind: Kind,
    /// How many nodes this one is made of, itself included.
    weight: usize,
}

/// A line and a column, both counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub line: usize,
    pub column: usize,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Scalar { text: String, style: ScalarStyle },
    List(Vec<Arc<Node>>),
    Map(Vec<(Arc<Node>, Arc<Node>)>),
}

/// Why a text is no tree: a code, a place, a message and perhaps a fix.
#[derive(Debug)]
pub(crate) struct Fault {
    pub code: &'static str,
    pub at: Place,
    pub message: String,
    pub fix: Option<String>,
}

/// Reads one document; `None` is an empty one.
pub(crate) fn parse(text: &str) -> Result<Option<Arc<Node>>, Fault> {
    let mut tree = Tree::default();
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| syntax_fault(text, *error.marker(), error.info()))?;
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    let message = "a file holds one action, but here a second document begins".into();
                    let fix = Some("move what follows `---` to a file of its own".into());
                    return Err(Fault { code: "many-documents", at: place(span.start), message, fix });
                }
            }
            other => tree.take(other, span)?,
        }
    }
    Ok(tree.root)
}

/// Grows the tree from the parser's events.
#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    anchors: HashMap<usize, Arc<Node>>,
    total: usize,
    root: Option<Arc<Node>>,
}

/// A list or mapping whose end has not come yet.
struct Open {
    at: Place,
    start: usize,
    anchor: usize,
    map: bool,
    children: Vec<Arc<Node>>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let at = place(span.start);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let kind = Kind::Scalar { text: text.into_owned(), style };
                let span = (span.start.index(), span.end.index());
                self.count(1, at)?;
                self.put(Arc::new(Node { at, span, kind, weight: 1 }), anchor);
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                if self.open.len() >= DEEPEST {
                    let message = format!("values stand more than {DEEPEST} levels deep in each other");
                    return Err(Fault { code: "too-deep", at, message, fix: None });
                }
                let map = matches!(event, Event::MappingStart(..));
                let start = span.start.index();
                self.count(1, at)?;
                self.open.push(Open { at, start, anchor, map, children: Vec::new() });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let anchor = open.anchor;
                    self.put(Arc::new(open.close(span.end.index())), anchor);
                }
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    let message = "this alias stands inside the value it names".into();
                    return Err(Fault { code: "alias-bomb", at, message, fix: None });
                };
                // The alias stands at its own place, with the anchor's value.
                let node = Arc::new(Node { at, ..Node::clone(node) });
                self.count(node.weight, at)?;
                self.put(node, 0);
            }
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, node: Arc<Node>, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, Arc::clone(&node));
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => self.root = Some(node),
        }
    }

    /// Aliases count as often as they stand there, so that a few lines can't unfold to gigabytes.
    fn count(&mut self, nodes: usize, at: Place) -> Result<(), Fault> {
        self.total += nodes;
        if self.total <= MOST_NODES {
            return Ok(());
        }
        let message = format!("the file unfolds to more than {MOST_NODES} values");
        Err(Fault { code: "alias-bomb", at, message, fix: None })
    }
}

impl Open {
    fn close(self, end: usize) -> Node {
        let weight = 1 + self.children.iter().map(|child| child.weight).sum::<usize>();
        let kind = if self.map {
            let mut pairs = Vec::with_capacity(self.children.len() / 2);
            let mut children = self.children.into_iter();
            while let (Some(key), Some(value)) = (children.next(), children.next()) {
                pairs.push((key, value));
            }
            Kind::Map(pairs)
        } else {
            Kind::List(self.children)
        };
        Node { at: self.at, span: (self.start, end), kind, weight }
    }
}

fn place(mark: Marker) -> Place {
    Place { line: mark.line(), column: mark.col() + 1 }
}

/// The parser's own words, turned into ones that say what to do.
fn syntax_fault(text: &str, mark: Marker, info: &str) -> Fault {
    let at = place(mark);
    if let Some(at) = tab_indent(text, at.line) {
        let message = "a tab stands where YAML wants blanks".into();
        let fix = Some("indent with blanks; tabs are not allowed there".into());
        return Fault { code: "tab-indent", at, message, fix };
    }
    if info == "recursion limit exceeded" {
        let message = "values stand too deep in each other".into();
        return Fault { code: "too-deep", at, message, fix: None };
    }
    let (message, fix) = match info {
        "mapping values are not allowed in this context" => (
            "a `:` is not allowed here",
            Some("check the indent of this line, or put quotes around a text that holds `: `"),
        ),
        "while parsing a block mapping, did not find expected key"
        | "simple key expect ':'"
        | "simple key expected" => (
            "a `key: value` was expected here",
            Some("check that this line is indented like the keys around it and that no `:` is missing"),
        ),
        "while parsing a block collection, did not find expected '-' indicator" => {
            ("a list item beginning with `- ` was expected here", Some("check the indent of this line"))
        }
        "invalid indentation"
        | "wrongly indented line in block scalar"
        | "invalid indentation in quoted scalar" => {
            ("this line's indent fits nothing above it", Some("indent it like its neighbours"))
        }
        "while scanning a quoted scalar, found unexpected end of stream" | "unexpected eof" => {
            ("a quote or bracket that was opened is never closed", None)
        }
        "while parsing a quoted scalar, found unknown escape character" => (
            "this escape is unknown inside double quotes",
            Some(r"write `\\` for a backslash, or use single quotes for a pattern"),
        ),
        "while parsing a flow mapping, did not find expected ',' or '}'" => {
            ("a `,` or `}` is missing here", None)
        }
        "while parsing a flow sequence, expected ',' or ']'" => ("a `,` or `]` is missing here", None),
        "while parsing a node, did not find expected node content" => {
            ("a value or the bracket's end is missing here", None)
        }
        "while parsing node, found unknown anchor" => ("this alias names an anchor that is not there", None),
        other => (other, None),
    };
    Fault { code: "not-yaml", at, message: message.to_owned(), fix: fix.map(str::to_owned) }
}

/// The first tab in a line's indent, looked for on the line of the error and those beside it.
fn tab_indent(text: &str, line: usize) -> Option<Place> {
    for number in [line, line.saturating_sub(1), line + 1] {
        let Some(content) = number.checked_sub(1).and_then(|index| text.lines().nth(index)) else { continue };
        let indent = content.chars().take_while(|&c| c == ' ' || c == '\t');
        if let Some(column) = indent.clone().position(|c| c == '\t') {
            return Some(Place { line: number, column: column + 1 });
        }
    }
    None
}
