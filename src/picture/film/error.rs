//! Why a film is not written.

use super::{FILM_FRAMES, FILM_RATES, FILM_SIDES, SHORTER};
use crate::disk::FileError;
use crate::message::{Explain, Message, message};
use std::path::PathBuf;

/// One sentence.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum FilmError {
    /// A number of frames that no film has.
    Frames {
        /// How many.
        found: usize,
    },
    /// A rate that no film has.
    Rate {
        /// Frames a second.
        found: u32,
    },
    /// Frames that are too large.
    Size {
        /// Width and height.
        found: [u32; 2],
    },
    /// The file system refused, or what made the frames ended it.
    File {
        /// The file.
        path: PathBuf,
        /// What there is instead.
        error: FileError,
    },
}

impl Explain for FilmError {
    fn message(&self) -> Message {
        match self {
            Self::Frames { found } => {
                let (low, high) = (FILM_FRAMES.start(), FILM_FRAMES.end());
                message!("a film: expected {low} to {high} frames, found {found}", low, high, found)
            }
            Self::Rate { found } => {
                let (low, high) = (FILM_RATES.start(), FILM_RATES.end());
                message!("a film: expected {low} to {high} frames a second, found {found}", low, high, found)
            }
            Self::Size { found: [width, height] } => {
                let (longer, shorter) = (FILM_SIDES.end(), SHORTER);
                message!(
                    "a film: expected at most {longer} by {shorter} pixels, found {width} by {height}",
                    longer,
                    shorter,
                    width,
                    height
                )
            }
            Self::File { path, error } => error.at(path),
        }
    }
}
