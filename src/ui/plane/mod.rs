//! The latent plane: layers over the part of it that is seen, and a cursor to drag. Keeps only how the plane is looked at.

mod area;
mod basis;
mod controls;
mod coordinates;
mod facts;
mod figure;
mod fit;
mod header;
mod heat;
pub mod known;
pub mod layers;
mod line;
mod outlining;
mod path;
mod selection;
pub mod settings;
mod strip;
mod subject;
mod worst;

pub use figure::{FigureField, figures};
pub use header::axis_name;
pub use selection::PointSelection;

use crate::explore::field::{EVIDENCE, FieldGrid, POSTERIOR, PlaneField};
use crate::explore::posterior::PosteriorSubject;
use crate::explore::tiles::Lattice;
use crate::explore::viewport::{Area, Viewport};
use crate::ui::command::Command;
use crate::ui::outlining::{OutlineTool, Outlining};
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds};
use eframe::egui::{self, Ui};
use layers::{LAYERS, LayerEntry, PlaneLayer};
use std::sync::Arc;

/// The panel.
pub struct PlanePanel {
    /// What part of the plane is seen: the project's, as this frame has changed it so far.
    viewport: Viewport,
    area: Option<Area>,
    focus: Option<egui::Id>,
    selection: PointSelection,
    /// All points shall be seen.
    asked_fit: bool,
    fitted: Option<fit::Fitted>,
    hovered: Option<usize>,
    selected: subject::SelectedImage,
    subject: Option<PosteriorSubject>,
    heat: heat::SubjectHeat,
    /// What the menu was opened over: a place, and the image whose point is there.
    menu_place: [f32; 2],
    menu_image: Option<usize>,
    /// The line that is being laid, and where its images are drawn.
    laying: Option<line::Laying>,
    /// What is being outlined, and by what where no key says so.
    outlining: Outlining,
    tool: Option<OutlineTool>,
    strip: strip::ImageStrip,
    /// How the path is played.
    playing: path::Playing,
    /// Where the cursor is being dragged.
    moving: Option<[f32; 2]>,
    layers: Vec<(&'static LayerEntry, Box<dyn PlaneLayer>)>,
}

/// All layers, which have drawn nothing yet.
fn made_layers() -> Vec<(&'static LayerEntry, Box<dyn PlaneLayer>)> {
    LAYERS.iter().map(|entry| (entry, (entry.make)())).collect()
}

impl Default for PlanePanel {
    fn default() -> Self {
        Self {
            viewport: Viewport::default(),
            area: None,
            focus: None,
            selection: PointSelection::default(),
            asked_fit: false,
            fitted: None,
            hovered: None,
            selected: subject::SelectedImage::default(),
            subject: None,
            heat: heat::SubjectHeat::default(),
            menu_place: [0.0; 2],
            menu_image: None,
            laying: None,
            outlining: Outlining::default(),
            tool: None,
            strip: strip::ImageStrip::default(),
            playing: path::Playing::default(),
            moving: None,
            layers: made_layers(),
        }
    }
}

impl Panel for PlanePanel {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        self.viewport = view.viewport;
        let names = view.data.map(|data| data.class_names()).unwrap_or_default();
        let points = view.plane(view.settings.plane.model).and_then(|known| known.points.as_ref());
        self.selected.follow(view);
        self.selection.follow(names, points.map(|points| &*points.coloring));
        if view.presenting {
            self.area(ui, ui.available_size(), view, commands);
        } else {
            self.with_controls(ui, view, commands);
        }
    }

    fn begin_frame(&mut self) {
        self.area = None;
    }

    fn needs(&mut self, view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        needs.lattice = self.lattice(view.settings.plane.grid);
        needs.fields = self.fields(view);
        needs.posterior = self.subject.filter(|_| self.area.is_some());
        needs.line = self.area.and_then(|_| line::tiles_of(view));
        needs.plane_focus = self.focus;
    }

    fn leave(&mut self) {
        (self.heat, self.layers) = (heat::SubjectHeat::default(), made_layers());
    }
}

impl PlanePanel {
    fn with_controls(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        self.header(ui, view, commands);
        let footer = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
        let below = footer + coordinates::height(view) + self.row_height(view, ui.available_width());
        let below = below + self.path_height(ui, view, ui.available_width());
        let size = egui::vec2(ui.available_width(), (ui.available_height() - below).max(64.0));
        self.area(ui, size, view, commands);
        self.line(ui, view, commands);
        self.path(ui, view, commands);
        coordinates::ui(ui, view, commands);
        self.footer(ui, view, commands);
    }

    /// The tiles that the visible part of the plane needs, `grid` of them along its longer side; `None` where the newest
    /// frame did not draw the panel.
    pub fn lattice(&self, grid: usize) -> Option<Lattice> {
        self.area.map(|area| Lattice::covering(&self.viewport, area, grid))
    }

    /// The fields that are drawn, and the cells that they need.
    fn fields(&self, view: &View<'_>) -> Vec<(&'static PlaneField, Lattice)> {
        let Some(area) = self.area else { return Vec::new() };
        let (settings, model) = (&view.settings.plane, view.model(view.settings.plane.model));
        let shown = LAYERS.iter().filter(|layer| layer.is_shown(&settings.show) && (layer.applies)(model));
        let fields = shown.filter_map(|layer| layer.field);
        let mut fields: Vec<_> =
            fields.map(|field| (field, Lattice::covering(&self.viewport, area, field.cells))).collect();
        if fields.iter().any(|(field, _)| field.id == POSTERIOR.id) && model.has_encoder() {
            // Figures that are of no place.
            fields.push((&EVIDENCE, Lattice { cell: 1.0, column: 0, row: 0, columns: 1, rows: 1 }));
        }
        fields
    }

    /// The encoded point under the pointer, when the panel was last drawn: its place among the points.
    pub fn hovered(&self) -> Option<usize> {
        self.hovered
    }

    /// The heat of the image that is looked at, as it was drawn last.
    pub fn heat(&self) -> Option<&Arc<FieldGrid>> {
        self.heat.grid()
    }

    /// How often heat was made in a frame so far.
    pub fn heats_made(&self) -> u64 {
        self.heat.made()
    }
}
