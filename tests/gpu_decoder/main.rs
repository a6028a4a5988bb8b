//! The decoder on the GPU gives what the snapshot's own evaluation gives: every preset, random networks, in chunks; and
//! what does not fit is refused before anything is allocated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod device;
mod draws;
mod encoding;
mod networks;
