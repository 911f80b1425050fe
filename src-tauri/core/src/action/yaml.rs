//! YAML text → a tree in which every value knows its place.
//!
//! Only syntax is judged here; what the values mean is `document`'s.

mod outline;

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

/// Why it is no YAML: as an outline of the lines tells it, else in the parser's words turned into plainer ones.
fn syntax_fault(text: &str, mark: Marker, info: &str) -> Fault {
    let at = place(mark);
    if info == "recursion limit exceeded" {
        let message = "values stand too deep in each other".into();
        return Fault { code: "too-deep", at, message, fix: None };
    }
    // What the outline finds far behind the parser's place is something else.
    if let Some(fault) = outline::fault(text).filter(|fault| fault.at.line <= at.line + 1) {
        return fault;
    }
    let (message, fix) = in_plain_words(info);
    Fault { code: "not-yaml", at, message, fix: fix.map(str::to_owned) }
}

/// What the parser says, and perhaps a fix.
fn in_plain_words(info: &str) -> (String, Option<&'static str>) {
    const QUOTES: &str = "put quotes around it if it belongs to a text";
    const INDENT: &str = "check the indent of this line and of the one above";
    let (message, fix) = match info {
        "while parsing node, found unknown anchor" => (
            "no `&` anchor has the name that this `*` alias asks for",
            "put quotes around it if it is a text that begins with `*`",
        ),
        "while scanning an anchor or alias, did not find expected alphabetic or numeric character" => {
            ("a name is missing behind this `&` or `*`", "put quotes around a text that begins with it")
        }
        "':' must be followed by a valid YAML whitespace" => {
            ("a tab stands behind this `:`", "put a blank there")
        }
        "':' may not precede any of `[{` in flow mapping" => {
            ("a blank is missing behind this `:`", "put one there")
        }
        "mapping values are not allowed in this context" | "illegal placement of ':' indicator" => (
            "a `:` can't stand here",
            "check the indent of this line, or put quotes around a text that holds `: `",
        ),
        "\"-\" is only valid inside a block" => ("a `- ` can't stand inside brackets", QUOTES),
        "block sequence entries are not allowed in this context" => {
            ("a list item can't begin here", "begin it on a line of its own")
        }
        "while parsing a block collection, did not find expected '-' indicator" => {
            ("a list item beginning with `- ` was expected here", INDENT)
        }
        "while parsing a block mapping, did not find expected key"
        | "simple key expect ':'"
        | "simple key expected" => ("a `key: value` was expected here", INDENT),
        "invalid indentation"
        | "invalid indentation in flow construct"
        | "invalid indentation in quoted scalar" => {
            ("this line is not indented deeper than the key whose value it goes on with", INDENT)
        }
        "comments must be separated from other tokens by whitespace" => {
            ("a blank is missing in front of this `#`", QUOTES)
        }
        "invalid trailing content after double-quoted scalar" => (
            "a text in quotes ends here, but more stands behind it",
            "remove it, or put all of it into the quotes",
        ),
        "while scanning a quoted scalar, found unexpected end of stream" | "unexpected eof" => {
            ("the quote or bracket that opens here is never closed", QUOTES)
        }
        "misplaced bracket" => ("this bracket closes nothing", QUOTES),
        "while parsing a flow mapping, did not find expected ',' or '}'"
        | "while parsing a flow sequence, expected ',' or ']'" => {
            ("a `,` or the closing bracket is missing in front of this", QUOTES)
        }
        "while parsing a node, did not find expected node content" => ("a value is missing here", QUOTES),
        "while scanning a block scalar, did not find expected comment or line break" => {
            ("behind `|` and `>` the text begins on the next line", QUOTES)
        }
        "while scanning a block scalar, found an indentation indicator equal to 0" => {
            ("the number behind `|` or `>` can't be 0", "leave it out")
        }
        "found unprintable character" => ("a character stands here that no text may hold", "remove it"),
        other => return (format!("this is no YAML: {other}"), None),
    };
    (message.to_owned(), Some(fix))
}
