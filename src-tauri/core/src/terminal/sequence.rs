//! Where a control sequence ends: boundaries in a terminal's bytes, whatever the sequences mean.
//!
//! `vte` knows what they mean, but does not tell whether it stands in the middle of one.

/// A place in the byte stream: Paul Williams' state machine (vt100.net, "A parser for DEC's ANSI-compatible video
/// terminals"), without what its states collect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Between sequences: text and single controls.
    #[default]
    Ground,
    /// After `ESC`.
    Escape,
    /// After `ESC` and an intermediate.
    Intermediate,
    /// In `CSI …`.
    Csi,
    /// In `OSC …`, which `BEL` ends, too.
    Osc,
    /// In `DCS …`, `SOS …`, `PM …` or `APC …`.
    String,
}

impl Place {
    /// Walks on to the end of the sequence: how many of these bytes belong to it.
    pub fn walk(&mut self, bytes: &[u8]) -> usize {
        for (index, &byte) in bytes.iter().enumerate() {
            *self = self.after(byte);
            if *self == Self::Ground {
                return index + 1;
            }
        }
        bytes.len()
    }

    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (_, 0x1b) => Self::Escape,
            (Self::Escape, b'[') => Self::Csi,
            (Self::Escape, b']') => Self::Osc,
            (Self::Escape, b'P' | b'X' | b'^' | b'_') => Self::String,
            (Self::Escape, 0x20..=0x2f) => Self::Intermediate,
            (_, 0x18 | 0x1a)
            | (Self::Escape | Self::Intermediate, 0x30..=0x7e)
            | (Self::Csi, 0x40..=0x7e)
            | (Self::Osc, 0x07) => Self::Ground,
            (place, _) => place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(bytes: &[u8]) -> usize {
        Place::Ground.walk(bytes)
    }

    #[test]
    fn a_sequence_ends_where_it_ends() {
        assert_eq!(length(b"\x1b[1;31mred"), 7);
        assert_eq!(length(b"\x1b(0x"), 3);
        assert_eq!(length(b"\x1bcx"), 2);
        assert_eq!(length(b"\x1b]0;title\x07x"), 10);
        assert_eq!(length(b"\x1b]0;title\x1b\\x"), 11);
        assert_eq!(length(b"\x1bP$qm\x1b\\x"), 7);
    }

    #[test]
    fn another_sequence_or_a_cancel_ends_it_early() {
        assert_eq!(length(b"\x1b[1\x1b[2mx"), 7);
        assert_eq!(length(b"\x1b[1\x18m"), 4);
    }

    #[test]
    fn it_may_be_cut_anywhere() {
        let mut place = Place::Ground;
        assert_eq!(place.walk(b"\x1b[1"), 3);
        assert_eq!(place, Place::Csi);
        assert_eq!(place.walk(b";2mx"), 3);
        assert_eq!(place, Place::Ground);
    }
}
