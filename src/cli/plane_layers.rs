//! `latentarium plane --layer`: the plane as a figure, with what the window lays over it.

use super::Outcome;
use super::common::{open, progress_bar, usage, within, write_figure};
use super::interruption::{Interrupted, is_interrupted};
use super::output::say;
use crate::dataset::Dataset;
use crate::explore::browse::{DataPart, ExamplePlace};
use crate::explore::encoded::{EncodedPoints, Encoding, PlanePoint};
use crate::explore::field::{
    FIELDS, FieldGrid, FieldInputs, FieldScratch, FieldSource, OtherWeights, PlaneField, field,
};
use crate::explore::plane::{Plane, PlaneAxis};
use crate::explore::posterior::{PosteriorImage, PosteriorSubject};
use crate::explore::tiles::{AtlasLimits, Lattice, TileGrid};
use crate::explore::viewer::CpuDecoder;
use crate::explore::viewport::{Area, Viewport};
use crate::metrics::{Classifier, ClassifierEffort};
use crate::picture::{self, ColorMap, FigureClass, FigureKey, FigureLegend, FigurePoint, PlaneFigure};
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

/// A figure of a run's plane.
pub struct FigureRequest<'a> {
    /// The run's folder.
    pub run: &'a Path,
    /// The picture to write.
    pub out: &'a Path,
    /// Tiles a side.
    pub grid: usize,
    /// Half the side of what is shown, in standard deviations of the prior.
    pub range: f32,
    /// The test example whose posterior is drawn.
    pub image: Option<usize>,
}

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

    /// Whether one of them is of one image.
    pub fn of_image(&self) -> bool {
        self.fields.iter().any(|field| field.inputs == FieldInputs::Image)
    }

    /// Writes the figure and prints its name, and what there is to say of its fields.
    ///
    /// # Errors
    /// Where the model or its data has nothing of what is asked for, or the file cannot be written.
    pub fn write(&self, request: &FigureRequest<'_>, plane: &Plane) -> Result<Outcome> {
        let (opened, data) = open(request.run, None)?;
        let snapshot = Arc::new(opened.snapshot.clone());
        let of_encoder = self.fields.iter().any(|field| field.inputs == FieldInputs::Encoding);
        let encoding = match self.points || of_encoder {
            true => Some(Arc::new(encoded(request.run, &snapshot, &data)?)),
            false => None,
        };
        let plane = Arc::new(plane.clone());
        let shown = Shown { request, opened: &opened, data: &data, snapshot, plane, encoding };
        let bar = progress_bar(self.fields.len() as u64, "layers");
        let made = self.fields.iter().map(|field| shown.field(field).inspect(|_| bar.inc(1)));
        let fields = made.collect::<Result<Vec<FigureField>>>()?;
        bar.finish_and_clear();
        let mut figure = shown.figure(self.points)?;
        fields.iter().for_each(|field| field.lay_over(&mut figure, shown.offset()));
        write_figure(request.out, &figure)?;
        say(request.out.display())?;
        for FigureField { field, grid, .. } in &fields {
            figures(grid).try_for_each(|words| say(format_args!("{}: {words}", field.id)))?;
        }
        Ok(Outcome::Done)
    }
}

/// What a figure is made of.
struct Shown<'a> {
    request: &'a FigureRequest<'a>,
    opened: &'a Opened,
    data: &'a Dataset,
    snapshot: Arc<Snapshot>,
    plane: Arc<Plane>,
    encoding: Option<Arc<Encoding>>,
}

impl Shown<'_> {
    /// The places of a figure, so many along a side.
    fn lattice(&self, cells: usize) -> Lattice {
        let area = Area { min: [0.0; 2], size: [1.0; 2] };
        Lattice::covering(&Viewport { centre: [0.0; 2], half_height: self.request.range }, area, cells)
    }

    /// What the figure adds to the plane's coordinates: along a dimension they are the latent's own.
    fn offset(&self) -> [f32; 2] {
        PlaneAxis::BOTH.map(|axis| self.plane.offset(axis))
    }

    /// Makes a field.
    fn field(&self, field: &'static PlaneField) -> Result<FigureField> {
        let Self { request: FigureRequest { run, image, .. }, opened, data, .. } = self;
        let mut source = FieldSource {
            snapshot: self.snapshot.clone(),
            plane: self.plane.clone(),
            lattice: self.lattice(field.cells),
            encoding: self.encoding.clone(),
            classifier: None,
            others: Arc::default(),
            image: None,
        };
        match field.inputs {
            FieldInputs::Classifier => source.classifier = classifier(data)?.map(Arc::new),
            FieldInputs::Others => source.others = kept(run, opened)?,
            FieldInputs::Image => source.image = posterior_of(*image, data)?,
            FieldInputs::Decoder | FieldInputs::Encoding | FieldInputs::Critic | FieldInputs::WeightPosterior => {}
        }
        let run = run.display();
        if !field.has_inputs(&source) {
            bail!("{run}: expected {} for --layer {}, found none", missing(field.inputs), field.id);
        }
        match FieldGrid::make(field, &source, &mut FieldScratch::default(), &mut || !is_interrupted()) {
            Some(grid) => Ok(FigureField { field, grid, opacity: OPACITY }),
            None if is_interrupted() => Err(Interrupted.into()),
            None => bail!("{run}: the model has no {}", field.id),
        }
    }

    /// Tiles, and the test examples on them where they are asked for.
    fn figure(&self, with_points: bool) -> Result<PlaneFigure> {
        let (lattice, limits) = (self.lattice(self.request.grid), AtlasLimits::default());
        let mut decoder = CpuDecoder::default();
        let made =
            TileGrid::decode(&mut decoder, &self.snapshot, &self.plane, lattice, limits, &mut || !is_interrupted());
        if is_interrupted() {
            return Err(Interrupted.into());
        }
        let Some(made) = made else { bail!("{}: the plane could not be decoded", self.request.run.display()) };
        let offset = self.offset();
        let moved = |[x, y]: [f32; 2]| [x + offset[0], y + offset[1]];
        let (low, high) = lattice.bounds();
        let encoding = self.encoding.as_ref().filter(|_| with_points);
        let points = encoding.map(|encoding| EncodedPoints::new(encoding.clone(), self.plane.clone()));
        let point = |point: &PlanePoint| FigurePoint {
            at: moved(point.position),
            color: theme::rgb(theme::class_color(point.group as usize)),
        };
        let config = &self.opened.config;
        Ok(PlaneFigure {
            tiles: picture::tiles(&made, ColorMap::Grey),
            bounds: (moved(low), moved(high)),
            axes: PlaneAxis::BOTH.map(|axis| axis_name(&self.plane, axis)),
            points: points.iter().flat_map(|points| &points.points).map(point).collect(),
            lines: Vec::new(),
            legends: points.iter().map(|_| legend(self.data)).collect(),
            heading: format!("{} on {}", config.model.preset, config.data_name),
            caption: format!("{}, step {}.", config.model.preset, self.opened.checkpoint.step),
        })
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
    Ok(Classifier::train(data, ClassifierEffort::THOROUGH, &mut || !is_interrupted())?)
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
        FieldInputs::WeightPosterior => "a decoder whose weights have a posterior",
        FieldInputs::Others => "kept checkpoints before the newest",
        FieldInputs::Image => "--image",
    }
}
