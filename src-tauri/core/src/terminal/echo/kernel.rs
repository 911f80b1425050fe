//! The kernel's echo: what was typed, as its line discipline draws it.

use super::{Look, is_continuation, seen};

/// One write's echo. The whole of it is taken out, at the first place where it stands.
#[derive(Debug)]
pub struct KernelEcho {
    drawn: Vec<u8>,
    fallback: Vec<usize>,
    matched: usize,
}

impl KernelEcho {
    /// The echo of these bytes; none if they leave no trace.
    pub fn of(typed: &[u8]) -> Option<Self> {
        let drawn = as_the_kernel_draws(typed);
        let fallback = fallback_table(&drawn);
        (!drawn.is_empty()).then_some(Self { drawn, fallback, matched: 0 })
    }

    /// Looks at one more character.
    pub fn look(&mut self, character: &[u8], kept: &mut Vec<u8>) -> Look {
        // The last byte alone can complete it: a character's end is one.
        for byte in character.iter().filter_map(|&byte| seen(byte)) {
            self.take(byte, kept);
        }
        if self.matched == self.drawn.len() { Look::Over } else { Look::Seen }
    }

    /// What is held back, as it may be the echo's beginning.
    pub fn held(&self) -> &[u8] {
        &self.drawn[..self.matched]
    }

    /// Knuth, Morris, Pratt: what is held back is a prefix of `drawn`, so it needs no buffer of its own.
    fn take(&mut self, byte: u8, kept: &mut Vec<u8>) {
        while self.matched > 0 && self.drawn[self.matched] != byte {
            let shorter = self.fallback[self.matched - 1];
            kept.extend_from_slice(&self.drawn[..self.matched - shorter]);
            self.matched = shorter;
        }
        if self.drawn[self.matched] == byte {
            self.matched += 1;
        } else {
            kept.push(byte);
        }
    }
}

/// What the kernel's line discipline draws for typed bytes, as `text.rs` reads it. The keys are the usual ones.
fn as_the_kernel_draws(typed: &[u8]) -> Vec<u8> {
    let mut drawn = Vec::with_capacity(typed.len());
    // The line as it stands, of which keys can take back.
    let mut line = Vec::new();
    let mut literal = false;
    for &byte in typed {
        if std::mem::take(&mut literal) {
            line.push(byte);
            draw(byte, &mut drawn);
            continue;
        }
        match byte {
            b'\r' | b'\n' => {
                drawn.push(b'\n');
                line.clear();
            }
            // Erase: a character, a word, the line.
            0x7f => erase(&mut line, 1, &mut drawn),
            0x17 => {
                let count = last_word(&line);
                erase(&mut line, count, &mut drawn);
            }
            0x15 => erase(&mut line, usize::MAX, &mut drawn),
            // ^R: the line once more.
            0x12 => {
                drawn.extend_from_slice(b"^R\n");
                for &byte in &line {
                    draw(byte, &mut drawn);
                }
            }
            // ^V: a caret, over which the next byte is drawn, whatever it is.
            0x16 => {
                drawn.push(b'^');
                literal = true;
            }
            // The end of the file is not drawn.
            0x04 => line.clear(),
            // Signals: what was typed before them is gone.
            0x03 | 0x1a | 0x1c => {
                draw(byte, &mut drawn);
                line.clear();
            }
            _ => {
                line.push(byte);
                draw(byte, &mut drawn);
            }
        }
    }
    drawn
}

fn draw(byte: u8, drawn: &mut Vec<u8>) {
    match byte {
        b'\t' => drawn.push(byte),
        0x00..=0x1f | 0x7f => drawn.extend_from_slice(&[b'^', byte ^ 0x40]),
        _ => drawn.push(byte),
    }
}

/// Takes characters back: each column is BS, blank, BS, of which the blank is text; a tab is only BS.
fn erase(line: &mut Vec<u8>, count: usize, drawn: &mut Vec<u8>) {
    for _ in 0..count {
        while line.pop_if(|byte| is_continuation(*byte)).is_some() {}
        let columns = match line.pop() {
            None => return,
            Some(b'\t') => 0,
            Some(0x00..=0x1f | 0x7f) => 2,
            Some(_) => 1,
        };
        drawn.resize(drawn.len() + columns, b' ');
    }
}

/// How many characters the last word has, with what stands behind it.
fn last_word(line: &[u8]) -> usize {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    let characters = || line.iter().rev().filter(|byte| !is_continuation(**byte));
    let behind = characters().take_while(|byte| !is_letter(byte)).count();
    behind + characters().skip(behind).take_while(|byte| is_letter(byte)).count()
}

fn fallback_table(pattern: &[u8]) -> Vec<usize> {
    let mut table = vec![0; pattern.len()];
    let mut length = 0;
    for index in 1..pattern.len() {
        while length > 0 && pattern[index] != pattern[length] {
            length = table[length - 1];
        }
        if pattern[index] == pattern[length] {
            length += 1;
        }
        table[index] = length;
    }
    table
}
