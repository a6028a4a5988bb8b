//! The latent plane: decoded tiles, encoded points on top, a cursor to drag. Draws what it is given, keeps only how it is
//! looked at, and says in actions what the person did.

mod area;
mod controls;
mod overlay;
mod tiles;

use crate::dataset::Split;
use crate::explore::encoded::EncodedPoints;
use crate::explore::plane::Plane;
use crate::explore::tiles::{AtlasLimits, Lattice, TileGrid};
use crate::explore::view::{Area, View};
use crate::gpu::image::Picture;
use crate::gpu::points::PointSlot;
use crate::gpu::{ColorMap, OnDevice, Slot};
use crate::snapshot::Snapshot;
use eframe::egui::{self, Color32};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is drawn on the plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Show {
    /// Decoded tiles.
    pub tiles: bool,
    /// Encoded points.
    pub points: bool,
    /// Rings of the standard normal prior.
    pub rings: bool,
    /// Which colour is which class.
    pub legend: bool,
}

impl Default for Show {
    fn default() -> Self {
        Self { tiles: true, points: true, rings: true, legend: true }
    }
}

/// The theme's colours that the plane needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaneColors {
    /// Behind everything.
    pub background: Color32,
    /// Behind the legend and the hovered point's card.
    pub surface: Color32,
    /// Names and figures.
    pub text: Color32,
    /// Ticks and hints.
    pub text_secondary: Color32,
    /// Rings of the prior and lines of the axes; seen over tiles and background.
    pub ring: Color32,
    /// The cross-hair.
    pub cursor: Color32,
    /// Around the cross-hair and the points, so that they stand off from tiles.
    pub halo: Color32,
    /// Around the area that has the keyboard.
    pub focus: Color32,
}

/// All that the plane draws from, this frame.
pub struct PlaneInput<'a> {
    /// The words of a key, in the language chosen.
    pub text: fn(&'static str) -> String,
    /// The theme's colours.
    pub colors: PlaneColors,
    /// Names of the models A and B.
    pub model_names: [&'a str; 2],
    /// Colours of the models A and B.
    pub model_colors: [Color32; 2],
    /// Which model is shown: 0 or 1.
    pub model: usize,
    /// The shown model's plane, once its latent size is known.
    pub plane: Option<&'a Arc<Plane>>,
    /// The shown model's newest weights.
    pub snapshot: Option<&'a Arc<Snapshot>>,
    /// Where the window's device decodes the tiles.
    pub on_device: Option<OnDevice>,
    /// How large a texture with tiles may be.
    pub limits: AtlasLimits,
    /// The shown model's newest tiles that the CPU decoded.
    pub tiles: Option<&'a Arc<TileGrid>>,
    /// The shown model's newest encoded points; a GAN has none.
    pub points: Option<&'a Arc<EncodedPoints>>,
    /// The images that were encoded.
    pub images: Option<&'a Split>,
    /// A name a class.
    pub class_names: &'a [String],
    /// A colour a class, used again from the start where there are more classes.
    pub class_colors: &'a [Color32],
    /// Where the cursor is.
    pub cursor: [f32; 2],
    /// For grey tiles and images.
    pub map: ColorMap,
    /// Tiles along the longer side, 1 to 64.
    pub grid: usize,
    /// What is drawn.
    pub show: Show,
}

impl PlaneInput<'_> {
    fn class_color(&self, class: usize) -> Color32 {
        self.class_colors.get(class % self.class_colors.len().max(1)).copied().unwrap_or(self.colors.text)
    }
}

/// What the person did.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaneAction {
    /// The cursor is being moved; more of these may follow at once.
    CursorMoved([f32; 2]),
    /// The cursor was let go here: the place to record one step of undo.
    CursorSettled([f32; 2]),
    /// Another part of the plane is seen.
    ViewChanged(View),
    /// Another point, or none, is under the pointer: its index among the encoded images.
    Hovered(Option<usize>),
    /// The other model shall be shown.
    ModelChosen(usize),
    /// So many tiles along the longer side.
    GridChosen(usize),
    /// Other things shall be drawn.
    ShowChanged(Show),
    /// The plane's origin shall go to the encoding of this image.
    OriginFromPoint(usize),
    /// The plane's origin shall go back to 0.
    OriginToZero,
    /// There is nothing yet: what fills it shall be done (start training).
    Fill,
}

/// The panel. Keeps how the plane is looked at; everything else comes in with [`PlaneInput`].
#[derive(Default)]
pub struct PlanePanel {
    /// What part of the plane is seen; may be set, and is saved with the window's state.
    pub view: View,
    area: Option<Area>,
    focus: Option<egui::Id>,
    /// Of these classes, some are hidden; another data set starts with all of them shown.
    class_names: Vec<String>,
    hidden: BTreeSet<usize>,
    hovered: Option<usize>,
    menu_point: Option<usize>,
    menu_place: [f32; 2],
    moving: Option<[f32; 2]>,
    card: Option<Card>,
    tiles: tiles::Tiles,
    points_slot: PointSlot,
    card_slot: Slot,
}

/// The image of the hovered point.
struct Card {
    index: usize,
    split: Split,
    picture: Picture,
}

impl PlanePanel {
    /// Draws the panel into what is left of `ui`; gives what the person did, in order.
    pub fn ui(&mut self, ui: &mut egui::Ui, input: &PlaneInput<'_>) -> Vec<PlaneAction> {
        let mut actions = Vec::new();
        if !self.view.is_valid() {
            self.view = View::default();
        }
        if self.class_names != input.class_names {
            self.class_names = input.class_names.to_vec();
            self.hidden.clear();
        }
        self.toolbar(ui, input, &mut actions);
        let footer = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
        let size = egui::vec2(ui.available_width(), (ui.available_height() - footer).max(64.0));
        self.area(ui, size, input, &mut actions);
        self.footer(ui, input, &mut actions);
        actions
    }

    /// A frame begins, in which the panel may not be drawn.
    pub fn begin_frame(&mut self) {
        self.area = None;
    }

    /// The tiles that the visible part of the plane needs, `grid` of them along its longer side; `None` where the newest
    /// frame did not draw the panel.
    pub fn lattice(&self, grid: usize) -> Option<Lattice> {
        self.area.map(|area| Lattice::covering(&self.view, area, grid))
    }

    /// The plane area's id, to tell whether it is what has the keyboard.
    pub fn focus_id(&self) -> Option<egui::Id> {
        self.focus
    }

    /// Where the cursor goes by `[right, up]` presses of the arrow keys: each a 64th of what is seen, or an eighth of
    /// that where `fine`.
    pub fn nudged(&self, cursor: [f32; 2], [right, up]: [f32; 2], fine: bool) -> [f32; 2] {
        let step = self.view.half_height / if fine { 256.0 } else { 32.0 };
        [cursor[0] + right * step, cursor[1] + up * step]
    }

    /// Shows the usual part of the plane again.
    pub fn reset_view(&mut self) {
        self.view = View::default();
    }

    fn set_view(&mut self, view: View, actions: &mut Vec<PlaneAction>) {
        if view != self.view {
            self.view = view;
            actions.push(PlaneAction::ViewChanged(view));
        }
    }
}
