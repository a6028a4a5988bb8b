//! Latentarium: a planetarium for latent space.
//!
//! The map. An import goes down this list or sideways, never up:
//!
//! - `main`: arguments, logging, then the explorer or a subcommand
//! - [`cli`]: one file a subcommand
//! - [`app`]: the composition root; what a person asks for is a Command, carried out by `apply`; what threads report arrives in
//!   `logic` and `receive`
//! - [`ui`]: theme, one file a panel; panels return Commands
//! - [`gpu`]: WGSL pipelines and what feeds them
//! - [`picture`]: sheets and curves as pictures, without a window
//! - [`explore`]: the mathematics of looking and the thread that decodes for it, without a window
//! - [`trainer`]: the training thread, its messages, the handle that steers it
//! - [`run`]: the run folder
//! - [`diagnosis`]: what goes wrong in training, named: rules over what was looked at
//! - [`history`]: the curves of a run
//! - [`metrics`]: the table of what is measured, and pure functions of what a model gives
//! - [`model`]: one file or folder a family
//! - [`snapshot`]: a network as plain data, and its reference evaluation
//! - [`nn`]: layers, losses, optimisers, CPU kernels
//! - [`dataset`]: one file or folder a source
//! - [`disk`]: how files are read, and written so that they are there whole or not at all
//! - [`memory`]: what is allocated with, and what the machine has free
//! - [`random`]: keyed streams
//! - [`message`]: sentences for a person, in any language
//!
//! Where to look first:
//!
//! | for | see |
//! | --- | --- |
//! | the ELBO | `model/vae/mod.rs`, `Vae::terms` and `Vae::learn` |
//! | how a setting reaches the training thread | a card's `ModelCommand::Edit`, `app/runtime.rs` `edited`, `Control::Set` of `trainer/message.rs`, `trainer/changes.rs`, the family's `Trainable::set_live` |
//! | how a drag becomes pixels | `ui/plane/area.rs`, `View::cursor_after`; outputs: `ui/output/cell.rs`; tiles: `ui/plane/layers/tiles.rs`; both then `gpu/live`, or `app/requests.rs` and `explore/viewer` (a small network's output at once, in `ui/output/cell.rs`) |
//! | where a checkpoint commits | `run/checkpoint.rs`, the rename in `disk/atomic.rs` |
//! | who may write into a run, what is compared when it is opened | `run/begin.rs` and `run/lock.rs`; `run/state.rs`, `Checkpoint::read_at` |
//! | how files are read, and written where a person says | `disk/read.rs`, `disk/export.rs` |
//! | what a person works on, as a value | `app/project.rs`; its changes are `ui/command.rs`, carried out in `app/apply` |
//! | undo | `app/undo.rs`, `app/kept.rs`, `go_to` in `app/apply.rs` |
//! | models of other data: how they rest and wake | `app/resting.rs`; their cards: `ui/model_card/resting.rs` |
//! | what is copied to the clipboard | `app/apply/copy.rs`, `ui/copy.rs` |
//! | looking back at training | `explore/timeline` (the ring in memory, reading ahead), `run/reader.rs`; `app/timeline.rs` chooses the weights that `ModelRuntime::shown` gives; the strip: `ui/training/timeline.rs` |
//! | what is exported | `app/apply/export.rs`, `ui/export.rs`; samples: `picture/samples.rs`; figures: `picture/figure`; tables: `history/table.rs`, `explore/points_table.rs` |
//! | a panel as a picture | `ui/panel_menu.rs`, `app/apply/picture_panel.rs` |
//! | films | `picture/film`, `app/apply/export_film.rs`, `cli/film.rs`; of a timeline `picture/film/timeline.rs`; paths through a latent space: `explore/path`; over the plane: `app/paths.rs`, `ui/plane/path.rs` |
//! | what is there again at the next start | `app/session_files.rs`, `app/restore.rs`; what writes it: `trainer/saving.rs`, `keep_state` in `app/logic.rs`, `close` in `app/runs.rs` |
//! | what runs in the background | `app/jobs.rs` (answers: `app/done.rs`, `app/receive.rs`), `trainer`, `explore/viewer` |
//! | what is downloaded, from where, into which folder; when it may be | `dataset/download/table.rs`, `mirrors.rs`, `mod.rs`; `dataset::fetch_and_load`, `fetch_data` of `app/apply/data.rs` |
//! | adding a data format, a built-in data set | a file in `dataset`, a line in `dataset/registry.rs` |
//! | adding a family | a file in `model`, a line in `FAMILIES` of `model/families.rs` |
//! | adding a preset | an entry in the `presets` of its family, and its small plane in `assets/presets` (`examples/preset_thumbnails.rs`) |
//! | adding an operation of networks | a file in `nn/operations` and in `shaders/`, a line in `nn/operations/mod.rs`; `model/architecture.rs` uses it |
//! | adding a metric | a file in `metrics`, a line in `metrics/table.rs`, an id in `model/metric_id.rs` |
//! | what is measured of the weights between steps, and at which | `metrics/measurement.rs`, its table in `metrics/table.rs`, `trainer/measuring.rs` |
//! | the figures that models of any family are compared by | the table: `metrics/figures.rs`; each: `metrics/images`, `metrics/samples`, `metrics/disentanglement`; for a data set and a model: `explore/compare/{reference,figures}.rs`; printed: `cli/figures.rs`, `cli/compare_figures.rs` |
//! | the table of runs | as a value `explore/runs`; `ui/runs`; read and measured: `app/run_table.rs`; written: `metrics/figure_table.rs` |
//! | the compare sheet | as a value: `explore/compare/{sheet,making,search,choice}.rs`, what samples are near `memorised_bound.rs`, ways between images `interpolation.rs`; made and searched for in the background: `app/sheets.rs`; the panel: `ui/compare`; for files: `picture/compare.rs`, `explore/compare/table.rs`, `cli/compare.rs` |
//! | what goes wrong in training, how it is named and what is tried | a step is looked at by `nn/inspection`, in `trainer/diagnosing.rs`; rules: `diagnosis/rules`, a finding is a line of `diagnosis/table.rs` and its texts `finding.KEY`; `ui/diagnose`; what is tried: `app/trials.rs`; one step in all its parts: `ui/step_through.rs` |
//! | what colours the points | `explore/coloring.rs`, `explore/point_values.rs`, made in `explore/viewer`; what is selected of them: `ui/plane/selection.rs`; the legend: `ui/plane/layers/{legend,scale}.rs` |
//! | directions that codes give, sliders, anchors, maps of points | `explore/codes`, `explore/anchors.rs`; `ui/latent`, `ui/points`; made in `app/latent_space.rs`, `app/point_maps.rs` |
//! | what is outlined or searched among the points | `explore/outline.rs`, `ui/outlining.rs`, `app/selecting.rs` |
//! | p(z|x), log p(x) and its gap to the ELBO; the places of images in a GAN's plane | `explore/posterior`, `metrics/{grid,inference_gap,places,missed}.rs`; as a curve `metrics/missed_share.rs`; on the plane `explore/field/posterior.rs`, `ui/plane/{subject,worst}.rs`, `ui/plane/layers/places.rs` |
//! | a posterior of a decoder's weights, and where it is not sure | learned `nn/normal_layers.rs`, `model/vae/normal_decoder.rs`; as plain data `snapshot/weight_deviations.rs`; on the plane `explore/field/uncertainty.rs` |
//! | how an image was drawn (the tree over its pixels, states of rows, probabilities of pixels) | `nn/operations/draw_trace.rs`, each operation's `TracedDraws`, `Snapshot::trace`; beside the output `ui/output/trace` |
//! | completing images | which pixels are kept: `explore/completion.rs`; draws of the others: `Trainable::complete`, of exact densities `model/exact/conditioned.rs`, of any decoder `explore/decoder_completion.rs`; both: `explore/image_completer.rs`; in the window `explore/completion_choice.rs`, `app/completions.rs` (by a copy of the model: `trainer/copy_slot.rs`), `ui/complete`; for files `picture/completion.rs`, `cli/complete.rs` |
//! | the drawing pad | `explore/pad.rs` as a value, `explore/brush.rs`, `explore/drawn.rs`; `ui/pad`, `app/apply/pad.rs` |
//! | adding a layer of the plane | a file in `ui/plane/layers`, a line in its `mod.rs` |
//! | adding a field over the plane (numbers of every place) | a file in `explore/field`, a line in its `table.rs`, one in `ui/plane/layers/mod.rs`, its texts; window, export and `plane --layer` draw it |
//! | adding a panel | a file in `ui`, a line in `ui/panels.rs` |
//! | adding a text | its key in both files of `assets/locales` |
//! | adding an error's sentence | `message!` in its type's `Explain`, its template in `assets/messages` |
//! | a colour or a size | `ui/theme.rs` |
//!
//! Each new file also has its `mod` line; names on the screen are keys in the locales (`preset.NAME`, `pane.ID`, `operation.NAME`, …),
//! and tests say which are missing.

rust_i18n::i18n!("assets/locales", fallback = "en");

pub mod app;
pub mod cli;
pub mod dataset;
pub mod diagnosis;
pub mod disk;
pub mod explore;
pub mod gpu;
pub mod history;
pub mod memory;
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
