//! Latentarium: a planetarium for latent space.
//!
//! The map. An import goes down this list or sideways, never up:
//!
//! - `main`: arguments, logging, then the explorer or a subcommand
//! - [`cli`]: one file a subcommand
//! - [`app`]: the composition root; `apply(Command)` is the only thing that mutates
//! - [`ui`]: theme, one file a panel; panels return Commands
//! - [`gpu`]: WGSL pipelines and what feeds them
//! - [`picture`]: sheets and curves as pictures, without a window
//! - [`explore`]: the mathematics of looking, without a window
//! - [`trainer`]: the training thread, its messages, the handle that steers it
//! - [`run`]: the run folder
//! - [`history`]: the curves of a run
//! - [`metrics`]: the table of what is measured, and pure functions of what a model gives
//! - [`model`]: one file a family
//! - [`snapshot`]: a network as plain data, and its reference evaluation
//! - [`nn`]: layers, losses, optimisers, CPU kernels
//! - [`dataset`]: one file a source
//! - [`random`]: keyed streams
//! - [`message`]: sentences for a person, in any language

rust_i18n::i18n!("assets/locales", fallback = "en");

pub mod app;
pub mod cli;
pub mod dataset;
pub mod explore;
pub mod gpu;
pub mod history;
pub mod message;
pub mod metrics;
pub mod model;
pub mod nn;
pub mod picture;
pub mod random;
pub mod run;
pub mod snapshot;
pub mod trainer;
pub mod ui;
