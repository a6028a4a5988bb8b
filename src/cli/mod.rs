//! The command line: one file a subcommand. Figures go to standard output, progress and messages to standard error.

mod bench;
mod common;
mod compare;
mod compare_figures;
mod complete;
mod demo;
mod encode;
mod eval;
mod eval_inversion;
mod eval_likelihood;
mod eval_places;
pub mod explorer;
mod fields;
mod figures;
mod film;
mod findings;
mod interruption;
mod list;
mod output;
mod plane;
mod plane_choice;
mod plane_layers;
mod plane_overview;
mod sample;
mod train;

use crate::app::{Session, Start};
use crate::dataset::Source;
use crate::gpu::DecoderChoice;
use clap::{Args, Parser, Subcommand};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
#[cfg(unix)]
use std::sync::Arc;

/// A planetarium for latent space.
#[derive(Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    explorer: ExplorerArguments,
}

#[derive(Args)]
struct ExplorerArguments {
    /// Data to begin with, or where the data of the run to open is now: a name that `latentarium data` lists (some are downloaded),
    /// a file or a folder.
    #[arg(long)]
    data: Option<String>,
    /// A run folder to open.
    #[arg(long)]
    open: Option<PathBuf>,
    /// What the models learn on: auto, cpu, cuda:N or metal.
    #[arg(long, default_value = "auto")]
    device: String,
    /// Who decodes the plane: auto, gpu or cpu; the next time, too.
    #[arg(long, value_parser = common::decoder_choice)]
    decoder: Option<DecoderChoice>,
}

#[derive(Subcommand)]
enum Command {
    /// Train a preset, repeat a run from its config.toml, go on with one, or fork one.
    Train(Box<train::TrainArguments>),
    /// Measure a run on its test set.
    Eval(eval::EvalArguments),
    /// Encode the test set into a table, with all that is known of each image.
    Encode(encode::EncodeArguments),
    /// Draw samples of a run into a picture, a folder of pictures or an array.
    Sample(sample::SampleArguments),
    /// Decode a grid of the latent plane into a picture; of several runs side by side.
    Plane(plane::PlaneArguments),
    /// Write a film along a path through the latent space, or of the plane while it was learned.
    Film(film::FilmArguments),
    /// Compare runs of any families: reconstructions, errors and fresh samples of the same data.
    Compare(compare::CompareArguments),
    /// Complete test images of which some pixels are kept, by models that can.
    Complete(complete::CompleteArguments),
    /// Measure speed.
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// The main job without a window: trains both models, writes pictures and a summary.
    Demo(demo::DemoArguments),
    /// The presets there are.
    Presets,
    /// The data there is.
    Data,
}

/// How a subcommand ended when it did not fail.
pub(crate) enum Outcome {
    Done,
    Interrupted,
}

/// Reads the arguments, runs what they ask for, and gives the exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
pub fn main() -> ExitCode {
    // Before any thread starts: element-wise operations of candle share one spinning pool for the whole process.
    common::limit_candle_threads();
    let filter = tracing_subscriber::EnvFilter::try_from_env("LATENTARIUM_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("latentarium=info,error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .without_time()
        .log_internal_errors(false)
        .init();
    // A file beyond the limit of its size is an error like a full disk, and no reason to end.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Some(Command::Train(arguments)) => train::run(&arguments),
        Some(Command::Eval(arguments)) => eval::run(&arguments),
        Some(Command::Encode(arguments)) => encode::run(&arguments),
        Some(Command::Sample(arguments)) => sample::run(&arguments),
        Some(Command::Plane(arguments)) => plane::run(&arguments),
        Some(Command::Film(arguments)) => film::run(&arguments),
        Some(Command::Compare(arguments)) => compare::run(&arguments),
        Some(Command::Complete(arguments)) => complete::run(&arguments),
        Some(Command::Bench(command)) => bench::run(command),
        Some(Command::Demo(arguments)) => demo::run(&arguments),
        Some(Command::Presets) => list::presets(),
        Some(Command::Data) => list::data(),
        None => explore(arguments.explorer),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Interrupted) => ExitCode::from(interruption::STATUS),
        Err(error) if error.is::<common::Usage>() => {
            output::tell(error);
            ExitCode::from(2)
        }
        Err(error) if error.is::<output::OutputClosed>() => ExitCode::SUCCESS,
        Err(error) if error.is::<interruption::Interrupted>() => ExitCode::from(interruption::STATUS),
        Err(error) => {
            output::tell(sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, but for those that it names itself.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().skip(1).fold(error.to_string(), |said, cause| {
        let cause = cause.to_string();
        if said.contains(&cause) { said } else { format!("{said}: {cause}") }
    })
}

/// The explorer, or where no window can be opened the same job without one.
fn explore(arguments: ExplorerArguments) -> anyhow::Result<Outcome> {
    let (data, opens_a_run) = (arguments.data.clone(), arguments.open.is_some());
    let start = Start {
        data: arguments.data.as_deref().map(Source::parse),
        run: arguments.open,
        state: Session::default_state_path(),
        device: Some(common::open_device(&arguments.device)?),
        decoder: arguments.decoder,
        ..Start::default()
    };
    match explorer::open_window(start) {
        Ok(()) => Ok(Outcome::Done),
        Err(reason) if opens_a_run => Err(reason.into()),
        Err(reason) => {
            output::tell(format!("{reason}; running `demo` instead"));
            demo::run(&demo::DemoArguments::with_data(data))
        }
    }
}
