//! What a terminal has printed: the newest bytes, and the screen that they make, drawn when somebody looks.
//!
//! Of a flood most lines scroll away before anybody could see them. They are never drawn.

use std::collections::VecDeque;

use super::Size;
use super::dialect::Paraphrase;
use super::modes::Modes;
use super::question::Question;
use super::ring::{Ring, Slice};
use super::screen::Screen;
use super::text::TextReader;
use crate::api::Colours;

/// Ring and screen of one terminal.
pub struct Printout {
    ring: Ring,
    screen: Screen,
    /// Up to here the screen is drawn. The rest stands in the ring's last segment.
    drawn: u64,
    /// What of the rest the screen has to be told in other words. None of it is in what is plain.
    paraphrases: VecDeque<Paraphrase>,
    size: Size,
    /// As the reader had it when the newest bytes came.
    modes: Modes,
    plain_from: u64,
    /// Nothing is drawn beyond: what is half read may yet turn out not to be shown, and the screen's parser loses
    /// characters beside one that comes in two halves.
    whole_to: u64,
    /// The most rows that a terminal can have.
    tallest: u16,
    /// How many lines must still scroll away until the screen model has counted as many as any taller screen would
    /// bring back into sight.
    uncounted: usize,
    /// The colouring sequences in force where the ring's last segment begins.
    colours: Vec<u8>,
}

/// More colouring sequences than this, without one that resets them, and the oldest are forgotten.
const MOST_COLOURS: usize = 4 << 10;

impl Printout {
    /// Nothing yet.
    pub fn new(size: Size, tallest: u16, max_lines: usize) -> Self {
        Self {
            ring: Ring::new(size, max_lines),
            screen: Screen::new(size),
            drawn: 0,
            paraphrases: VecDeque::new(),
            size,
            modes: Modes::default(),
            plain_from: 0,
            whole_to: 0,
            tallest,
            uncounted: usize::from(tallest),
            colours: Vec::new(),
        }
    }

    /// Adds the bytes that `reader` has just read.
    pub fn push(&mut self, bytes: &[u8], reader: &mut TextReader) {
        let whole_to = std::mem::replace(&mut self.whole_to, reader.whole_to());
        self.plain_from = reader.plain_from();
        if self.modes != *reader.modes() {
            self.modes = reader.modes().clone();
        }
        self.paraphrases.extend(reader.paraphrases());
        self.ring.push(bytes);
        if let Some(end) = reader.noise_to() {
            // The screen's parser would keep all of it.
            self.draw_to(whole_to);
            // A change of size may have drawn its beginning.
            self.screen.draw(b"\x18");
            self.drawn = end;
        }
    }

    /// Closes the ring's last segment if it is full and `reader` has nothing half read.
    pub fn settle(&mut self, reader: &TextReader) {
        if self.ring.is_full() && reader.is_settled() {
            self.cut("");
        } else if self.ring.is_overfull() {
            self.cut(reader.introducer());
        }
    }

    /// Forgets all that was printed before `place`, which is within the newest bytes; the screen stays.
    pub fn clear_before(&mut self, place: u64) {
        let rest = self.ring.last(place).to_vec();
        self.draw_to(place);
        self.uncounted = usize::from(self.tallest);
        let head = self.standing(rest.len());
        self.ring.clear(place, self.size, head);
        self.ring.push(&rest);
    }

    /// Answers a question that ended at `place`.
    pub fn answer(&mut self, place: u64, question: &Question, colours: &Colours) -> String {
        self.draw_to(place);
        question.answer(&self.screen, &self.modes, colours)
    }

    /// Changes the size.
    pub fn resize(&mut self, size: Size, reader: &mut TextReader) {
        self.draw();
        // What is half read is drawn as far as it has come: the rest of it stands in another segment.
        self.screen.draw(self.ring.last(self.drawn));
        self.drawn = self.ring.end();
        self.screen.resize(size);
        self.size = size;
        self.uncounted = usize::from(self.tallest);
        reader.resized();
        self.modes.resized();
        self.cut(reader.introducer());
    }

    /// The screen as it is now.
    pub fn screen(&mut self) -> &Screen {
        self.draw();
        &self.screen
    }

    /// Where the next byte will stand.
    pub fn end(&self) -> u64 {
        self.ring.end()
    }

    /// Up to `max` bytes from `offset` on, as [`Ring::read`] has them.
    pub fn read(&self, offset: u64, max: usize) -> Option<Slice<'_>> {
        self.ring.read(offset, max)
    }

    /// Where what a late viewer sees begins, and what brings a fresh screen to the one there.
    pub fn past(&self) -> (u64, &[u8]) {
        self.ring.past()
    }

    /// What brings any screen to this one, as far as it is drawn.
    fn contents(&self) -> Vec<u8> {
        let restored = self.modes.restored();
        if restored.is_empty() {
            return self.screen.contents();
        }
        let mut contents = Modes::NEUTRAL.as_bytes().to_vec();
        contents.extend_from_slice(&self.screen.contents());
        contents.extend_from_slice(restored.as_bytes());
        contents.extend_from_slice(self.screen.cursor_placed().as_bytes());
        contents
    }

    /// Closes the ring's last segment; the next one begins in a sequence, if in any, that begins so.
    fn cut(&mut self, introducer: &str) {
        self.draw();
        let mut head = self.standing(0);
        head.extend_from_slice(introducer.as_bytes());
        self.ring.cut(self.size, head);
    }

    /// What brings a fresh screen to this one, of which the newest `undrawn` bytes are not a part.
    fn standing(&mut self, undrawn: usize) -> Vec<u8> {
        let segment = self.ring.last(0);
        let (sequences, all) = colours(&segment[..segment.len() - undrawn.min(segment.len())], MOST_COLOURS);
        let new = sequences.concat();
        if all || self.colours.len() + new.len() > MOST_COLOURS {
            self.colours.clear();
        }
        self.colours.extend_from_slice(&new);
        let mut standing = self.contents();
        standing.extend_from_slice(&self.colours);
        standing
    }

    fn draw(&mut self) {
        self.draw_to(self.whole_to);
    }

    /// Draws up to a place, and of plain text only what does not scroll away at once.
    fn draw_to(&mut self, place: u64) {
        while self.paraphrases.front().is_some_and(|paraphrase| paraphrase.to <= place)
            && let Some(paraphrase) = self.paraphrases.pop_front()
        {
            self.draw_all(paraphrase.from);
            if paraphrase.from < self.drawn {
                // Its beginning has been drawn, for the size changed within it.
                self.screen.draw(b"\x18");
            }
            let words = paraphrase.words.on(&self.screen);
            self.screen.draw(&words);
            self.drawn = paraphrase.to;
        }
        self.draw_all(self.plain_from.min(place));
        self.draw_plain(place);
    }

    fn draw_all(&mut self, place: u64) {
        self.screen.draw(stretch(&self.ring, self.drawn, place));
        self.drawn = self.drawn.max(place);
    }

    fn draw_plain(&mut self, place: u64) {
        let plain = stretch(&self.ring, self.drawn, place);
        let rows = usize::from(self.size.rows);
        let lines = 2 * rows + self.uncounted;
        let shown = if self.modes.has_region() { 0 } else { last_lines(plain, lines) };
        for sequence in colours(&plain[..shown], usize::MAX).0 {
            self.screen.draw(sequence);
        }
        let plain = &plain[shown..];
        self.screen.draw(plain);
        if self.uncounted > 0 && !self.modes.has_region() && !self.modes.alternate() {
            let lines = memchr::memchr_iter(b'\n', plain).count();
            self.uncounted = self.uncounted.saturating_sub(lines.saturating_sub(rows));
        }
        self.drawn = self.drawn.max(place);
    }
}

/// The bytes between two places, of which the first is in the last segment.
fn stretch(ring: &Ring, from: u64, to: u64) -> &[u8] {
    let bytes = ring.last(from);
    let length = usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX);
    &bytes[..length.min(bytes.len())]
}

/// Where the last `count` lines begin, if each line begins at the left edge.
///
/// After twice the rows of the screen nothing of what was there before is left: the first half of them brings
/// the cursor to the last row, the second half takes every row away that stood above it.
fn last_lines(plain: &[u8], count: usize) -> usize {
    match memchr::memrchr_iter(b'\n', plain).nth(count) {
        Some(line_end) if line_end > 0 && plain[line_end - 1] == b'\r' => line_end + 1,
        _ => 0,
    }
}

/// The sequences that colour what comes after these bytes: those since the last one that resets them all, but no more
/// than `most` bytes of them; and whether they are all that count.
fn colours(bytes: &[u8], most: usize) -> (Vec<&[u8]>, bool) {
    let mut wanted = Vec::new();
    let mut length = 0;
    let mut all = false;
    for start in memchr::memrchr_iter(0x1b, bytes) {
        let sequence = &bytes[start..];
        // RIS and DECSTR reset all there is.
        all = sequence.starts_with(b"\x1bc") || sequence.starts_with(b"\x1b[!p");
        if all {
            break;
        }
        let Some(end) = sequence.iter().position(|&byte| byte == b'm') else { continue };
        let Some(params) = sequence[..end].strip_prefix(b"\x1b[") else { continue };
        if !params.iter().all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')) {
            continue;
        }
        length += end + 1;
        if length > most {
            break;
        }
        wanted.push(&sequence[..=end]);
        all = matches!(params, [] | b"0" | [b'0', b';', ..] | [b';', ..]);
        if all {
            break;
        }
    }
    wanted.reverse();
    (wanted, all)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIZE: Size = Size { cols: 20, rows: 5 };

    /// A printout and the reader that it follows.
    pub struct Printed {
        reader: TextReader,
        printout: Printout,
        pub colours: Colours,
    }

    impl Printed {
        pub fn new(size: Size) -> Self {
            Self {
                reader: TextReader::new("id".into()),
                printout: Printout::new(size, 10, 10_000),
                colours: Colours::default(),
            }
        }

        /// Prints bytes, as one read brings them; what was answered.
        pub fn print(&mut self, bytes: &[u8]) -> Vec<String> {
            let read = self.reader.advance(bytes);
            let (questions, cleared) = (std::mem::take(&mut read.questions), read.cleared);
            self.printout.push(bytes, &mut self.reader);
            let answers = questions
                .iter()
                .map(|(place, question)| self.printout.answer(*place, question, &self.colours))
                .collect();
            if let Some(place) = cleared {
                self.printout.clear_before(place);
            }
            self.printout.settle(&self.reader);
            answers
        }

        pub fn screen(&mut self) -> &Screen {
            self.printout.screen()
        }

        pub fn contents(&mut self) -> Vec<u8> {
            self.printout.draw();
            self.printout.contents()
        }

        pub fn resize(&mut self, size: Size) {
            self.printout.resize(size, &mut self.reader);
        }
    }

    fn answers(bytes: &[u8]) -> String {
        Printed::new(SIZE).print(bytes).concat()
    }

    #[test]
    fn questions_are_answered_as_of_their_place() {
        assert_eq!(answers(b"ab\x1b[6ncd\x1b[c\x1b[?6n"), "\x1b[1;3R\x1b[?62;22c\x1b[?1;5;1R");
        assert_eq!(
            answers(b"\x1b[?2004h\x1b[?2004$p\x1b[?9999$p\x1b[4$p"),
            "\x1b[?2004;1$y\x1b[?9999;0$y\x1b[4;2$y"
        );
        assert_eq!(answers(b"\x1b[?7$p\x1b[?1004h\x1b[?1004$p"), "\x1b[?7;1$y\x1b[?1004;1$y");
    }

    #[test]
    fn colours_and_settings_are_told() {
        assert_eq!(answers(b"\x1b]11;?\x07"), "\x1b]11;rgb:0000/0000/0000\x1b\\");
        assert_eq!(
            answers(b"\x1b]4;1;?;231;?\x07"),
            "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\\x1b]4;231;rgb:ffff/ffff/ffff\x1b\\"
        );
        assert_eq!(answers(b"\x1b[1;31m\x1bP$qm\x1b\\"), "\x1bP1$r0;31;1m\x1b\\");
        assert_eq!(answers(b"\x1b[2;4r\x1bP$qr\x1b\\\x1bP$qx\x1b\\"), "\x1bP1$r2;4r\x1b\\\x1bP0$r\x1b\\");
    }

    #[test]
    fn colours_are_those_that_a_window_draws_in() {
        let mut light = Printed::new(SIZE);
        let told = r##"{"foreground": "#25252c", "background": "#ffffff", "cursor": "#5048d6", "palette": ["#010203"]}"##;
        light.colours = serde_json::from_str(told).unwrap();
        let answers = light.print(b"\x1b]10;?;?;?\x07\x1b]4;0;?;1;?\x07\x1b[?996n").concat();
        assert_eq!(
            answers,
            "\x1b]10;rgb:2525/2525/2c2c\x1b\\\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b]12;rgb:5050/4848/d6d6\x1b\\\
             \x1b]4;0;rgb:0101/0202/0303\x1b\\\x1b]4;1;rgb:cdcd/0000/0000\x1b\\\x1b[?997;2n"
        );
        assert_eq!(Printed::new(SIZE).print(b"\x1b[?996n").concat(), "\x1b[?997;1n");
    }

    #[test]
    fn what_stood_before_a_clear_is_gone_and_the_screen_stays() {
        let mut printed = Printed::new(SIZE);
        printed.print(b"one\r\ntwo\x1b[3Jthree");
        assert_eq!(printed.printout.read(printed.printout.ring.start(), 100).unwrap().data, b"three");
        assert_eq!(printed.screen().view().lines[..2], ["one", "twothree"]);
    }

    #[test]
    fn a_late_viewer_gets_the_modes_that_the_screen_does_not_know() {
        let mut printed = Printed::new(SIZE);
        printed.print(b"\x1b[2;4r\x1b[?1004h\x1b[?7l\x1b(0\x1b]2;title\x07\x1b[3;2Hx\x1b[3J");
        let ending = String::from_utf8(printed.printout.past().1.to_vec()).unwrap();
        assert!(
            ending.ends_with("\x1b]2;title\x1b\\\x1b(0\x1b[2;4r\x1b[?1004h\x1b[?7l\x1b[3;3H"),
            "{ending:?}"
        );
    }

    #[test]
    fn what_comes_after_a_clear_is_drawn_once_by_a_late_viewer() {
        let mut printed = Printed::new(SIZE);
        printed.print(b"one\x1b[H\x1b[2J\x1b[3Jtwo");
        let head = String::from_utf8(printed.printout.past().1.to_vec()).unwrap();
        assert!(!head.contains("two"), "{head:?}");
    }

    #[test]
    fn a_late_viewer_draws_on_in_the_colours_in_force() {
        let head = |bytes: &[u8]| {
            let mut printed = Printed::new(SIZE);
            printed.print(bytes);
            String::from_utf8(printed.printout.past().1.to_vec()).unwrap()
        };
        // The screen model knows neither of 9 and 53.
        assert!(head(b"\x1b[31m\x1b[0;9m\x1b[53mx\x1b[3J").ends_with("\x1b[0;9m\x1b[53m"));
        assert!(!head(b"\x1b[9m\x1bcx\x1b[3J").contains("\x1b[9m"));
        let mut printed = Printed::new(SIZE);
        printed.print(b"\x1b[9m");
        while printed.printout.ring.start() == 0 {
            printed.print(&b"abc\r\n".repeat(2000));
        }
        assert!(printed.printout.past().1.ends_with(b"\x1b[9m"), "however long ago");
        let mut printed = Printed::new(SIZE);
        while printed.printout.ring.start() == 0 {
            printed.print(&b"\x1b[38;5;9m\x1b[9mabc\r\n".repeat(2000));
        }
        let head = printed.printout.past().1;
        assert!(head.ends_with(b"\x1b[38;5;9m\x1b[9m") && head.len() < 2 * MOST_COLOURS, "not all of them");
    }

    #[test]
    fn a_sequence_without_end_is_forgotten_as_text_is() {
        for introducer in ["\x1b]0;", "\x1bP$q", "\x1b_G", "\x1b["] {
            let mut printed = Printed::new(SIZE);
            printed.print(introducer.as_bytes());
            for _ in 0..600 {
                assert_eq!(printed.print(&[b'1'; 10_000]), Vec::<String>::new());
            }
            let kept = printed.printout.end() - printed.printout.ring.start();
            assert!(kept <= 4 << 20, "{introducer:?}: {kept} bytes are kept");
            let head = String::from_utf8(printed.printout.past().1.to_vec()).unwrap();
            assert!(introducer == "\x1bP$q" || head.ends_with(&introducer[..2]), "{head:?}");
            printed.print(b"\x1b\\\x07\x1b[Hafter");
            assert_eq!(printed.screen().view().lines[0], "after", "{introducer:?}");
        }
    }

    #[test]
    fn a_size_that_changes_within_a_sequence_tears_nothing_else() {
        let mut printed = Printed::new(SIZE);
        printed.print(b"one\x1b]0;ti");
        printed.resize(Size { cols: 30, rows: 5 });
        for _ in 0..20 {
            printed.print(&[b'x'; 10_000]);
        }
        printed.resize(SIZE);
        printed.print(b"\x07two");
        assert_eq!(printed.screen().view().lines[0], "onetwo");
        let mut torn = Printed::new(SIZE);
        torn.print(b"one\x1b[1;3");
        torn.resize(Size { cols: 30, rows: 5 });
        torn.print(b"1mtwo");
        assert_eq!(torn.screen().view().lines[0], "onetwo");
        assert!(torn.screen().rendition().contains("31"));
    }

    #[test]
    fn sizes_that_nothing_was_printed_at_are_forgotten() {
        let mut printed = Printed::new(SIZE);
        for cols in 20..1020 {
            printed.resize(Size { cols, rows: 5 });
        }
        printed.print(b"x");
        assert_eq!(printed.printout.read(0, 1).unwrap().size.cols, 1019);
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let line = "[a-zä端 ]{0,30}".prop_map(|line| format!("{line}\r\n").into_bytes());
        let flood = (1..40usize, "[a-z端\t\x08]{0,25}(\x1b\\[[0-9]{0,2}m)?")
            .prop_map(|(count, line)| format!("{line}\r\n").repeat(count).into_bytes());
        let sequences: Vec<&[u8]> = vec![
            b"\n",
            b"\r",
            b"\x1b[H",
            b"\x1b[2;3H",
            b"\x1b[K",
            b"\x1b[2J",
            b"\x1b[2;4r",
            b"\x1b[r",
            b"\x1b[1;44m",
            b"\x1b[m",
            b"\x1b[0;7m",
            b"\x1b[38;5;9m",
            b"\x1b[?1049h",
            b"\x1b[?1049l",
            b"\x1b7",
            b"\x1b8",
            b"\x1bM",
            b"\x1b[3\r\nm",
            b"\x1b]0;a\r\nb\r\n\x07",
            b"\x1bc",
            b"\x1b[3J",
            b"\x1b[2L",
            b"\x1b[?6h",
            b"\x1b[?25l",
            b"\x1bP+q\r\n\x1b\\",
            b"\xe7\xab",
            b"\xff",
        ];
        let sequence = prop::sample::select(sequences).prop_map(<[u8]>::to_vec);
        prop_oneof![3 => line, 3 => flood, 2 => sequence]
    }

    fn size() -> impl Strategy<Value = Size> {
        (1..30u16, 1..8u16).prop_map(|(cols, rows)| Size { cols, rows })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_drawn_late_looks_as_if_drawn_at_once(
            stretches in prop::collection::vec((prop::collection::vec(piece(), 1..15), size()), 1..5),
            cuts in prop::collection::vec(1..400usize, 1..20),
        ) {
            let mut at_once = Screen::new(SIZE);
            let mut printed = Printed::new(SIZE);
            let mut cuts = cuts.iter().cycle();
            for (pieces, size) in &stretches {
                let bytes = pieces.concat();
                at_once.draw(&bytes);
                let mut rest = bytes.as_slice();
                while !rest.is_empty() {
                    let cut = *cuts.next().unwrap();
                    let (now, later) = rest.split_at(rest.len().min(cut));
                    printed.print(now);
                    if cut % 7 == 0 {
                        printed.screen();
                    }
                    rest = later;
                }
                at_once.resize(*size);
                printed.resize(*size);
            }
            let text = |contents: Vec<u8>| String::from_utf8(contents).unwrap();
            prop_assert_eq!(text(printed.screen().contents()), text(at_once.contents()), "{:?}", stretches);
        }
    }
}
