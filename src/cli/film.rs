//! `latentarium film`.

use super::Outcome;
use super::common::{load_of_run, progress_bar, usage, within};
use super::interruption::{AFTER_A_FRAME, end_of, go_on, is_interrupted, note_interruptions};
use super::output::say;
use super::plane_choice::plane_from_disk;
use crate::explore::data_plane::{DataBounds, MappedGrid};
use crate::explore::encoded::Encoding;
use crate::explore::path::{DataSupport, PathFile, PathKind, PathPlan, Waypoints};
use crate::explore::timeline::PastReader;
use crate::picture::ColorMap;
use crate::picture::film::{
    EachFrame, FILM_RATES, FILM_SIDES, Film, FilmFormat, FilmedPlane, TimelineFilm, enlarged, enlargement, image_frame,
};
use crate::run::{self, Opened};
use crate::snapshot::Scratch;
use anyhow::{Result, anyhow, bail};
use clap::{ArgGroup, Args};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Test images whose codes say where the data is.
const CODES: usize = 1000;

#[derive(Args)]
#[command(group(ArgGroup::new("subject").args(["path", "timeline"]).required(true)))]
pub struct FilmArguments {
    /// The run's folder.
    run: PathBuf,
    /// A path through the latent space: a .toml or .json file with `latents`, `positions` on the plane or `images` of the test
    /// set, and `kind` (straight, spherical, geodesic), `closed`, `frames`, `constant_speed`.
    #[arg(long, conflicts_with = "timeline")]
    path: Option<PathBuf>,
    /// The plane at each checkpoint that the run keeps.
    #[arg(long)]
    timeline: bool,
    /// Tiles a side of the plane.
    #[arg(long, default_value_t = 20)]
    grid: usize,
    /// Half the side of what is shown of the plane, in standard deviations of the prior.
    #[arg(long, default_value_t = 3.0)]
    range: f32,
    /// Pixels along the longer side, at most where frames need no more: each pixel is enlarged by a whole number.
    #[arg(long, default_value_t = 720)]
    size: u32,
    /// Frames a second; 24 along a path and 8 of a timeline unless it is given.
    #[arg(long)]
    rate: Option<u32>,
    /// The film to write: .gif, .png (animated) or .mp4 (H.264).
    #[arg(long)]
    out: PathBuf,
}

pub fn run(arguments: &FilmArguments) -> Result<Outcome> {
    let out = arguments.out.display();
    let format = FilmFormat::of(&arguments.out).ok_or_else(|| {
        usage(format!("--out {out}: expected a file that ends with .gif, .png or .mp4, found another ending"))
    })?;
    within("--grid", arguments.grid, 1..=64)?;
    within("--size", arguments.size as usize, *FILM_SIDES.start() as usize..=*FILM_SIDES.end() as usize)?;
    let rate = arguments.rate.unwrap_or(if arguments.timeline { 8 } else { 24 });
    within("--rate", rate as usize, *FILM_RATES.start() as usize..=*FILM_RATES.end() as usize)?;
    if !(arguments.range > 0.0 && arguments.range <= 1000.0) {
        return Err(usage(format!("--range: expected above 0 up to 1000, found {}", arguments.range)));
    }
    note_interruptions(AFTER_A_FRAME)?;
    let order = Order { arguments, format, rate };
    let written = match &arguments.path {
        Some(path) => order.along(&PathFile::read(path)?),
        None => order.timeline(),
    };
    end_of(written)?;
    say(out)?;
    Ok(Outcome::Done)
}

/// The film that was asked for.
struct Order<'a> {
    arguments: &'a FilmArguments,
    format: FilmFormat,
    rate: u32,
}

impl Order<'_> {
    /// One image after another along a path.
    fn along(&self, path: &PathFile) -> Result<()> {
        let folder = &self.arguments.run;
        let opened = run::open(folder)?;
        let snapshot = &opened.snapshot;
        if opened.config.sample().is_point() {
            bail!("{}: expected images for a film along a path, found points", folder.display());
        }
        let needs_codes = path.kind == PathKind::Geodesic && snapshot.encoder.is_some();
        let needs_images = matches!(path.waypoints, Waypoints::Images(_));
        let dataset = match needs_codes || needs_images {
            true => Some(load_of_run(folder, &opened.config.data)?),
            false => None,
        };
        let test = dataset.as_deref().map(|dataset| &dataset.test);
        let waypoints = match &path.waypoints {
            Waypoints::Positions(_) => path.latents(snapshot, test, Some(&plane_from_disk(&opened)?)),
            _ => path.latents(snapshot, test, None),
        };
        let waypoints = waypoints.map_err(|message| anyhow!("{message}"))?;
        let codes = test
            .filter(|_| needs_codes)
            .and_then(|test| Encoding::of(snapshot, test, CODES, &mut Scratch::default(), &mut || !is_interrupted()));
        let support = codes.and_then(|codes| DataSupport::of(&codes));
        let plan = PathPlan { kind: path.kind, closed: path.closed, waypoints };
        let curve = plan.curve(&snapshot.decoder, support.as_ref(), &mut || !is_interrupted());
        let Some(curve) = curve else { return go_on().map_err(Into::into) };
        let decoder = path.constant_speed.then_some(&snapshot.decoder);
        let latents = curve.sampled(path.frames, decoder);
        let shape = snapshot.image;
        self.write([shape.width as u32, shape.height as u32], path.frames, |each| {
            snapshot.decoder.evaluate_each(&latents, &mut Scratch::default(), |image| {
                Ok(each(&image_frame(shape, image, ColorMap::Grey))?)
            })
        })
    }

    /// The plane at one checkpoint after another.
    fn timeline(&self) -> Result<()> {
        let folder = &self.arguments.run;
        let newest = run::open(folder)?;
        let plane = Arc::new(plane_from_disk(&newest)?);
        let FilmArguments { grid, range, size, .. } = *self.arguments;
        let shown = match newest.config.sample().is_point() {
            true => mapped(&newest, MappedGrid { cells: grid, reach: range })?,
            false => FilmedPlane::Square { side: grid, range },
        };
        let (format, rate) = (self.format, self.rate);
        let film = TimelineFilm { plane, shown, map: ColorMap::Grey, format, longest: size, rate };
        let mut past = PastReader::of_run(folder)?;
        let bar = progress_bar(past.count() as u64, "frames");
        let done = |frames: usize| bar.set_position(frames as u64);
        let written = film.write(&self.arguments.out, &mut past, &|| !is_interrupted(), &done);
        bar.finish_and_clear();
        written.map_err(|message| anyhow!("{message}"))
    }

    /// Writes frames of `size` enlarged, with progress.
    fn write(&self, size: [u32; 2], frames: usize, fill: impl FnOnce(EachFrame<'_>) -> Result<()>) -> Result<()> {
        let factor = enlargement(self.format, size, self.arguments.size);
        let film = Film { format: self.format, size: size.map(|side| side * factor), frames, rate: self.rate };
        let bar = progress_bar(frames as u64, "frames");
        let mut no_frame = None;
        let written = film.write(&self.arguments.out, |each| {
            let filled = fill(&mut |frame| {
                go_on()?;
                bar.inc(1);
                each(&enlarged(frame, factor))
            });
            filled.map_err(|error| {
                error.downcast::<io::Error>().unwrap_or_else(|error| {
                    no_frame = Some(error);
                    io::ErrorKind::Other.into()
                })
            })
        });
        bar.finish_and_clear();
        match no_frame {
            Some(error) => Err(error),
            None => written.map_err(|error| anyhow!("{error}")),
        }
    }
}

/// The data's plane with a lattice of the latent plane on it.
fn mapped(opened: &Opened, grid: MappedGrid) -> Result<FilmedPlane> {
    let config = &opened.config;
    if config.sample().values() != 2 {
        bail!("{}: expected points of 2 coordinates to draw, found {}", opened.folder.display(), config.sample());
    }
    let bounds = DataBounds::of_range(config.image_range);
    Ok(FilmedPlane::Mapped { grid, bounds, heading: format!("{} on {}", config.model.preset, config.data_name) })
}
