//! How operations that draw images drew one: what its pixels alone do not say.

use std::fmt::Debug;

/// An operation that can say how it draws an example.
pub trait TracedDraws: Debug {
    /// How the example of `x`, `[inputs]`, is drawn with its weight: in the order of [`Compute::forward`](super::Compute::forward), so
    /// that it is the example that this makes of the same numbers, to the bit.
    fn trace(&self, weight: &[f32], x: &[f32]) -> DrawTrace;
}

/// How an example was drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum DrawTrace {
    /// Each pixel given one other, its parent in a tree; the same of all examples.
    Tree(Vec<TreeEdge>),
    /// Each row given a hidden state.
    States(StatePath),
    /// Each pixel given those before it.
    Conditionals(PixelConditionals),
}

/// An edge of a tree over pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TreeEdge {
    /// The pixel that the other depends on.
    pub parent: usize,
    /// The pixel that depends on it.
    pub child: usize,
    /// The mutual information of both in nats, 0 to log 2.
    pub information: f32,
}

/// The hidden states that the rows of an image were drawn with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePath {
    /// A row's state, below `states`, `[rows]`.
    pub path: Vec<usize>,
    /// States that there are.
    pub states: usize,
}

/// With which probabilities the pixels of an image were drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct PixelConditionals {
    /// The probability of a one, given what was drawn before the pixel, `[pixels]`.
    pub ones: Vec<f32>,
    /// What is drawn one after another.
    pub order: DrawOrder,
}

/// What is drawn one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawOrder {
    /// Pixels, as they lie: channel by channel, row by row.
    Pixels,
    /// Rows, each with its pixels of all channels.
    Rows,
}

/// The probability of a one from its logit.
pub(super) fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}
