//! Takes out of the text what is only the echo of typing, where the shell's marks can't tell.
//!
//! Three cases, by the line discipline at the moment of the write: the kernel echoes (`echo/kernel.rs`); nobody
//! echoes; or a program's own line editor may draw what was typed (`echo/line.rs`).

mod kernel;
mod line;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use kernel::KernelEcho;
use line::EditedLine;

/// How a write will come back, as the line discipline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    /// `ICANON` and `ECHO`: the kernel draws each byte itself.
    KernelEcho,
    /// `ICANON` without `ECHO`: a password.
    Silent,
    /// No `ICANON`: a line editor, or a program that takes single keys.
    Raw,
}

/// In the text that comes in here: the cursor was moved. No other control but tabs and line ends stands in it.
pub const MOVED: u8 = 0x08;

/// In the text that comes in here: the cursor was moved to the beginning of its row. It goes out as a newline.
pub const RETURN: u8 = b'\r';

/// The kernel echoes within moments; after this long it never will (the queue was full).
const PATIENCE: Duration = Duration::from_secs(1);

/// What is expected to come back, and what of it has.
#[derive(Debug, Default)]
pub struct Echo {
    expected: VecDeque<Expected>,
}

#[derive(Debug)]
enum Expected {
    Kernel { echo: KernelEcho, until: Instant },
    Editor(EditedLine),
}

/// What an expectation says of one more piece of text.
#[derive(Debug, PartialEq, Eq)]
enum Look {
    /// It was taken or let through; there may be more.
    Seen,
    /// The same, and that was all.
    Over,
    /// It is no echo, and no more will come; the piece has not been let through.
    Refused,
}

impl Echo {
    /// Notes that these bytes were typed.
    pub fn typed(&mut self, bytes: &[u8], discipline: Discipline, now: Instant) {
        match discipline {
            Discipline::Silent => {}
            Discipline::KernelEcho => {
                if let Some(echo) = KernelEcho::of(bytes) {
                    self.expected.push_back(Expected::Kernel { echo, until: now + PATIENCE });
                }
            }
            Discipline::Raw => {
                for part in bytes.split_inclusive(|&byte| byte == b'\r') {
                    if let Some(Expected::Editor(line)) = self.expected.back_mut()
                        && !line.is_entered()
                    {
                        line.typed(part);
                    } else {
                        self.expected.extend(EditedLine::of(part).map(Expected::Editor));
                    }
                }
            }
        }
    }

    /// Removes the echo from `text`, in place, and the notes of the cursor's motion. Text that may yet turn out to be
    /// echo is held back.
    pub fn filter(&mut self, text: &mut Vec<u8>) {
        if self.expected.is_empty() && memchr::memchr2(MOVED, RETURN, text).is_none() {
            return;
        }
        let mut kept = Vec::with_capacity(text.len());
        let mut rest = text.as_slice();
        while !rest.is_empty() {
            if self.expected.is_empty() {
                kept.extend(rest.iter().filter_map(|&byte| seen(byte)));
                break;
            }
            let (character, after) = rest.split_at(length(rest));
            self.look(character, &mut kept);
            rest = after;
        }
        *text = kept;
    }

    /// Shows a character to those who expect something, one after the other.
    fn look(&mut self, character: &[u8], kept: &mut Vec<u8>) {
        while let Some(front) = self.expected.front_mut() {
            let look = match front {
                Expected::Kernel { echo, .. } => echo.look(character, kept),
                Expected::Editor(line) => line.look(character, kept),
            };
            if look != Look::Seen {
                self.expected.pop_front();
            }
            if look != Look::Refused {
                return;
            }
        }
        kept.extend(character.iter().filter_map(|&byte| seen(byte)));
    }

    /// When [`Echo::expire`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        self.expected.iter().find_map(|expected| match expected {
            Expected::Kernel { until, .. } => Some(*until),
            Expected::Editor(_) => None,
        })
    }

    /// Gives up on echoes that have not come; what was held back for them is text after all.
    pub fn expire(&mut self, now: Instant) -> Vec<u8> {
        let mut released = Vec::new();
        self.expected.retain_mut(|expected| match expected {
            Expected::Kernel { echo, until } if *until <= now => {
                released.extend_from_slice(echo.held());
                false
            }
            _ => true,
        });
        released
    }

    /// Forgets everything: the shell has drawn a new prompt.
    pub fn clear(&mut self) -> Vec<u8> {
        let released = match self.expected.front() {
            Some(Expected::Kernel { echo, .. }) => echo.held().to_vec(),
            Some(Expected::Editor(line)) => line.held().to_vec(),
            None => Vec::new(),
        };
        self.expected.clear();
        released
    }
}

/// What a byte is for those who wait.
fn seen(byte: u8) -> Option<u8> {
    match byte {
        MOVED => None,
        RETURN => Some(b'\n'),
        byte => Some(byte),
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// How long the first character is.
fn length(text: &[u8]) -> usize {
    1 + text[1..].iter().take_while(|&&byte| is_continuation(byte)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::terminal::text::TextReader;

    fn filtered(typed: &str, discipline: Discipline, reads: &[&str]) -> String {
        let mut echo = Echo::default();
        let now = Instant::now();
        echo.typed(typed.as_bytes(), discipline, now);
        let mut all = Vec::new();
        for read in reads {
            let mut text = read.as_bytes().to_vec();
            echo.filter(&mut text);
            all.extend(text);
        }
        all.extend(echo.expire(now + PATIENCE));
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn the_kernel_s_echo_is_taken_out_once_wherever_it_stands() {
        let reads = ["name? an", "na\nhello anna\n"];
        assert_eq!(filtered("anna\r", Discipline::KernelEcho, &reads), "name? hello anna\n");
        assert_eq!(filtered("y\r", Discipline::KernelEcho, &["Really? y\ny\n"]), "Really? y\n");
    }

    #[test]
    fn controls_are_expected_as_the_kernel_draws_them() {
        assert_eq!(filtered("\x03", Discipline::KernelEcho, &["^Cbye"]), "bye");
    }

    #[test]
    fn an_echo_that_never_comes_holds_nothing_back_for_ever() {
        assert_eq!(filtered("yes\r", Discipline::KernelEcho, &["ye", "llow ye"]), "yellow ye");
    }

    #[test]
    fn a_silent_terminal_echoes_nothing() {
        assert_eq!(filtered("secret\r", Discipline::Silent, &["secret\n"]), "secret\n");
    }

    #[test]
    fn a_line_editor_s_drawing_is_taken_out_up_to_the_first_difference() {
        assert_eq!(filtered("1 + 1\r", Discipline::Raw, &["1 + 1\n2\n"]), "  \n2\n");
        assert_eq!(filtered("ihello", Discipline::Raw, &["hello"]), "hello");
        assert_eq!(filtered("\u{e9}", Discipline::Raw, &["\u{e8}-answer"]), "\u{e8}-answer");
        assert_eq!(filtered("a\u{7aef}", Discipline::Raw, &["a\u{7af0}"]), "\u{7af0}");
    }

    /// What is left of what `typed` brought about in a terminal that prints these bytes.
    fn printed(typed: &[&str], discipline: Discipline, bytes: &str) -> String {
        let mut echo = Echo::default();
        let now = Instant::now();
        for typed in typed {
            echo.typed(typed.as_bytes(), discipline, now);
        }
        let mut text = TextReader::new("id".into()).advance(bytes.as_bytes()).text.clone();
        echo.filter(&mut text);
        text.extend(echo.expire(now + PATIENCE));
        String::from_utf8(text).unwrap().trim_start_matches([' ', '\n']).to_owned()
    }

    #[test]
    fn what_zsh_draws_again_is_taken_out_too() {
        let line = "s\x08sleep 0.3; echo ready\x1b[?2004l\r\r\nready\r\n";
        assert_eq!(printed(&["sleep 0.3; echo ready\r"], Discipline::Raw, line), "ready\n");
        // Typed in two writes, and wrapped.
        let wrapped =
            "s\x08: xxxxxx \r\x1b[Kx\rxx; echo END\x1b[?2004l\r\r\nEND\r\n".replacen("s\x08", ":\x08", 1);
        assert_eq!(printed(&[": xxxx", "xxxx; echo END\r"], Discipline::Raw, &wrapped), "END\n");
    }

    #[test]
    fn a_paste_is_taken_out_however_often_it_is_drawn() {
        let paste = "\x1b[200~for i in 1 2; do\necho it-$i\ndone\x1b[201~";
        let bash = "\x1b[7mfor i in 1 2; do\x1b[27m\r\n\r\x1b[7mecho it-$i\x1b[27m\r\n\r\x1b[7mdone\x1b[27m\
                    \x1b[A\x1b[A\x1b[C\x1b[Cfor i in 1 2; do\r\n\recho it-$i\r\n\rdone\r\n\x1b[?2004l\rit-1\r\n";
        assert_eq!(printed(&[paste, "\r"], Discipline::Raw, bash), "it-1\n");
        let zsh = "\x1b[7mfor i in 1 2; do\x1b[27m\r\r\n\x1b[7mecho it-$i\x1b[27m\x1b[K\r\r\n\x1b[7mdone\x1b[27m\
                   \x1b[2A\x1b[27mf\x1b[27mor i in 1 2; do\x1b[1B\r\x1b[27mecho it-$i\x1b[1B\r\x1b[27mdone\x1b[?2004l\r\r\n\
                   it-1\r\n";
        assert_eq!(printed(&[paste, "\r"], Discipline::Raw, zsh), "it-1\n");
    }

    #[test]
    fn what_fish_colours_within_a_row_is_taken_out() {
        let fish = "sleep \r\x1b[30C1;\r\x1b[34C \r\x1b[35Cecho \r\x1b[40Cready\r\x1b[45C\x1b[21D\x1b[34msleep\x1b[m \
                    \x1b[36m1\x1b[32m;\x1b[m \x1b[34mecho\x1b[m \x1b[36mready\r\x1b[45C\x1b[m\r\n\x1b[?2004l\rready\r\n";
        assert_eq!(printed(&["sleep 1; echo ready\r"], Discipline::Raw, fish), "ready\n");
    }

    #[test]
    fn what_is_taken_back_is_drawn_away() {
        let mut echo = Echo::default();
        let mut left = Vec::new();
        for (typed, drawn) in [("abx", "abx"), ("\x7f", "\x08 \x08"), ("c\r", "c\nx\n")] {
            echo.typed(typed.as_bytes(), Discipline::Raw, Instant::now());
            let mut text = drawn.as_bytes().to_vec();
            echo.filter(&mut text);
            left.extend(text);
        }
        assert_eq!(left, b" \nx\n");
    }

    #[test]
    fn an_answer_that_resembles_the_typing_is_text() {
        assert_eq!(printed(&["5"], Discipline::Raw, "5\r50%\r55%\r\n"), "50%\n55%\n");
        assert_eq!(printed(&["y"], Discipline::Raw, "y\r\ny\r\n"), "y\n");
        assert_eq!(printed(&["y"], Discipline::Raw, "yyes\r\n"), "yes\n");
        assert_eq!(printed(&["echo a\r"], Discipline::Raw, "echo a\r\n\x1b[?2004l\ra\r\n"), "a\n");
    }

    #[test]
    fn keys_and_answers_to_questions_are_not_drawn() {
        assert_eq!(printed(&["\x1b[?62;c", "ls\r"], Discipline::Raw, "ls\r\nfile\r\n"), "file\n");
    }

    #[test]
    fn the_kernel_s_own_editing_is_drawn_as_it_does() {
        let kernel = |typed, bytes| printed(&[typed], Discipline::KernelEcho, bytes);
        let erased = "foo bar\x08 \x08\x08 \x08\x08 \x08baz\r\n<foo baz>\r\n";
        assert_eq!(kernel("foo bar\x17baz\r", erased), "<foo baz>\n");
        assert_eq!(kernel("hello\x12more\r", "hello^R\r\nhellomore\r\n<hellomore>\r\n"), "<hellomore>\n");
        assert_eq!(kernel("a\x16\x03b\r", "a^\x08^Cb\r\nab\r\n"), "ab\n");
        assert_eq!(kernel("é-\tx\x15y\r", "é-\tx\x08 \x08\x08\x08\x08 \x08\x08 \x08y\r\n<y>\r\n"), "<y>\n");
    }

    /// A line, and an editor's way of drawing it: how far each time, and where it goes back to.
    fn drawing() -> impl Strategy<Value = (String, String)> {
        let motions =
            prop_oneof![Just("\x08"), Just("\r"), Just("\x1b[3D"), Just("\x1b[A\x1b[9G"), Just("\x1b[2C")];
        let steps = proptest::collection::vec((any::<Index>(), any::<Index>(), motions), 0..8);
        ("[a-cé端; ]{1,20}", steps).prop_map(|(line, steps)| {
            let characters: Vec<char> = line.chars().collect();
            let (mut drawn, mut screen) = (0, String::new());
            let mut place = 0;
            for (to, back, motion) in steps {
                let to = place + to.index(characters.len() - place + 1);
                screen.extend(&characters[place..to]);
                drawn = drawn.max(to);
                screen.push_str(motion);
                place = back.index(drawn + 1);
            }
            screen.extend(&characters[place..]);
            (line, screen)
        })
    }

    proptest! {
        #[test]
        fn however_a_line_is_drawn_it_is_no_text_and_the_answer_is((line, screen) in drawing(), cut in any::<Index>()) {
            let bytes = format!("{screen}\r\n{line}\r\n");
            let cut = cut.index(bytes.len());
            let mut reader = TextReader::new("id".into());
            let mut echo = Echo::default();
            echo.typed(format!("{line}\r").as_bytes(), Discipline::Raw, Instant::now());
            let mut text = Vec::new();
            for part in [&bytes.as_bytes()[..cut], &bytes.as_bytes()[cut..]] {
                let mut part = reader.advance(part).text.clone();
                echo.filter(&mut part);
                text.extend(part);
            }
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(text.trim(), line.trim());
        }
    }
}
