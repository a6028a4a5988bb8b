//! Why evidence cannot be estimated.

use crate::message::{Explain, Message, message};
use crate::snapshot::NetworkError;

/// Why there is no estimate.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{}", self.message())]
pub enum EvidenceError {
    /// The model has no densities, for it lacks this.
    Missing(Message),
    /// Its parts do not fit together.
    Mismatch {
        /// Which part.
        what: Message,
        /// What would do.
        expected: Message,
        /// What is there.
        found: Message,
    },
    /// The network is none any more without its last activation.
    Network(#[from] NetworkError),
    /// The model gives no finite density for an image.
    NotFinite {
        /// Its place among the images.
        image: usize,
    },
    /// The caller broke it off.
    Interrupted,
}

impl Explain for EvidenceError {
    fn message(&self) -> Message {
        match self {
            Self::Mismatch { what, expected, found } => {
                message!("{key}: expected {expected}, found {found}", key = what, expected, found)
            }
            Self::Missing(what) => message!("{what}: expected one, found none", what),
            Self::Network(error) => error.message(),
            Self::NotFinite { image } => message!(
                "test image {image}: expected a finite density, found none; the model may have diverged",
                image,
            ),
            Self::Interrupted => message!("interrupted"),
        }
    }
}
