//! What a layer of the plane is, and what it draws from.

use crate::dataset::Dataset;
use crate::explore::encoded::EncodedPoints;
use crate::explore::field::FieldGrid;
use crate::explore::line::PlaneLine;
use crate::explore::path::PlanePath;
use crate::explore::posterior::PosteriorSubject;
use crate::explore::viewport::{Area, Viewport};
use crate::ui::plane::known::PlaneView;
use crate::ui::plane::selection::PointSelection;
use crate::ui::slot::Slot;
use crate::ui::theme::{self, Palette};
use crate::ui::view::{ModelView, View};
use eframe::egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Ui, Vec2, pos2, vec2};
use std::cell::Cell;
use std::sync::Arc;

/// Something that lies on the plane. It keeps what it has made between frames.
pub trait PlaneLayer {
    /// Draws it; the painter is clipped to the plane.
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>);

    /// What of it can be clicked, after everything is drawn.
    fn controls(&mut self, _ui: &mut Ui, _frame: &mut PlaneFrame<'_>) {}
}

/// What the layers draw from, this frame.
pub struct PlaneFrame<'a> {
    /// Everything.
    pub view: &'a View<'a>,
    /// Whose plane it is.
    pub slot: Slot,
    /// What is known of that plane.
    pub known: &'a PlaneView,
    /// Tiles along the longer side.
    pub grid: usize,
    /// Whether tiles are drawn.
    pub tiles_shown: bool,
    /// The theme's colours.
    pub palette: &'static Palette,
    /// Where the plane is on the screen.
    pub rect: Rect,
    /// What part of it is seen.
    pub viewport: Viewport,
    /// The whole of it: what is seen of it at first.
    pub whole: Viewport,
    /// Where the cursor stands on it.
    pub cursor: [f32; 2],
    /// The line that is laid over it.
    pub line: Option<PlaneLine>,
    /// The path that is laid over it instead.
    pub path: Option<PlanePath>,
    /// Where the pointer is on the screen, if it is over the plane.
    pub pointer: Option<Pos2>,
    /// The encoded point under the pointer.
    pub hovered: Option<usize>,
    /// Whose posterior is looked at.
    pub subject: Option<PosteriorSubject>,
    /// The heat of that image, where it is shown and made.
    pub heat: Option<&'a Arc<FieldGrid>>,
    /// The encoded points, where they are shown.
    pub points: Option<&'a Arc<EncodedPoints>>,
    /// Which of the points are looked at.
    pub selection: &'a mut PointSelection,
    /// Where the next legend of a field stands: above the others, in the lower right corner.
    pub legends_bottom: Cell<f32>,
    /// What part of the plane a layer asks to be seen.
    pub asked: Option<Viewport>,
}

impl<'a> PlaneFrame<'a> {
    /// The model whose plane it is.
    pub fn model(&self) -> &'a ModelView<'a> {
        self.view.model(self.slot)
    }

    /// The step of the weights that the tiles on the screen are of.
    pub fn tiles_step(&self) -> Option<u64> {
        self.known.tiles_step().filter(|_| self.tiles_shown)
    }

    /// The data set.
    pub fn data(&self) -> Option<&'a Arc<Dataset>> {
        self.view.data
    }

    /// Where the plane is on the screen.
    pub fn area(&self) -> Area {
        Area { min: self.rect.min.into(), size: self.rect.size().into() }
    }

    /// A place for a legend of this size in the lower right corner, above those before it; `None` where there is no room.
    pub fn place_legend(&self, size: Vec2) -> Option<Rect> {
        let bottom = self.legends_bottom.get();
        let corner = pos2(self.rect.right() - theme::GRID, bottom);
        let place = Rect::from_min_max(corner - size, corner);
        let fits = self.rect.contains_rect(place) && place.width() < self.rect.width() / 2.0;
        fits.then(|| {
            self.legends_bottom.set(place.top() - theme::GRID / 2.0);
            place
        })
    }

    /// Where a position of the plane is on the screen.
    pub fn pixel_from_plane(&self, position: [f32; 2]) -> Pos2 {
        self.viewport.pixel_from_plane(self.area(), position).into()
    }

    /// Behind lines and points, so that they stand off from tiles.
    pub fn halo(&self) -> Color32 {
        self.palette.surfaces[0]
    }

    /// Around points: on dark it is grey, so that dark ones stand off from black tiles, too.
    pub fn rim(&self) -> Color32 {
        if self.palette.dark { self.palette.text_secondary } else { self.halo() }
    }

    /// A figure that can be read over any tile: on a little ground of its own.
    pub fn label(&self, painter: &Painter, at: Pos2, anchor: Align2, text: String) -> Rect {
        let galley = painter.layout_no_wrap(text, FontId::monospace(theme::TEXT_SMALL), self.palette.text);
        let rect = anchor.anchor_size(at, galley.size());
        painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, self.palette.surfaces[0].gamma_multiply(0.85));
        painter.galley(rect.min, galley, self.palette.text);
        rect
    }
}
