//! Images to learn from: one file a source, all of them seeded, bounded and kept as bytes.

mod cifar;
mod digits;
mod folder;
mod idx;
mod source;
mod stream;

pub use digits::digits;
pub use source::{Source, SourceError, load};

use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The shape of one image: channels × height × width, planes one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ImageShape {
    /// 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl ImageShape {
    /// A grey image of `height × width`.
    pub const fn grey(height: usize, width: usize) -> Self {
        Self { channels: 1, height, width }
    }

    /// Whether an image has colours of its own: red, green and blue.
    pub const fn is_color(self) -> bool {
        self.channels == 3
    }

    /// Values in one image.
    pub const fn values(self) -> usize {
        self.channels * self.height * self.width
    }
}

impl std::fmt::Display for ImageShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×{}×{}", self.height, self.width, self.channels)
    }
}

/// Pixels of many images in their element type on disk; 8 bits now, 16 bits and float have their place here.
#[derive(Clone, Debug)]
pub enum Pixels {
    /// 0 is black and 255 white.
    U8(Arc<[u8]>),
}

/// Images with labels, `count` of them.
#[derive(Clone, Debug)]
pub struct Split {
    /// The shape that all images share.
    pub shape: ImageShape,
    /// `[count, channels, height, width]`.
    pub pixels: Pixels,
    /// A class an image: an index into [`Dataset::class_names`].
    pub labels: Arc<[u8]>,
}

impl Split {
    /// Images in this split.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// Writes image `index` as values in [0, 1] into `out` (`[shape.values()]`); black where there is no such image.
    pub fn read(&self, index: usize, out: &mut [f32]) {
        let Pixels::U8(bytes) = &self.pixels;
        let size = self.shape.values();
        let range = index.checked_mul(size).and_then(|start| Some(start..start.checked_add(size)?));
        match range.and_then(|range| bytes.get(range)) {
            Some(image) => {
                for (value, byte) in out.iter_mut().zip(image) {
                    *value = f32::from(*byte) / 255.0;
                }
            }
            None => out.fill(0.0),
        }
    }

    /// Image `index` as values in [0, 1], `[shape.values()]`.
    pub fn image(&self, index: usize) -> Vec<f32> {
        let mut out = vec![0.0; self.shape.values()];
        self.read(index, &mut out);
        out
    }

    /// The images `indices`, one after another, `[indices.len(), shape.values()]` in [0, 1].
    pub fn gather(&self, indices: &[usize]) -> Vec<f32> {
        let size = self.shape.values();
        let mut out = vec![0.0; indices.len() * size];
        for (row, index) in out.chunks_exact_mut(size).zip(indices) {
            self.read(*index, row);
        }
        out
    }

    /// The class of image `index`, 0 where there is no such image.
    pub fn label(&self, index: usize) -> usize {
        self.labels.get(index).copied().map_or(0, usize::from)
    }
}

/// A data set: what is trained on, what is tested on, and where it came from.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Where it came from; what a run's `config.toml` repeats it by.
    pub source: Source,
    /// A short name for file names and the data chip: `digits`, `mnist`, …
    pub name: String,
    /// SHA-256 over shape, pixels and labels of both splits, in hexadecimal.
    pub checksum: String,
    /// What is learned from.
    pub train: Split,
    /// What is only measured on.
    pub test: Split,
    /// A name a class.
    pub class_names: Vec<String>,
}

impl Dataset {
    /// Puts a data set together and computes its checksum.
    pub fn new(source: Source, name: impl Into<String>, train: Split, test: Split, class_names: Vec<String>) -> Self {
        let mut hash = Sha256::new();
        for split in [&train, &test] {
            let ImageShape { channels, height, width } = split.shape;
            for size in [split.count(), channels, height, width] {
                hash.update((size as u64).to_le_bytes());
            }
            let Pixels::U8(bytes) = &split.pixels;
            hash.update(bytes);
            hash.update(&split.labels);
        }
        let checksum = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { source, name: name.into(), checksum, train, test, class_names }
    }

    /// The shape of every image.
    pub fn shape(&self) -> ImageShape {
        self.train.shape
    }
}

/// How far a long piece of work is, shared between who does it and who watches; also carries the wish to cancel.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    cancelled: AtomicBool,
}

impl Progress {
    /// Says how much there is to do, in units of the work's choice.
    pub fn set_total(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Says how much is done.
    pub fn set_done(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }

    /// (done, total); total is 0 while it is not known.
    pub fn get(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Asks the work to end early.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked the work to end early.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}
