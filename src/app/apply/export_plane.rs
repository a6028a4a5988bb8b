//! The plane as a figure: tiles, fields, the data on them.

use super::export::{Work, drawn};
use crate::app::session::Session;
use crate::dataset::Split;
use crate::explore::coloring::{PointColoring, PointKey};
use crate::explore::encoded::{EncodedPoints, Encoding, PlanePoint};
use crate::explore::field::{FieldGrid, FieldScratch, FieldSource, PlaneField};
use crate::explore::plane::{Plane, PlaneAxis};
use crate::explore::tiles::{Lattice, TileGrid};
use crate::explore::viewer::CpuDecoder;
use crate::explore::viewport::Area;
use crate::message::message;
use crate::picture::{self, ColorMap, FigureClass, FigureKey, FigureLegend, FigurePoint, PlaneFigure};
use crate::snapshot::{Scratch, Snapshot};
use crate::ui::command::ExportFormat;
use crate::ui::plane::{FigureField, axis_name};
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use crate::ui::theme;
use rust_i18n::t;
use std::sync::Arc;

/// A field that lies on the plane that is exported.
struct FieldOfExport {
    field: &'static PlaneField,
    source: FieldSource,
    opacity: f32,
}

impl Session {
    pub(super) fn plane_work(&self, slot: Slot, format: ExportFormat) -> Result<Work, String> {
        let missing = || t!("toast.no_plane", slot = slot.name()).into_owned();
        let snapshot = self.model(slot).shown().cloned().ok_or_else(missing)?;
        let lattice = self.export_lattice();
        let plane = self.services.planes.plane(self.id(slot)).cloned().ok_or_else(missing)?;
        let limits = self.services.planes.limits;
        let (map, style) = (self.project.settings.color_map, self.project.settings.figure);
        let points = self.services.planes.points(self.id(slot)).filter(|_| style.points);
        let data = self.services.data.clone().filter(|_| points.is_some());
        let names = data.as_ref().map(|data| data.class_names().to_vec()).unwrap_or_default();
        let caption = self.caption(&[(self.id(slot), Some(snapshot.step))]);
        let heading = format!("{} {}", slot.name(), self.view(&[]).model(slot).name);
        let fields = self.fields_of_export(slot, &snapshot);
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
            let mut figure = PlaneFigure {
                tiles: picture::tiles(&tiles, map),
                bounds: (moved(lattice.bounds().0, offset), moved(lattice.bounds().1, offset)),
                axes: PlaneAxis::BOTH.map(|axis| axis_name(&plane, axis)),
                points: points.map(|points| figure_points(&points, offset)).unwrap_or_default(),
                lines: Vec::new(),
                legends: legend.into_iter().collect(),
                heading,
                caption,
            };
            for FieldOfExport { field, source, opacity } in fields {
                let made = FieldGrid::make(field, &source, &mut FieldScratch::default(), &mut || true);
                if let Some(grid) = made {
                    FigureField { field, grid, opacity }.lay_over(&mut figure, offset);
                }
            }
            drawn(&figure, &style, format)
        }))
    }

    /// The cells of a plane that are exported: those that are on the screen.
    pub(super) fn export_lattice(&self) -> Lattice {
        let square = Area { min: [0.0; 2], size: [1.0; 2] };
        let whole = || Lattice::covering(&self.project.view, square, self.project.settings.plane.grid);
        self.shell.needs.lattice.unwrap_or_else(whole)
    }

    /// The fields that are drawn on a view's plane, as far as there is what they are made of.
    fn fields_of_export(&self, slot: Slot, snapshot: &Arc<Snapshot>) -> Vec<FieldOfExport> {
        let settings = &self.project.settings.plane;
        let shown = if slot == settings.model { self.shell.needs.fields.as_slice() } else { &[] };
        let of = |(field, lattice): &(&'static PlaneField, Lattice)| {
            let source = self.field_source(self.id(slot), field, snapshot.clone(), *lattice)?;
            let opacity = settings.opacity_of(field.id);
            field.has_inputs(&source).then_some(FieldOfExport { field, source, opacity })
        };
        shown.iter().filter_map(of).collect()
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
        PointKey::Scale(scale) => FigureKey::Scale { ends: [scale.low, scale.high], map: ColorMap::Viridis },
    };
    Some(FigureLegend { heading: coloring.column.clone(), key })
}
