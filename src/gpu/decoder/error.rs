//! Why something does not decode on the GPU: one sentence each, for a person to read.

/// Why nothing is decoded. After any of these the CPU decoder still works.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecoderError {
    /// Nothing was asked for.
    #[error("expected 1 or more images to decode, found 0")]
    NoExamples,
    /// The adapter cannot compute, or only with small workgroups.
    #[error("the graphics adapter cannot run the decoder: it allows {found} {what}, and {expected} are needed")]
    NoCompute {
        /// What it has too little of.
        what: &'static str,
        /// What it allows.
        found: u64,
        /// What is needed.
        expected: u64,
    },
    /// One image alone is more than a limit.
    #[error("{what} needs {needed} {unit}, and the graphics adapter allows {limit}")]
    TooLarge {
        /// Which buffer or dispatch.
        what: String,
        /// What it needs.
        needed: u64,
        /// What is allowed.
        limit: u64,
        /// Bytes or workgroups.
        unit: &'static str,
    },
    /// Sizes that no machine has.
    #[error("the sizes of {0} are beyond what can be counted")]
    Uncountable(String),
    /// The weights belong to a network of another shape.
    #[error("these weights are of a network with other layers than the one that was planned")]
    OtherNetwork,
    /// There are no weights yet.
    #[error("no weights were uploaded yet")]
    NoWeights,
    /// Latents that are not as many as planned.
    #[error("expected whole latents of {latent} values, at most {room} in all, found {found}")]
    Latents {
        /// Values of one.
        latent: usize,
        /// Values that were planned from there on.
        room: usize,
        /// As many as came.
        found: usize,
    },
    /// The device itself failed: it is out of memory, or broken.
    #[error("the graphics device failed at {what}: {reason}")]
    Failed {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        reason: String,
    },
    /// The device refused it: it found a fault.
    #[error("the graphics device refused {what}: {reason}")]
    Refused {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        reason: String,
    },
    /// The device is gone, or what it gave cannot be read.
    #[error("what the graphics device computed cannot be read: {0}")]
    Unreadable(String),
}

impl DecoderError {
    /// Whether the device itself failed, so that no other network can be decoded on it either.
    pub const fn is_of_device(&self) -> bool {
        matches!(self, Self::NoCompute { .. } | Self::Failed { .. } | Self::Unreadable(_))
    }
}
