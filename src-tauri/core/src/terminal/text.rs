//! From a terminal's bytes to the text that a person would say it printed, and the shell's marks.
//!
//! Carries its state across reads. The screen is `screen.rs`; whose text it is (echo) is `echo.rs`.

use vte::{Params, Perform};

/// What the shell says about itself (OSC 133 with our id, OSC 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `A`: the prompt begins.
    Prompt,
    /// `B`: the prompt is over; a line is edited.
    Editor,
    /// `C`: a command begins; what follows is output.
    Output {
        /// The command, where the shell says it (`cmdline_url`).
        command: Option<String>,
    },
    /// `D`: the command has ended.
    Done {
        /// Its exit code.
        code: Option<i32>,
    },
    /// OSC 7: the shell's folder.
    Cwd(String),
    /// The history was cleared (`CSI 3 J`, `RIS`).
    Cleared,
}

/// Takes bytes in, gives text and marks out.
pub struct TextReader {
    parser: vte::Parser,
    writer: TextWriter,
}

/// What came out of some bytes: text without escape sequences, and the marks in their order.
#[derive(Debug, Default)]
pub struct Read {
    /// The text, UTF-8; what the line editor draws is not in it.
    pub text: Vec<u8>,
    /// The marks.
    pub marks: Vec<Mark>,
}

impl TextReader {
    /// A reader that believes marks with this id only.
    #[must_use]
    pub fn new(aid: String) -> Self {
        Self {
            parser: vte::Parser::new(),
            writer: TextWriter { aid, read: Read::default(), editor: false, held_cr: false },
        }
    }

    /// Reads more bytes. What it gives stands until the next call.
    pub fn advance(&mut self, bytes: &[u8]) -> &mut Read {
        self.writer.read.text.clear();
        self.writer.read.marks.clear();
        self.parser.advance(&mut self.writer, bytes);
        &mut self.writer.read
    }

    /// Whether the shell's line editor has the terminal now.
    #[must_use]
    pub fn in_editor(&self) -> bool {
        self.writer.editor
    }
}

struct TextWriter {
    aid: String,
    read: Read,
    editor: bool,
    /// A CR whose meaning depends on whether an LF follows.
    held_cr: bool,
}

/// `CSI n C` over more columns than any terminal has is noise.
const MAX_BLANKS: u16 = 1000;

impl TextWriter {
    fn flush_cr(&mut self) {
        if std::mem::take(&mut self.held_cr) {
            self.read.text.push(b'\n');
        }
    }

    fn mark(&mut self, params: &[&[u8]]) {
        let ours = params.iter().any(|param| param.strip_prefix(b"aid=") == Some(self.aid.as_bytes()));
        if !ours {
            return;
        }
        let kernel = params.contains(&&b"editor=kernel"[..]);
        let mark = match params.get(1) {
            // While a line is edited, a prompt is only drawn anew.
            Some(&b"A" | &b"B") if self.editor => return,
            Some(&b"A") => Mark::Prompt,
            Some(&b"B") => Mark::Editor,
            Some(&b"C") => Mark::Output { command: params.iter().find_map(|param| command_of(param)) },
            Some(&b"D") => Mark::Done { code: params.get(2).and_then(|code| number(code)) },
            _ => return,
        };
        // What the kernel's own editor draws is its echo, which is taken out by other means.
        let was_editing = std::mem::replace(&mut self.editor, mark == Mark::Editor && !kernel);
        if was_editing && matches!(mark, Mark::Output { .. }) {
            // The Enter is the editor's; output begins on a line of its own.
            self.read.text.push(b'\n');
        }
        self.held_cr = false;
        self.read.marks.push(mark);
    }
}

impl Perform for TextWriter {
    fn print(&mut self, c: char) {
        if self.editor {
            return;
        }
        self.flush_cr();
        self.read.text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn execute(&mut self, byte: u8) {
        if self.editor {
            return;
        }
        match byte {
            b'\r' => self.held_cr = true,
            b'\n' => {
                self.held_cr = false;
                self.read.text.push(b'\n');
            }
            b'\t' => {
                self.flush_cr();
                self.read.text.push(b'\t');
            }
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _ignore: bool, action: char) {
        if !intermediates.is_empty() {
            return;
        }
        let first = params.iter().next().and_then(|param| param.first().copied()).unwrap_or(0);
        match action {
            'C' if !self.editor => {
                self.flush_cr();
                let blanks = usize::from(first.clamp(1, MAX_BLANKS));
                self.read.text.resize(self.read.text.len() + blanks, b' ');
            }
            'J' if first == 3 => self.read.marks.push(Mark::Cleared),
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _ignore: bool, byte: u8) {
        if intermediates.is_empty() && byte == b'c' {
            self.read.marks.push(Mark::Cleared);
        }
    }

    fn osc_dispatch(&mut self, params: &[&[u8]], _bell_terminated: bool) {
        match params.first() {
            Some(&b"133") => self.mark(params),
            Some(&b"7") => {
                if let Some(path) = params.get(1).and_then(|url| path_of(url)) {
                    self.read.marks.push(Mark::Cwd(path));
                }
            }
            _ => {}
        }
    }
}

fn number(digits: &[u8]) -> Option<i32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The path in a `file://host/path` URL.
fn path_of(url: &[u8]) -> Option<String> {
    let rest = url.strip_prefix(b"file://")?;
    percent_decoded(&rest[rest.iter().position(|&byte| byte == b'/')?..])
}

fn command_of(param: &[u8]) -> Option<String> {
    percent_decoded(param.strip_prefix(b"cmdline_url=")?).filter(|command| !command.is_empty())
}

fn percent_decoded(text: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        if byte == b'%' {
            let hex = [*bytes.next()?, *bytes.next()?];
            decoded.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(reads: &[&str]) -> String {
        let mut reader = TextReader::new("id".into());
        let mut text = Vec::new();
        for read in reads {
            text.extend_from_slice(&reader.advance(read.as_bytes()).text);
        }
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn escape_sequences_leave_no_text() {
        assert_eq!(text(&["\x1b[1;32mgreen\x1b[0m \x1b]0;title\x07done"]), "green done");
        assert_eq!(text(&["\x1b[1;3", "2mgreen\x1b", "[0m"]), "green");
    }

    #[test]
    fn line_ends_read_as_one_newline() {
        assert_eq!(text(&["a\r\nb\nc"]), "a\nb\nc");
        assert_eq!(text(&["10%\r20%\r\r\n"]), "10%\n20%\n");
        assert_eq!(text(&["a\r", "\nb"]), "a\nb");
    }

    #[test]
    fn moving_right_reads_as_blanks() {
        assert_eq!(text(&["a\x1b[3Cb\x1b[Cc"]), "a   b c");
    }

    #[test]
    fn what_the_line_editor_draws_is_not_output() {
        let screen = "\x1b]133;A;aid=id\x07$ \x1b]133;B;aid=id\x07echo hi\r\n\x1b]133;C;aid=id\x07hi\r\n";
        assert_eq!(text(&[screen]), "$ \nhi\n");
    }

    #[test]
    fn marks_of_others_change_nothing() {
        let mut reader = TextReader::new("id".into());
        let read = reader.advance(b"\x1b]133;B\x07x\x1b]133;B;aid=other\x07y\x1b]133;D;3;aid=id\x07");
        assert_eq!(read.text, b"xy");
        assert_eq!(read.marks, [Mark::Done { code: Some(3) }]);
    }

    #[test]
    fn a_prompt_that_is_drawn_anew_is_no_new_prompt() {
        let mut reader = TextReader::new("id".into());
        let prompt = b"\x1b]133;A;aid=id\x07$ \x1b]133;B;aid=id\x07";
        reader.advance(prompt);
        let read = reader.advance(prompt);
        assert_eq!((read.text.as_slice(), read.marks.as_slice()), (&b""[..], &[][..]));
        let read = reader.advance(b"\x1b]133;C;aid=id;cmdline_url=ls%20-l\x07");
        assert_eq!(read.marks, [Mark::Output { command: Some("ls -l".into()) }]);
    }

    #[test]
    fn the_kernel_s_editor_leaves_the_text_to_the_echo_rule() {
        let mut reader = TextReader::new("id".into());
        let read = reader.advance(b"$ \x1b]133;B;aid=id;editor=kernel\x07ls\r\n");
        assert_eq!((read.text.as_slice(), read.marks.as_slice()), (&b"$ ls\n"[..], &[Mark::Editor][..]));
    }

    #[test]
    fn a_folder_is_decoded() {
        let mut reader = TextReader::new("id".into());
        let read = reader.advance("\x1b]7;file://host/tmp/a%20b/\u{fc}\x1b\\".as_bytes());
        assert_eq!(read.marks, [Mark::Cwd("/tmp/a b/ü".into())]);
    }
}
