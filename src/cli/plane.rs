//! `latentarium plane`.

use super::Outcome;
use super::common::{check_ending, is_svg, usage, write_points, write_sheet};
use super::interruption::{SOON, end_of, go_on, note_interruptions};
use super::output::say;
use super::plane_choice::plane_from_disk;
use super::plane_layers::{FigureRequest, PlaneLayers};
use super::plane_overview::OverviewRequest;
use crate::explore::data_plane::MappedGrid;
use crate::picture::{self, SheetLayout};
use crate::run;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct PlaneArguments {
    /// The run's folder; of several runs of images of one shape, planes side by side, or samples where a plane is a slice of noise.
    #[arg(num_args = 1.., required = true)]
    runs: Vec<PathBuf>,
    /// Tiles a side.
    #[arg(long, default_value_t = 20)]
    grid: usize,
    /// Half the side of what is shown, in standard deviations of the prior.
    #[arg(long, default_value_t = 3.0)]
    range: f32,
    /// A layer over the tiles: points, aggregate, unsupported, classes, sensitivity, critic, uncertainty, posterior (of --image) or disagreement (of the run's kept
    /// checkpoints); again for more.
    #[arg(long = "layer", value_name = "NAME")]
    layers: Vec<String>,
    /// The test example whose posterior the layer posterior draws.
    #[arg(long, value_name = "INDEX")]
    image: Option<usize>,
    /// The picture to write: .png, or .svg with axes.
    #[arg(long)]
    out: PathBuf,
}

pub fn run(arguments: &PlaneArguments) -> Result<Outcome> {
    if !(1..=64).contains(&arguments.grid) {
        return Err(usage(format!("--grid: expected 1 to 64, found {}", arguments.grid)));
    }
    if !(arguments.range > 0.0 && arguments.range <= 1000.0) {
        return Err(usage(format!("--range: expected above 0 up to 1000, found {}", arguments.range)));
    }
    // Fields and tiles share borders, one of which runs through the middle.
    if !arguments.layers.is_empty() && !arguments.grid.is_multiple_of(2) {
        return Err(usage(format!("--grid: expected an even number with --layer, found {}", arguments.grid)));
    }
    let layers = PlaneLayers::named(&arguments.layers)?;
    if arguments.image.is_some() && !layers.of_image() {
        return Err(usage("--image: expected --layer posterior beside it, found none"));
    }
    check_ending("--out", &arguments.out, &["png", "svg"])?;
    note_interruptions(SOON)?;
    let [run] = arguments.runs.as_slice() else {
        let PlaneArguments { runs, out, grid, range, .. } = arguments;
        return OverviewRequest { runs, grid: *grid, range: *range, layers: !layers.is_empty(), out }.write();
    };
    let opened = run::open(run)?;
    let plane = plane_from_disk(&opened)?;
    let sample = opened.config.sample();
    if sample.is_point() && !layers.is_empty() {
        return Err(usage(format!("--layer: expected a run of images, found points of {sample}")));
    }
    if sample.is_point() {
        let grid = MappedGrid { cells: arguments.grid, reach: arguments.range };
        return write_points(&arguments.out, &opened, Vec::new(), grid.of(&opened.snapshot, &plane));
    }
    if !layers.is_empty() || is_svg(&arguments.out) {
        let PlaneArguments { out, grid, range, image, .. } = arguments;
        let request = FigureRequest { run, out, grid: *grid, range: *range, image: *image };
        return layers.write(&request, &plane);
    }
    let layout = SheetLayout::quilt(arguments.grid, opened.snapshot.image);
    let written = write_sheet(&arguments.out, layout, |each| {
        let each = |image: &[f32]| go_on().and_then(|()| each(image));
        picture::plane(&opened.snapshot, &plane, (arguments.grid, arguments.range), each)
    });
    end_of(written)?;
    say(arguments.out.display())?;
    Ok(Outcome::Done)
}
