//! The newest output of a terminal, as raw bytes in segments that can be replayed one after another.
//!
//! Offsets count bytes since the terminal began, so a viewer is just an offset.

use std::collections::VecDeque;

use super::Size;

/// A segment is closed after this many bytes, as soon as no sequence or character would be torn.
const SEGMENT: usize = 48 << 10;
/// Beyond this many bytes the oldest segment goes.
const MAX_BYTES: usize = 4 << 20;
/// However many lines they are, this many bytes stay: a viewer that keeps up within a megabyte never loses
/// its place, and a lossless one never loses a byte.
const MIN_BYTES: usize = (1 << 20) + (128 << 10);

/// The ring.
pub struct Ring {
    segments: VecDeque<Segment>,
    /// About this many lines are kept.
    max_lines: usize,
    bytes: usize,
    lines: usize,
}

struct Segment {
    start: u64,
    size: Size,
    /// What brings a fresh screen to the one where this segment begins.
    head: Vec<u8>,
    data: Vec<u8>,
    lines: usize,
}

/// Some output, all of it at one size.
#[derive(Debug, PartialEq, Eq)]
pub struct Slice<'a> {
    /// The size it was printed at.
    pub size: Size,
    /// The bytes.
    pub data: &'a [u8],
}

impl Ring {
    /// An empty ring.
    pub fn new(size: Size, max_lines: usize) -> Self {
        let first = Segment { start: 0, size, head: Vec::new(), data: Vec::new(), lines: 0 };
        Self { segments: VecDeque::from([first]), max_lines, bytes: 0, lines: 0 }
    }

    /// Where the oldest kept byte stands.
    pub fn start(&self) -> u64 {
        self.segments.front().map_or(0, |segment| segment.start)
    }

    /// Where the next byte will stand.
    pub fn end(&self) -> u64 {
        self.segments.back().map_or(0, |segment| segment.start + segment.data.len() as u64)
    }

    /// Where the newest lines begin, as many as are to be seen again, and what brings a fresh screen to the one there.
    /// More may be kept for viewers that are on their way.
    pub fn past(&self) -> (u64, &[u8]) {
        let mut lines = 0;
        let oldest = self.segments.iter().rev().find(|segment| {
            lines += segment.lines;
            lines >= self.max_lines
        });
        let oldest = oldest.or(self.segments.front());
        oldest.map_or((0, &[]), |segment| (segment.start, &segment.head))
    }

    /// Adds output.
    pub fn push(&mut self, bytes: &[u8]) {
        let lines = memchr::memchr_iter(b'\n', bytes).count();
        if let Some(last) = self.segments.back_mut() {
            last.data.extend_from_slice(bytes);
            last.lines += lines;
        }
        self.bytes += bytes.len();
        self.lines += lines;
        self.trim();
    }

    /// Whether the last segment must be closed, whatever is torn by it.
    pub fn is_overfull(&self) -> bool {
        self.segments.back().is_some_and(|segment| segment.data.len() >= 3 * SEGMENT)
    }

    /// Whether the last segment is full, so that it should be closed as soon as it may be.
    pub fn is_full(&self) -> bool {
        self.segments.back().is_some_and(|segment| segment.data.len() >= SEGMENT)
    }

    /// What stands in the last segment from `offset` on.
    pub fn last(&self, offset: u64) -> &[u8] {
        self.segments.back().map_or(&[], |segment| {
            let from = usize::try_from(offset.saturating_sub(segment.start)).unwrap_or(usize::MAX);
            segment.data.get(from..).unwrap_or_default()
        })
    }

    /// Closes the last segment; the next one begins at this size, on this screen.
    pub fn cut(&mut self, size: Size, head: Vec<u8>) {
        let start = self.end();
        // One that nothing was printed into has no place of its own.
        if self.segments.back().is_some_and(|last| last.data.is_empty()) {
            self.segments.pop_back();
        }
        self.segments.push_back(Segment { start, size, head, data: Vec::new(), lines: 0 });
        self.trim();
    }

    /// Forgets all that was printed so far; the next byte stands at `start`.
    pub fn clear(&mut self, start: u64, size: Size, head: Vec<u8>) {
        self.segments.clear();
        self.segments.push_back(Segment { start, size, head, data: Vec::new(), lines: 0 });
        self.bytes = 0;
        self.lines = 0;
    }

    /// Up to `max` bytes from `offset` on, of one size; none if they are no longer here. At the end of
    /// the ring the slice is empty and tells the present size.
    pub fn read(&self, offset: u64, max: usize) -> Option<Slice<'_>> {
        if offset < self.start() || offset > self.end() {
            return None;
        }
        let index = self.segments.partition_point(|segment| segment.start <= offset) - 1;
        let segment = &self.segments[index];
        let from = usize::try_from(offset - segment.start).ok()?;
        let to = segment.data.len().min(from.saturating_add(max));
        Some(Slice { size: segment.size, data: &segment.data[from..to] })
    }

    fn trim(&mut self) {
        while self.segments.len() > 1 {
            let Some(oldest) = self.segments.front() else { return };
            let bytes_left = self.bytes - oldest.data.len();
            let lines_left = self.lines - oldest.lines;
            let many_lines = lines_left >= self.max_lines && bytes_left >= MIN_BYTES;
            if self.bytes <= MAX_BYTES && !many_lines {
                return;
            }
            self.bytes = bytes_left;
            self.lines = lines_left;
            self.segments.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_LINES: usize = 10_000;
    const SIZE: Size = Size { cols: 80, rows: 24 };

    fn filled(lines: usize, width: usize) -> Ring {
        let mut ring = Ring::new(SIZE, MAX_LINES);
        let line = [vec![b'x'; width - 1], vec![b'\n']].concat();
        for _ in 0..lines {
            ring.push(&line);
            if ring.is_full() {
                ring.cut(SIZE, b"head".to_vec());
            }
        }
        ring
    }

    #[test]
    fn a_viewer_reads_on_from_its_offset() {
        let mut ring = Ring::new(SIZE, MAX_LINES);
        ring.push(b"hello ");
        ring.push(b"world");
        assert_eq!(ring.read(6, 3).unwrap().data, b"wor");
        assert_eq!(ring.read(11, 3).unwrap().data, b"");
        assert_eq!(ring.read(12, 3), None);
    }

    #[test]
    fn the_newest_ten_thousand_lines_stay() {
        let ring = filled(50_000, 160);
        assert!(ring.lines >= MAX_LINES && ring.lines < MAX_LINES + 1_000, "{}", ring.lines);
        assert_eq!(ring.past().1, b"head");
        assert_eq!(ring.read(0, 10), None);
    }

    #[test]
    fn of_many_short_lines_only_the_newest_are_seen_again() {
        let ring = filled(300_000, 2);
        let (from, head) = ring.past();
        assert!(ring.end() - from < 3 * SEGMENT as u64, "{}", ring.end() - from);
        assert!(from > ring.start() && head == b"head");
        assert_eq!(filled(10, 2).past(), (0, &b""[..]));
    }

    #[test]
    fn few_long_lines_stay_within_the_byte_limit() {
        let ring = filled(1_000, 20_000);
        assert!(ring.bytes <= MAX_BYTES, "{}", ring.bytes);
        assert_eq!(ring.end(), 20_000_000);
    }

    #[test]
    fn each_slice_has_one_size() {
        let mut ring = Ring::new(SIZE, MAX_LINES);
        ring.push(b"old");
        ring.cut(Size { cols: 100, rows: 30 }, Vec::new());
        ring.push(b"new");
        assert_eq!(ring.read(0, 100).unwrap(), Slice { size: SIZE, data: b"old" });
        assert_eq!(ring.read(3, 100).unwrap().size.cols, 100);
    }
}
