//! `latentarium plane --layer`: the plane as a figure, with what the window lays over it.

use super::Outcome;
use super::common::{open, progress_bar, usage, within, write_file, write_png};
use super::interruption::{Interrupted, is_interrupted};
use super::output::say;
use super::plane::PlaneArguments;
use crate::dataset::Dataset;
use crate::explore::browse::{DataPart, ExamplePlace};
use crate::explore::encoded::{EncodedPoints, Encoding};
use crate::explore::field::{
    FIELDS, FieldGrid, FieldInputs, FieldScratch, FieldSource, OtherWeights, PlaneField, field,
};
use crate::explore::plane::{Plane, PlaneAxis};
use crate::explore::posterior::{PosteriorImage, PosteriorSubject};
use crate::explore::tiles::Lattice;
use crate::explore::tiles::{AtlasLimits, TileGrid};
use crate::explore::viewer::CpuDecoder;
use crate::explore::viewport::{Area, Viewport};
use crate::metrics::Classifier;
use crate::picture::{self, ColorMap, FigureClass, FigureKey, FigureLegend, FigurePoint, FigureStyle, PlaneFigure};
use crate::run::{self, Opened};
use crate::snapshot::{Scratch, Snapshot};
use crate::ui::plane::{FigureField, axis_name, figures};
use crate::ui::theme;
use anyhow::{Result, bail};
use std::path::Path;
use std::sync::Arc;

/// The name of the encoded test examples.
const POINTS: &str = "points";
/// How much a field hides.
const OPACITY: f32 = 0.75;
/// Test examples that are encoded, at most.
const MOST_ENCODED: usize = 100_000;
/// Checkpoints that disagreement is found among, beside the newest.
const CHECKPOINTS: usize = 7;

/// What lies over the tiles.
pub struct PlaneLayers {
    fields: Vec<&'static PlaneField>,
    points: bool,
}

impl PlaneLayers {
    /// Those of these names.
    ///
    /// # Errors
    /// Names that there are not: says which there are.
    pub fn named(names: &[String]) -> Result<Self> {
        let unknown = |name: &String| {
            let known: Vec<&str> = [POINTS].into_iter().chain(FIELDS.iter().map(|field| field.id)).collect();
            usage(format!("--layer: expected one of {}, found {name}", known.join(", ")))
        };
        let fields = names.iter().filter(|name| *name != POINTS);
        let fields = fields.map(|name| field(name).ok_or_else(|| unknown(name))).collect::<Result<_>>()?;
        Ok(Self { fields, points: names.iter().any(|name| name == POINTS) })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && !self.points
    }

    /// Writes the figure and prints its name.
    ///
    /// # Errors
    /// Where the model or its data has nothing of what is asked for, or the file cannot be written.
    pub fn write(&self, arguments: &PlaneArguments, plane: &Plane) -> Result<Outcome> {
        let (opened, data) = open(&arguments.run, None)?;
        let snapshot = Arc::new(opened.snapshot.clone());
        let of_encoder = |field: &&PlaneField| field.inputs == FieldInputs::Encoding;
        let encoding = match self.points || self.fields.iter().copied().any(|field| of_encoder(&field)) {
            true => Some(Arc::new(encoded(&arguments.run, &snapshot, &data)?)),
            false => None,
        };
        let plane = Arc::new(plane.clone());
        let (area, view) =
            (Area { min: [0.0; 2], size: [1.0; 2] }, Viewport { centre: [0.0; 2], half_height: arguments.range });
        let lattice = |cells: usize| Lattice::covering(&view, area, cells);
        let tiles = lattice(arguments.grid);
        let mut fields = Vec::new();
        let bar = progress_bar(self.fields.len() as u64, "layers");
        for field in &self.fields {
            let source = FieldSource {
                snapshot: snapshot.clone(),
                plane: plane.clone(),
                lattice: lattice(field.cells),
                encoding: encoding.clone(),
                classifier: if field.inputs == FieldInputs::Classifier {
                    classifier(&data)?.map(Arc::new)
                } else {
                    None
                },
                others: if field.inputs == FieldInputs::Others {
                    kept(&arguments.run, &opened)?
                } else {
                    Arc::default()
                },
                image: if field.inputs == FieldInputs::Image { posterior_of(arguments.image, &data)? } else { None },
            };
            if !field.has_inputs(&source) {
                let (run, missing) = (arguments.run.display(), missing(field.inputs));
                bail!("{run}: expected {missing} for --layer {}, found none", field.id);
            }
            match FieldGrid::make(field, &source, &mut FieldScratch::default(), &mut || !is_interrupted()) {
                Some(grid) => fields.push(FigureField { field, grid, opacity: OPACITY }),
                None if is_interrupted() => return Err(Interrupted.into()),
                None => bail!("{}: the model has no {}", arguments.run.display(), field.id),
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        let made =
            TileGrid::decode(&mut CpuDecoder::default(), &snapshot, &plane, tiles, AtlasLimits::default(), &mut || {
                !is_interrupted()
            });
        if is_interrupted() {
            return Err(Interrupted.into());
        }
        let Some(made) = made else { bail!("{}: the plane could not be decoded", arguments.run.display()) };
        let offset = PlaneAxis::BOTH.map(|axis| plane.offset(axis));
        let moved = |[x, y]: [f32; 2]| [x + offset[0], y + offset[1]];
        let (low, high) = tiles.bounds();
        let points = encoding.filter(|_| self.points).map(|encoding| EncodedPoints::new(encoding, plane.clone()));
        let mut figure = PlaneFigure {
            tiles: picture::tiles(&made, ColorMap::Grey),
            bounds: (moved(low), moved(high)),
            axes: PlaneAxis::BOTH.map(|axis| axis_name(&plane, axis)),
            points: points
                .iter()
                .flat_map(|points| &points.points)
                .map(|point| FigurePoint {
                    at: moved(point.position),
                    color: theme::rgb(theme::class_color(point.group as usize)),
                })
                .collect(),
            lines: Vec::new(),
            legends: points.iter().map(|_| legend(&data)).collect(),
            heading: format!("{} on {}", opened.config.model.preset, opened.config.data_name),
            caption: format!("{}, step {}.", opened.config.model.preset, opened.checkpoint.step),
        };
        fields.iter().for_each(|field| field.lay_over(&mut figure, offset));
        let style = FigureStyle::default();
        match arguments.out.extension().is_some_and(|ending| ending == "svg") {
            true => write_file(&arguments.out, picture::svg(&figure, &style)?.as_bytes())?,
            false => write_png(&arguments.out, &picture::pixels(&figure, &style)?)?,
        }
        say(arguments.out.display())?;
        for FigureField { field, grid, .. } in &fields {
            figures(grid).try_for_each(|words| say(format_args!("{}: {words}", field.id)))?;
        }
        Ok(Outcome::Done)
    }
}

fn legend(data: &Dataset) -> FigureLegend {
    let class = |(class, name): (usize, &String)| FigureClass {
        name: name.clone(),
        color: theme::rgb(theme::class_color(class)),
    };
    FigureLegend { heading: None, key: FigureKey::Classes(data.class_names().iter().enumerate().map(class).collect()) }
}

/// The test example whose posterior is drawn.
fn posterior_of(index: Option<usize>, data: &Dataset) -> Result<Option<PosteriorImage>> {
    let Some(index) = index else { return Ok(None) };
    within("--image", index, 0..=data.test.count().saturating_sub(1))?;
    let subject = PosteriorSubject::Example(ExamplePlace { part: DataPart::Test, index });
    Ok(Some(PosteriorImage { subject, image: data.test.image(index).into() }))
}

/// The test examples' posteriors.
fn encoded(run: &Path, snapshot: &Snapshot, data: &Dataset) -> Result<Encoding> {
    let found = Encoding::of(snapshot, &data.test, MOST_ENCODED, &mut Scratch::default(), &mut || !is_interrupted());
    match found {
        Some(encoding) => Ok(encoding),
        None => bail!("{}: expected a model with an encoder, found one without", run.display()),
    }
}

/// What tells the data's classes apart.
fn classifier(data: &Dataset) -> Result<Option<Classifier>> {
    Ok(Classifier::train(data, &mut || !is_interrupted())?)
}

/// The weights of the newest checkpoints before the one that is shown.
fn kept(run: &Path, opened: &Opened) -> Result<Arc<[OtherWeights]>> {
    let before = run::kept(run)?.into_iter().rev().filter(|kept| kept.step < opened.checkpoint.step && kept.step > 0);
    let snapshots = before
        .take(CHECKPOINTS)
        .map(|kept| Ok(OtherWeights::Whole(Arc::new(run::open_at(run, Some(kept.step))?.snapshot))));
    snapshots.collect()
}

const fn missing(inputs: FieldInputs) -> &'static str {
    match inputs {
        FieldInputs::Decoder => "a decoder",
        FieldInputs::Encoding => "an encoder",
        FieldInputs::Classifier => "data with classes",
        FieldInputs::Critic => "a GAN",
        FieldInputs::Others => "kept checkpoints before the newest",
        FieldInputs::Image => "--image",
    }
}
