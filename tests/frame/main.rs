//! The window at three sizes, in both languages and both themes: nothing is cut, nothing lies over another, nothing moves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod looks;
mod pictures;
mod still;
mod truth;
mod window;
