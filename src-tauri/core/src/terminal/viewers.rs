//! Who looks at a terminal: each viewer is an offset in the ring and a credit of unacknowledged bytes.

use bytes::Bytes;
use tokio::sync::mpsc::UnboundedSender;

use super::Size;
use super::printout::Printout;
use crate::api::StreamOut;

/// At most this many bytes are on their way to a viewer.
const CREDIT: u64 = 512 << 10;
/// At most this many bytes go in one frame.
const FRAME: usize = 64 << 10;
/// A lossless viewer that is this far behind stops the reading.
const LOSSLESS_LAG: u64 = 1 << 20;

/// What a viewer gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// Output.
    Bytes(Bytes),
    /// The small rest.
    Text(StreamOut),
}

/// One viewer.
pub struct Viewer {
    id: u64,
    frames: UnboundedSender<Frame>,
    offset: u64,
    unacked: u64,
    size: Size,
    /// What fits into it, while it shows the terminal.
    fits: Option<Size>,
    lossless: bool,
    syncs: Vec<u64>,
}

/// All viewers of one terminal.
#[derive(Default)]
pub struct Viewers {
    viewers: Vec<Viewer>,
    next: u64,
}

impl Viewers {
    /// Adds a viewer and brings it to the present.
    pub fn attach(&mut self, frames: UnboundedSender<Frame>, lossless: bool, printout: &Printout) -> u64 {
        let id = self.next;
        self.next += 1;
        let size = Size { cols: 0, rows: 0 };
        let mut viewer =
            Viewer { id, frames, offset: 0, unacked: 0, size, fits: None, lossless, syncs: Vec::new() };
        viewer.replay(printout);
        self.viewers.push(viewer);
        id
    }

    /// Removes a viewer; whether it may have shown the terminal.
    pub fn detach(&mut self, id: u64) -> bool {
        let unseen = self.viewers.iter().any(|viewer| viewer.id == id && viewer.fits.is_none());
        self.viewers.retain(|viewer| viewer.id != id);
        !unseen
    }

    /// A viewer shows the terminal in this size, or not at all.
    pub fn show(&mut self, id: u64, fits: Option<Size>) {
        if let Some(viewer) = self.viewers.iter_mut().find(|viewer| viewer.id == id) {
            viewer.fits = fits;
        }
    }

    /// What fits into the only viewer that shows the terminal.
    pub fn only_shown(&self) -> Option<Size> {
        let mut sizes = self.viewers.iter().filter_map(|viewer| viewer.fits);
        sizes.next().filter(|_| sizes.next().is_none())
    }

    /// A viewer has drawn this much more.
    pub fn ack(&mut self, id: u64, bytes: u64, printout: &Printout) {
        if let Some(viewer) = self.viewers.iter_mut().find(|viewer| viewer.id == id) {
            viewer.unacked = viewer.unacked.saturating_sub(bytes);
            viewer.pump(printout);
        }
    }

    /// A viewer wants to know when all that was printed so far has been sent.
    pub fn sync(&mut self, id: u64, printout: &Printout) {
        if let Some(viewer) = self.viewers.iter_mut().find(|viewer| viewer.id == id) {
            viewer.syncs.push(printout.end());
            viewer.pump(printout);
        }
    }

    /// Sends each viewer what it has credit for; those that are gone are forgotten.
    pub fn pump(&mut self, printout: &Printout) {
        self.viewers.retain_mut(|viewer| viewer.pump(printout));
    }

    /// Whether some lossless viewer needs the reading to stop.
    pub fn hold_back(&self, printout: &Printout) -> bool {
        self.viewers
            .iter()
            .any(|viewer| viewer.lossless && printout.end() - viewer.offset + viewer.unacked >= LOSSLESS_LAG)
    }

    /// Sends everybody the rest, credit or not, and says goodbye.
    pub fn finish(&mut self, printout: &Printout, exit: &StreamOut) {
        for mut viewer in self.viewers.drain(..) {
            viewer.unacked = 0;
            while viewer.offset < printout.end() && viewer.pump(printout) {
                viewer.unacked = 0;
            }
            viewer.text(exit.clone());
        }
    }
}

impl Viewer {
    /// Sends a text frame; false when the viewer is gone.
    fn text(&self, frame: StreamOut) -> bool {
        self.frames.send(Frame::Text(frame)).is_ok()
    }

    fn pump(&mut self, printout: &Printout) -> bool {
        while self.unacked < CREDIT {
            let Some(slice) = printout.read(self.offset, FRAME) else {
                self.replay(printout);
                continue;
            };
            if slice.size != self.size {
                self.size = slice.size;
                self.text(StreamOut::Resize { cols: slice.size.cols, rows: slice.size.rows });
            }
            if slice.data.is_empty() {
                break;
            }
            self.offset += slice.data.len() as u64;
            self.unacked += slice.data.len() as u64;
            if self.frames.send(Frame::Bytes(Bytes::copy_from_slice(slice.data))).is_err() {
                return false;
            }
        }
        let offset = self.offset;
        let due = self.syncs.extract_if(.., |until| *until <= offset).count();
        (0..due).for_each(|_| _ = self.text(StreamOut::Synced));
        !self.frames.is_closed()
    }

    /// Brings a fresh or lost viewer to the present: the screen where what is kept begins, and all that is kept.
    fn replay(&mut self, printout: &Printout) {
        let (start, head) = printout.past();
        let first = printout.read(start, 0).map_or(self.size, |slice| slice.size);
        let bytes = head.len() as u64 + (printout.end() - start);
        self.size = first;
        self.text(StreamOut::Replay { bytes, cols: first.cols, rows: first.rows });
        self.offset = start;
        self.replay_bytes(head);
        while let Some(slice) = printout.read(self.offset, FRAME) {
            if slice.size != self.size {
                self.size = slice.size;
                self.text(StreamOut::Resize { cols: slice.size.cols, rows: slice.size.rows });
            }
            if slice.data.is_empty() {
                break;
            }
            self.offset += slice.data.len() as u64;
            self.replay_bytes(slice.data);
        }
        self.unacked = 0;
        self.text(StreamOut::Live);
    }

    fn replay_bytes(&self, bytes: &[u8]) {
        if !bytes.is_empty() {
            // A viewer that is gone is noticed at the next pump.
            _ = self.frames.send(Frame::Bytes(Bytes::copy_from_slice(bytes)));
        }
    }
}
