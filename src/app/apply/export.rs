//! What a person takes away: figures and tables, made and written in the background.

use crate::app::done::Done;
use crate::app::files;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::dataset::Split;
use crate::explore::coloring::{PointColoring, PointKey};
use crate::explore::encoded::{EncodedPoints, Encoding, PlanePoint};
use crate::explore::plane::{Plane, PlaneAxis};
use crate::explore::points_table::EncodedTable;
use crate::explore::tiles::{Lattice, TileGrid};
use crate::explore::viewer::CpuDecoder;
use crate::explore::viewport::Area;
use crate::history::{History, curves_csv};
use crate::message::{Explain, Message, message};
use crate::model::ModelId;
use crate::picture::{
    self, CurvesFigure, Figure, FigureClass, FigureKey, FigureLegend, FigurePoint, FigureStyle, PlaneFigure,
};
use crate::snapshot::{Scratch, Snapshot};
use crate::ui::command::{Ask, ExportFormat, ExportSubject};
use crate::ui::plane::axis_name;
use crate::ui::slot::Slot;
use crate::ui::text::{explain, tr};
use crate::ui::theme;
use crate::ui::training::figure_plots;
use crate::ui::view::ModelView;
use rust_i18n::t;
use std::path::PathBuf;
use std::sync::Arc;

/// The numbers of a model that a caption has.
const CAPTION_FIELDS: [&str; 4] = ["seed", "latent", "beta", "learning_rate"];

/// Something that makes a file's bytes, away from the window.
type Work = Box<dyn FnOnce() -> Result<Vec<u8>, Message> + Send>;

impl Session {
    /// Writes a file in the background; where there is nothing to write, says so.
    pub(super) fn export(&mut self, what: ExportSubject, path: PathBuf) {
        let Some(format) = what.format(&path) else {
            let expected: Vec<String> = what.endings().map(|ending| format!(".{ending}")).collect();
            let found = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            let message = message!(
                "{path}: expected a file that ends with {expected}, found .{found}",
                path,
                expected = expected.join(", "),
                found
            );
            return self.failed(|ask| matches!(ask, Ask::Export(_)), &explain(&message));
        };
        let path = if path.extension().is_none() { path.with_extension(format.ending()) } else { path };
        let path = std::path::absolute(&path).unwrap_or(path);
        let work = match what {
            ExportSubject::Plane(slot) => self.plane_work(slot, format),
            ExportSubject::Curves => self.curves_work(format),
            ExportSubject::Sheet => self.sheet_work(),
            ExportSubject::Points(slot) => self.points_work(slot, format),
            ExportSubject::Samples(slot) => return self.export_samples(slot, format, path),
        };
        match work {
            Ok(work) => self.services.jobs.start(JobKey::Write(path.clone()), move |_| {
                let write = |bytes: Vec<u8>| files::write_export(&path, &bytes).map_err(|error| error.message());
                Done::Exported(work().and_then(write).map(|()| path))
            }),
            Err(why) => self.failed(|ask| matches!(ask, Ask::Export(_)), &why),
        }
    }

    fn sheet_work(&self) -> Result<Work, String> {
        let sheet = self.services.sheet.sheet.clone().ok_or_else(|| tr("compare.empty"))?;
        let names = self.services.data.as_ref().map(|data| data.class_names().to_vec()).unwrap_or_default();
        let (map, style) = (self.project.settings.color_map, self.project.settings.figure);
        Ok(Box::new(move || {
            let drawn = picture::compare(&sheet, &names, map, &style).map_err(|error| error.message())?;
            encoded(&drawn)
        }))
    }

    fn plane_work(&self, slot: Slot, format: ExportFormat) -> Result<Work, String> {
        let missing = || t!("toast.no_plane", slot = slot.name()).into_owned();
        let snapshot = self.model(slot).shown().cloned().ok_or_else(missing)?;
        let square = Area { min: [0.0; 2], size: [1.0; 2] };
        let whole = || Lattice::covering(&self.project.view, square, self.project.settings.plane.grid);
        let lattice = self.shell.needs.lattice.unwrap_or_else(whole);
        let plane = self.services.planes.plane(self.id(slot)).cloned().ok_or_else(missing)?;
        let limits = self.services.planes.limits;
        let (map, style) = (self.project.settings.color_map, self.project.settings.figure);
        let points = self.services.planes.points(self.id(slot)).filter(|_| style.points);
        let data = self.services.data.clone().filter(|_| points.is_some());
        let names = data.as_ref().map(|data| data.class_names().to_vec()).unwrap_or_default();
        let caption = self.caption(&[(self.id(slot), Some(snapshot.step))]);
        let heading = format!("{} {}", slot.name(), self.view(&[]).model(slot).name);
        Ok(Box::new(move || {
            let mut decoder = CpuDecoder::default();
            let tiles = TileGrid::decode(&mut decoder, &snapshot, &plane, lattice, limits, &mut || true);
            let tiles = tiles.ok_or_else(|| message!("the plane does not belong to the network"))?;
            // Points of other weights do not belong onto these tiles.
            let points = points.zip(data).map(|(points, data)| match points.encoding.step == snapshot.step {
                true => points,
                false => encoded_anew(&points, &snapshot, &plane, &data.test).unwrap_or(points),
            });
            let legend = points.as_ref().and_then(|points| figure_legend(&points.coloring, &names));
            // Along a dimension the figures are the latent's own coordinate.
            let offset = PlaneAxis::BOTH.map(|axis| plane.offset(axis));
            let figure = PlaneFigure {
                tiles: picture::tiles(&tiles, map),
                bounds: (moved(lattice.bounds().0, offset), moved(lattice.bounds().1, offset)),
                axes: PlaneAxis::BOTH.map(|axis| axis_name(&plane, axis)),
                points: points.map(|points| figure_points(&points, offset)).unwrap_or_default(),
                legend,
                heading,
                caption,
            };
            drawn(&figure, &style, format)
        }))
    }

    fn curves_work(&self, format: ExportFormat) -> Result<Work, String> {
        let view = self.view(&[]);
        if !view.has_curves() {
            return Err(tr("training.empty"));
        }
        if format == ExportFormat::Csv {
            let named =
                |model: &ModelView<'_>| Some((format!("{} {}", model.label(), model.name), model.history?.clone()));
            let models: Vec<(String, Arc<History>)> = view.shown_models().filter_map(named).collect();
            return Ok(Box::new(move || {
                let models: Vec<(String, &History)> =
                    models.iter().map(|(name, history)| (name.clone(), &**history)).collect();
                curves_csv(&models).map_err(|error| no_table(&error))
            }));
        }
        let ids: Vec<(ModelId, Option<u64>)> = view.shown_models().map(|model| (model.id, None)).collect();
        let (plots, style) = (figure_plots(&view), view.settings.figure);
        let caption = self.caption(&ids);
        Ok(Box::new(move || drawn(&CurvesFigure { plots, caption }, &style, format)))
    }

    fn points_work(&self, slot: Slot, format: ExportFormat) -> Result<Work, String> {
        let points = self.services.planes.points(self.id(slot)).zip(self.services.data.clone());
        let (points, data) = points.ok_or_else(|| t!("toast.no_points", slot = slot.name()).into_owned())?;
        let has_posterior = self.view(&[]).model(slot).has_prior();
        Ok(Box::new(move || {
            let (encoding, split) = (&*points.encoding, &data.test);
            let table = EncodedTable { encoding, split, has_posterior, points: Some(&points) };
            if format == ExportFormat::Npy { Ok(table.npy()) } else { table.csv().map_err(|error| no_table(&error)) }
        }))
    }

    /// How a figure's models were made: preset, data, step (the trainer's where none is given), seed, and the numbers that
    /// a caption needs.
    fn caption(&self, models: &[(ModelId, Option<u64>)]) -> String {
        let view = self.view(&[]);
        let data = view.data.map_or("no data", |data| data.name.as_str());
        let of = |(id, step): &(ModelId, Option<u64>)| {
            let model = view.models.iter().find(|model| model.id == *id)?;
            let config = model.config;
            let mut words = vec![format!("{}: {} on {data}", model.label(), config.preset)];
            let own = model.status.map(|status| status.step);
            words.extend(step.or(own).map(|step| format!("step {step}")));
            let named = config.fields().filter(|(field, _)| CAPTION_FIELDS.contains(&field.key));
            words.extend(named.map(|(field, value)| format!("{} {value}", field.key.replace('_', " "))));
            Some(words.join(", "))
        };
        let captions: Vec<String> = models.iter().filter_map(of).collect();
        format!("{}. Latentarium {}.", captions.join("; "), env!("CARGO_PKG_VERSION"))
    }
}

/// The points of other weights: those of `points`' images.
fn encoded_anew(
    points: &EncodedPoints,
    snapshot: &Snapshot,
    plane: &Arc<Plane>,
    split: &Split,
) -> Option<Arc<EncodedPoints>> {
    let images = &points.encoding.images;
    let encoding = Encoding::of_images(snapshot, split, images, &mut Scratch::default(), &mut || true)?;
    Some(Arc::new(EncodedPoints::colored(Arc::new(encoding), plane.clone(), points.coloring.clone())))
}

fn moved([x, y]: [f32; 2], [right, up]: [f32; 2]) -> [f32; 2] {
    [x + right, y + up]
}

fn figure_points(points: &EncodedPoints, offset: [f32; 2]) -> Vec<FigurePoint> {
    let point = |point: &PlanePoint| FigurePoint {
        at: moved(point.position, offset),
        color: theme::rgb(theme::group_color(&points.coloring.key, point.group as usize)),
    };
    points.points.iter().map(point).collect()
}

/// What the colours of the points mean.
fn figure_legend(coloring: &PointColoring, class_names: &[String]) -> Option<FigureLegend> {
    let class = |(group, name): (usize, String)| FigureClass {
        name,
        color: theme::rgb(theme::group_color(&coloring.key, group)),
    };
    let classes = |names: Vec<String>| FigureKey::Classes(names.into_iter().enumerate().map(class).collect());
    let key = match &coloring.key {
        PointKey::Alike => return None,
        PointKey::Class => classes(class_names.to_vec()),
        PointKey::Categories { names, others } => {
            classes(names.iter().cloned().chain(others.then(|| tr("plane.others"))).collect())
        }
        PointKey::Scale(scale) => FigureKey::Scale([scale.low, scale.high]),
    };
    Some(FigureLegend { heading: coloring.column.clone(), key })
}

fn no_table(error: &csv::Error) -> Message {
    message!("the table could not be made: {error}", error = error.to_string())
}

fn encoded(picture: &image::RgbImage) -> Result<Vec<u8>, Message> {
    picture::png(picture)
        .map_err(|error| message!("the picture could not be encoded: {error}", error = error.to_string()))
}

fn drawn(figure: &impl Figure, style: &FigureStyle, format: ExportFormat) -> Result<Vec<u8>, Message> {
    let made = match format {
        ExportFormat::Svg => picture::svg(figure, style).map(String::into_bytes),
        _ => return encoded(&picture::pixels(figure, style).map_err(|error| error.message())?),
    };
    made.map_err(|error| error.message())
}
