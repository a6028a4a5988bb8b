//! Why something does not decode on the GPU: one sentence each, for a person to read.

use crate::message::{Explain, Message, message};

/// Why nothing is decoded. After any of these the CPU decoder still works.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum DecoderError {
    /// Nothing was asked for.
    NoExamples,
    /// The window has no device that draws in it.
    NothingDraws,
    /// No thread could be made.
    NoThread {
        /// What it was for.
        what: Message,
        /// The system's own words.
        reason: String,
    },
    /// The adapter has no compute shaders at all.
    NoShaders {
        /// How it is driven.
        backend: String,
    },
    /// The adapter computes with small workgroups only, or with few buffers.
    NoCompute {
        /// What it has too little of.
        what: Message,
        /// What it allows.
        found: u64,
        /// What is needed.
        expected: u64,
    },
    /// One image alone is more than a limit.
    TooLarge {
        /// Which buffer or dispatch.
        what: Message,
        /// What it needs.
        needed: u64,
        /// What is allowed.
        limit: u64,
        /// Bytes or workgroups.
        unit: Message,
    },
    /// Sizes that no machine has.
    Uncountable(Message),
    /// The weights belong to a network of another shape.
    OtherNetwork,
    /// There are no weights yet.
    NoWeights,
    /// Latents that are not as many as planned.
    Latents {
        /// Values of one.
        latent: usize,
        /// Values that were planned from there on.
        room: usize,
        /// As many as came.
        found: usize,
    },
    /// The device itself failed: it is out of memory, or broken.
    Failed {
        /// What was asked of it.
        what: Message,
        /// What it said.
        reason: String,
    },
    /// The device refused it: it found a fault.
    Refused {
        /// What was asked of it.
        what: Message,
        /// What it said.
        reason: String,
    },
    /// The device is gone, or what it gave cannot be read.
    Unreadable(String),
}

impl Explain for DecoderError {
    fn message(&self) -> Message {
        match self {
            Self::NoExamples => message!("expected 1 or more images to decode, found 0"),
            Self::NothingDraws => message!("no graphics device draws in this window"),
            Self::NoThread { what, reason } => message!("no thread for {what} could be made: {reason}", what, reason),
            Self::NoShaders { backend } => message!("the graphics adapter has no compute shaders ({backend})", backend),
            Self::NoCompute { what, found, expected } => message!(
                "the graphics adapter cannot run the decoder: it allows {found} {what}, and {expected} are needed",
                what,
                found,
                expected,
            ),
            Self::TooLarge { what, needed, limit, unit } => message!(
                "{what} needs {needed} {unit}, and the graphics adapter allows {limit}",
                what,
                needed,
                limit,
                unit,
            ),
            Self::Uncountable(what) => message!("the sizes of {what} are beyond what can be counted", what),
            Self::OtherNetwork => {
                message!("these weights are of a network with other layers than the one that was planned")
            }
            Self::NoWeights => message!("no weights were uploaded yet"),
            Self::Latents { latent, room, found } => message!(
                "expected whole latents of {latent} values, at most {room} in all, found {found}",
                latent,
                room,
                found,
            ),
            Self::Failed { what, reason } => {
                message!("the graphics device failed at {what}: {reason}", what, reason)
            }
            Self::Refused { what, reason } => message!("the graphics device refused {what}: {reason}", what, reason),
            Self::Unreadable(reason) => {
                message!("what the graphics device computed cannot be read: {reason}", reason)
            }
        }
    }
}

impl DecoderError {
    /// A [`DecoderError::NoThread`].
    pub(in crate::gpu) fn no_thread(what: Message, error: &std::io::Error) -> Self {
        Self::NoThread { what, reason: error.to_string() }
    }

    /// Whether the device itself failed, so that no other network can be decoded on it either.
    pub const fn is_of_device(&self) -> bool {
        matches!(self, Self::NoShaders { .. } | Self::NoCompute { .. } | Self::Failed { .. } | Self::Unreadable(_))
    }
}
