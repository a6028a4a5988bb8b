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
//!
//! Where to look first:
//!
//! | for | see |
//! | --- | --- |
//! | the ELBO | `model/vae.rs`, `Vae::terms` and `Vae::step` |
//! | how a setting reaches the training thread | a card's `ModelCommand::Edit`, `app/runtime.rs` `edited`, `trainer` `Control::Set`, `trainer/worker.rs` |
//! | how a drag becomes pixels | `ui/plane/area.rs`, `ui/output.rs`, `gpu/live` or `explore/viewer` |
//! | where a checkpoint commits | `run/checkpoint.rs`, the rename in `run/atomic.rs` |
//! | what a person works on, as a value | `app/project.rs`; its changes are `ui/command.rs`, carried out in `app/apply` |
//! | what runs in the background | `app/jobs.rs`, `trainer`, `explore/viewer` |
//! | adding a data format, a built-in data set | a file in `dataset`, a line in `dataset/registry.rs` |
//! | adding a family or a preset | a file in `model`, a line in `FAMILIES` of `model/families.rs` |
//! | adding an operation of networks | a file in `nn/operations` and in `shaders/`, a line in `nn/operations/mod.rs` |
//! | adding a metric | a file in `metrics`, a line in `metrics/table.rs` |
//! | adding a layer of the plane | a file in `ui/plane/layers`, a line in its `mod.rs` |
//! | adding a panel | a file in `ui`, a line in `ui/panels.rs` |
//! | adding a text | its key in both files of `assets/locales`; an error's sentence: `assets/messages` |

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
