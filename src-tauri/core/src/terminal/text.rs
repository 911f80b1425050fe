//! From a terminal's bytes to the text that a person would say it printed, and what else is in them.
//!
//! Carries its state across reads. The screen is `screen.rs`; whose text it is (echo) is `echo.rs`.

use vte::{Params, Perform};

use super::characters::{cut_character, push_characters};
use super::dialect::{self, Paraphrase, Words};
use super::echo;
use super::marks::Mark;
use super::modes::Modes;
use super::question::Question;
use super::sequence::Place;

/// Takes bytes in, gives text and all else out.
pub struct TextReader {
    place: Place,
    parser: vte::Parser,
    writer: TextWriter,
    /// How much of the sequence that we are in has been read, and where it began.
    length: usize,
    begun: u64,
    /// The beginning of a character whose end has not come yet.
    partial: Vec<u8>,
    /// How many bytes have been read since the terminal began.
    position: u64,
    plain_from: u64,
}

/// What came out of some bytes. Places count bytes since the terminal began.
#[derive(Debug, Default)]
pub struct Read {
    /// The text, UTF-8, without control sequences; what the line editor draws is not in it. Where the cursor was moved
    /// is noted, for the echo rule.
    pub text: Vec<u8>,
    /// The shell's marks, in their order.
    pub marks: Vec<Mark>,
    /// What was asked, and where each question ended.
    pub questions: Vec<(u64, Question)>,
    /// Where the history was cleared last (`CSI 3 J`, `RIS`).
    pub cleared: Option<u64>,
    /// The bell rang.
    pub bell: bool,
    /// There is another title.
    pub titled: bool,
    /// What the screen model has to be told in other words.
    pub paraphrases: Vec<Paraphrase>,
    /// Up to here the bytes belong to a sequence too long to mean anything.
    pub noise_to: Option<u64>,
}

/// A control sequence is understood up to this length: far beyond all that mean something here.
const LONGEST: usize = 64 << 10;

impl TextReader {
    /// A reader that believes marks with this id only.
    #[must_use]
    pub fn new(aid: String) -> Self {
        Self {
            place: Place::Ground,
            parser: vte::Parser::new(),
            writer: TextWriter::new(aid),
            length: 0,
            begun: 0,
            partial: Vec::new(),
            position: 0,
            plain_from: 0,
        }
    }

    /// Reads more bytes. What it gives stands until the next call.
    pub fn advance(&mut self, bytes: &[u8]) -> &mut Read {
        self.writer.begin();
        let mut rest = bytes;
        if !self.partial.is_empty() {
            rest = self.complete(rest);
        }
        while !rest.is_empty() {
            let from = self.position + (bytes.len() - rest.len()) as u64;
            let count = match self.place {
                Place::Ground => self.text(rest, from),
                _ => self.sequence(rest, from),
            };
            rest = &rest[count..];
        }
        self.position += bytes.len() as u64;
        &mut self.writer.read
    }

    /// Whether the shell's line editor has the terminal now.
    #[must_use]
    pub fn in_editor(&self) -> bool {
        self.writer.editor
    }

    /// The modes in force now.
    pub fn modes(&mut self) -> &mut Modes {
        &mut self.writer.modes
    }

    /// From where on there was nothing but text, its controls, and what leaves no trace but colour.
    pub fn plain_from(&self) -> u64 {
        self.plain_from
    }

    /// What of the newest bytes the screen model has to be told in other words.
    pub fn paraphrases(&mut self) -> std::vec::Drain<'_, Paraphrase> {
        self.writer.read.paraphrases.drain(..)
    }

    /// Up to where the newest bytes belong to a sequence too long to mean anything.
    pub fn noise_to(&self) -> Option<u64> {
        self.writer.read.noise_to
    }

    /// What begins a sequence such as the one that is being read, for somebody who has not seen its beginning.
    pub fn introducer(&self) -> &'static str {
        match self.place {
            Place::Ground => "",
            Place::Escape | Place::Intermediate => "\x1b",
            Place::Csi => "\x1b[",
            Place::Osc => "\x1b]",
            // What is said there means nothing to anybody.
            Place::String => "\x1b_",
        }
    }

    /// Up to where characters and sequences are whole.
    pub fn whole_to(&self) -> u64 {
        match self.place {
            Place::Ground => self.position - self.partial.len() as u64,
            _ => self.begun,
        }
    }

    /// The terminal has another size. A sequence that was being read is torn by that.
    pub fn resized(&mut self) {
        self.writer.modes.resized();
        self.writer.disturbs |= self.place != Place::Ground;
    }

    /// Whether it stands between sequences and between characters.
    pub fn is_settled(&self) -> bool {
        self.place == Place::Ground && self.partial.is_empty()
    }

    /// Reads text and single controls up to the next sequence; how many bytes.
    fn text(&mut self, bytes: &[u8], from: u64) -> usize {
        let length = memchr::memchr(0x1b, bytes).unwrap_or(bytes.len());
        let mut rest = &bytes[..length];
        while let Some(end) = rest.iter().position(u8::is_ascii_control) {
            self.characters(&rest[..end], true, from + (length - rest.len()) as u64);
            if self.writer.control(rest[end]) {
                self.plain_from = from + (length - rest.len() + end + 1) as u64;
            }
            rest = &rest[end + 1..];
        }
        let over = self.characters(rest, length < bytes.len(), from + (length - rest.len()) as u64);
        self.partial.extend_from_slice(&rest[rest.len() - over..]);
        if let Some(colour) = colour_length(&bytes[length..]) {
            return length + colour;
        }
        if length < bytes.len() {
            self.place = Place::Escape;
            self.length = 0;
            self.begun = from + length as u64;
            self.parser.advance(&mut self.writer, b"\x1b");
            return length + 1;
        }
        length
    }

    /// Reads characters, and knows where letters stand for lines.
    fn characters(&mut self, bytes: &[u8], whole: bool, from: u64) -> usize {
        let over = self.writer.characters(bytes, whole);
        let bytes = &bytes[..bytes.len() - over];
        if self.writer.modes.draws_lines() && dialect::has_lines(bytes) {
            let to = from + bytes.len() as u64;
            self.writer.read.paraphrases.push(Paraphrase { from, to, words: Words::Lines(bytes.to_vec()) });
            self.plain_from = to;
        }
        over
    }

    /// Reads on in a sequence; how many bytes.
    fn sequence(&mut self, bytes: &[u8], from: u64) -> usize {
        let count = self.place.walk(bytes);
        let piece = &bytes[..count];
        self.length += count;
        self.writer.begun = self.begun;
        self.writer.place = from + count as u64;
        if self.length <= LONGEST {
            self.parser.advance(&mut self.writer, piece);
        } else {
            // Cancelled: its end means nothing any more.
            self.writer.payload = None;
            self.parser.advance(&mut self.writer, b"\x18");
            self.writer.read.noise_to = Some(from + count as u64);
        }
        self.writer.disturbs |= piece.iter().any(|byte| matches!(byte, b'\n' | 0x0b | 0x0c));
        if self.place == Place::Ground && std::mem::take(&mut self.writer.disturbs) {
            self.plain_from = from + count as u64;
        }
        count
    }

    /// Puts a character together that a read has cut; what is left of the bytes.
    fn complete<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        for (index, &byte) in bytes.iter().enumerate() {
            self.partial.push(byte);
            match std::str::from_utf8(&self.partial) {
                Ok(_) => {
                    let whole = std::mem::take(&mut self.partial);
                    self.writer.characters(&whole, true);
                    return &bytes[index + 1..];
                }
                Err(error) if error.error_len().is_none() => {}
                Err(_) => {
                    self.partial.clear();
                    self.writer
                        .characters(char::REPLACEMENT_CHARACTER.encode_utf8(&mut [0; 4]).as_bytes(), true);
                    return &bytes[index..];
                }
            }
        }
        &[]
    }
}

struct TextWriter {
    aid: String,
    read: Read,
    modes: Modes,
    editor: bool,
    /// A CR whose meaning depends on whether an LF follows.
    held_cr: bool,
    /// Where the sequence begins and ends that is being read.
    begun: u64,
    place: u64,
    /// The sequence that is being read does more than colour text.
    disturbs: bool,
    /// What a DCS carries.
    payload: Option<Vec<u8>>,
}

/// More columns than any terminal has: `CSI n C` beyond them is noise.
const MAX_BLANKS: u16 = 1000;

impl TextWriter {
    fn new(aid: String) -> Self {
        Self {
            aid,
            read: Read::default(),
            modes: Modes::default(),
            editor: false,
            held_cr: false,
            begun: 0,
            place: 0,
            disturbs: false,
            payload: None,
        }
    }

    fn begin(&mut self) {
        self.read.text.clear();
        self.read.marks.clear();
        self.read.questions.clear();
        self.read.cleared = None;
        self.read.bell = false;
        self.read.titled = false;
        self.read.paraphrases.clear();
        self.read.noise_to = None;
    }

    fn flush_cr(&mut self) {
        if std::mem::take(&mut self.held_cr) {
            self.read.text.push(echo::RETURN);
        }
    }

    /// The cursor was moved, otherwise than by text and line ends.
    fn moved(&mut self) {
        if !self.editor && self.read.text.last() != Some(&echo::MOVED) {
            self.read.text.push(echo::MOVED);
        }
    }

    /// Takes text without controls. How many bytes at its end are the beginning of a character, unless the
    /// text is `whole`.
    fn characters(&mut self, bytes: &[u8], whole: bool) -> usize {
        if bytes.is_empty() {
            return 0;
        }
        let over = if whole || bytes.is_ascii() { 0 } else { cut_character(bytes) };
        let bytes = &bytes[..bytes.len() - over];
        if !self.editor && !bytes.is_empty() {
            self.flush_cr();
            push_characters(&mut self.read.text, bytes);
        }
        over
    }

    /// Takes a control; whether it does more than what plain text does.
    fn control(&mut self, byte: u8) -> bool {
        match byte {
            0x07 => self.read.bell = true,
            0x0e | 0x0f => self.modes.shift(byte == 0x0e),
            _ if self.editor => {}
            b'\r' if self.held_cr => self.moved(),
            b'\r' => self.held_cr = true,
            b'\n' => {
                self.held_cr = false;
                self.read.text.push(b'\n');
            }
            b'\t' => {
                self.flush_cr();
                self.read.text.push(b'\t');
            }
            0x08 => self.moved(),
            _ => {}
        }
        matches!(byte, 0x0e | 0x0f)
    }

    fn mark(&mut self, mark: Mark) {
        match mark {
            // While a line is edited, a prompt is only drawn anew.
            Mark::Prompt | Mark::Editor { .. } if self.editor => return,
            Mark::Output { .. } if self.editor => {
                // The Enter is the editor's; output begins on a line of its own.
                self.read.text.push(b'\n');
            }
            Mark::Cwd(_) => {
                self.read.marks.push(mark);
                return;
            }
            _ => {}
        }
        self.editor = mark == Mark::Editor { kernel: false };
        self.held_cr = false;
        self.read.marks.push(mark);
    }

    fn paraphrase(&mut self, words: Option<Words>) {
        self.read.paraphrases.extend(words.map(|words| Paraphrase {
            from: self.begun,
            to: self.place,
            words,
        }));
    }

    fn question(&mut self, question: Question) {
        self.disturbs = true;
        self.read.questions.push((self.place, question));
    }
}

impl Perform for TextWriter {
    fn print(&mut self, _: char) {}

    fn execute(&mut self, byte: u8) {
        self.disturbs |= self.control(byte);
    }

    fn hook(&mut self, _: &Params, intermediates: &[u8], _ignore: bool, action: char) {
        self.payload = (intermediates == b"$" && action == 'q').then(Vec::new);
    }

    fn put(&mut self, byte: u8) {
        if let Some(payload) = &mut self.payload {
            payload.push(byte);
        }
    }

    fn unhook(&mut self) {
        if let Some(setting) = self.payload.take() {
            self.question(Question::Setting(setting));
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _ignore: bool, action: char) {
        if action == 'm' && intermediates.is_empty() {
            let words = Words::of_sgr(params);
            self.disturbs |= words.is_some();
            self.paraphrase(words);
            return;
        }
        self.disturbs = true;
        let mut list = [0; 32];
        let count = params
            .iter()
            .zip(&mut list)
            .map(|(param, slot)| *slot = param.first().copied().unwrap_or(0))
            .count();
        let params = &list[..count];
        let first = params.first().copied().unwrap_or(0);
        self.paraphrase(Words::of_csi(params, intermediates, action));
        if intermediates.is_empty() && matches!(action, 'A' | 'B' | 'D'..='H' | '`' | 'd' | 'f') {
            self.moved();
        }
        match (intermediates, action) {
            (b"", 'C') if !self.editor => {
                self.flush_cr();
                self.moved();
                let blanks = usize::from(first.clamp(1, MAX_BLANKS));
                self.read.text.resize(self.read.text.len() + blanks, b' ');
            }
            (b"", 'J') if first == 3 => self.read.cleared = Some(self.place),
            _ => match Question::of_csi(first, intermediates, action) {
                Some(question) => self.question(question),
                None => self.modes.csi(params, intermediates, action),
            },
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _ignore: bool, byte: u8) {
        // The end of a string.
        if intermediates.is_empty() && byte == b'\\' {
            return;
        }
        self.disturbs = true;
        self.modes.esc(intermediates, byte);
        self.paraphrase(Words::of_esc(intermediates, byte));
        if intermediates.is_empty() && byte == b'c' {
            self.read.cleared = Some(self.place);
        }
    }

    fn osc_dispatch(&mut self, params: &[&[u8]], _bell_terminated: bool) {
        if let [b"0" | b"2", title @ ..] = params {
            self.read.titled |= self.modes.entitle(&title.join(&b';'));
        } else if let Some(mark) = Mark::of(params, &self.aid) {
            self.mark(mark);
        } else {
            for question in Question::of_osc(params) {
                self.question(question);
            }
        }
    }
}

/// What colours underlines; it is rare, and needs other words for the screen model.
const UNDERLINE: &[u8] = b"58";

/// The length of the sequence at the beginning, if it is whole and only colours text: it means nothing here, and
/// there are many.
fn colour_length(bytes: &[u8]) -> Option<usize> {
    let params = bytes.strip_prefix(b"\x1b[")?;
    let end = params.iter().position(|byte| !matches!(byte, b'0'..=b';'))?;
    let colours_underlines =
        end >= UNDERLINE.len() && memchr::memmem::find(&params[..end], UNDERLINE).is_some();
    (params[end] == b'm' && !colours_underlines).then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::echo::Echo;

    fn text(reads: &[&str]) -> String {
        let mut reader = TextReader::new("id".into());
        let mut text = Vec::new();
        for read in reads {
            text.extend_from_slice(&reader.advance(read.as_bytes()).text);
        }
        Echo::default().filter(&mut text);
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
        assert_eq!(
            (read.text.as_slice(), read.marks.as_slice()),
            (&b"$ ls\n"[..], &[Mark::Editor { kernel: true }][..])
        );
    }

    #[test]
    fn characters_are_whole_wherever_a_read_ends() {
        let whole = "端末は速い 🚀 ü\u{85}x".as_bytes();
        for cut in 0..=whole.len() {
            let mut reader = TextReader::new("id".into());
            let mut text = reader.advance(&whole[..cut]).text.clone();
            text.extend_from_slice(&reader.advance(&whole[cut..]).text);
            assert_eq!(String::from_utf8(text).unwrap(), "端末は速い 🚀 üx", "cut at {cut}");
        }
    }

    #[test]
    fn what_is_no_text_leaves_a_replacement() {
        let mut reader = TextReader::new("id".into());
        assert_eq!(reader.advance(b"a\xffb\xe2\x82\x1b[mc\x9bd").text, "a\u{fffd}b\u{fffd}cd".as_bytes());
        reader.advance(b"\xe2");
        assert!(!reader.is_settled());
        assert_eq!(reader.advance(b"x").text, "\u{fffd}x".as_bytes());
    }

    #[test]
    fn a_sequence_without_end_costs_nothing() {
        let mut reader = TextReader::new("id".into());
        reader.advance(b"\x1b]0;");
        for _ in 0..100 {
            assert_eq!(reader.advance(&[b'x'; 10_000]).text, b"");
        }
        assert_eq!(reader.advance(b"\x07after").text, b"after");
    }

    #[test]
    fn questions_and_titles_are_told() {
        let mut reader = TextReader::new("id".into());
        let read = reader.advance(b"ab\x1b[6n\x1bP$qm\x1b\\\x1b]2;a;b\x07\x07");
        assert_eq!(
            read.questions,
            [(6, Question::Cursor { page: false }), (13, Question::Setting(b"m".to_vec()))]
        );
        assert!(read.titled && read.bell);
        assert_eq!(reader.modes().title(), "a;b");
    }

    #[test]
    fn colour_is_plain_and_movement_is_not() {
        let mut reader = TextReader::new("id".into());
        reader.advance(b"\x1b[2Jab\x1b[1;3");
        assert_eq!(reader.plain_from(), 4);
        reader.advance(b"1mc\x1b]0;t\x07\r\n");
        assert_eq!(reader.plain_from(), 4);
        reader.advance(b"\x1b[H");
        assert_eq!(reader.plain_from(), 25);
    }
}
