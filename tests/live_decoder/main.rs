//! The decoder in the window: each pointer event is answered by its own frame's picture, the GPU shows what the CPU shows,
//! nothing runs when nothing changes, and whatever the adapter refuses, the explorer and its training go on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fallback;
mod pictures;
mod screen;
