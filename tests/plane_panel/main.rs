//! The plane as a person uses it: pointer, wheel, keys, names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod controls;
mod header;
mod heat;
mod layers;
mod legend;
mod line;
mod outline;
#[path = "../panel/mod.rs"]
mod panel;
mod path;
mod plane;
