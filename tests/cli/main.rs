//! The command line as a user meets it: exit statuses, sentences, JSON fields, files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod ends;
mod program;
mod usage;
mod work;
