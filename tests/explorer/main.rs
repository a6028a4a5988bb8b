//! The screen, driven by the names of its controls: what a person can do, and that nothing that fails takes it down.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod compare;
mod complete;
mod data;
mod diagnose;
mod export;
mod fields;
mod latent;
mod models;
mod paths;
mod posterior;
mod reading;
mod resting;
mod runs;
mod screen;
mod sources;
mod table;
mod timeline;
mod traces;
mod training;
mod undo;
mod window;
