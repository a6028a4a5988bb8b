//! One file a subcommand.

pub mod bench_ui;
pub mod explorer;
