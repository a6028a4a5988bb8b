//! What a panel is, and what it needs to be made in the background.

use crate::explore::codes::MapKind;
use crate::explore::directions::DirectionRequest;
use crate::explore::drawn::Drawn;
use crate::explore::field::PlaneField;
use crate::explore::line::LineTiles;
use crate::explore::posterior::PosteriorSubject;
use crate::explore::tiles::Lattice;
use crate::explore::viewer::Look;
use crate::ui::command::Command;
use crate::ui::data_panel::known::BrowseNeeds;
use crate::ui::slot::Slot;
use crate::ui::view::View;
use eframe::egui::{self, Ui};
use std::sync::Arc;

/// A panel: looks at the view, draws, and pushes what is asked for.
pub trait Panel {
    /// Draws it into all of `ui`.
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>);

    /// Draws its controls at the right of its tab, from right to left.
    fn bar(&mut self, _ui: &mut Ui, _view: &View<'_>, _commands: &mut Vec<Command>) {}

    /// A frame begins, in which it may not be drawn.
    fn begin_frame(&mut self) {}

    /// Adds what it needs to be made, after a frame in which it was drawn; `now_secs` is any clock that goes forward.
    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, _needs: &mut PanelNeeds) {}

    /// A frame has not drawn it: it lets weights, data and what is made of them go.
    fn leave(&mut self) {}
}

/// What the panels that were drawn need to be made in the background, and what the window has to know of them.
#[derive(Default)]
pub struct PanelNeeds {
    /// The tiles that the plane on the screen needs; `None` where it was not drawn.
    pub lattice: Option<Lattice>,
    /// The fields that are drawn on it, and where.
    pub fields: Vec<(&'static PlaneField, Lattice)>,
    /// Whose posterior is looked at on it.
    pub posterior: Option<PosteriorSubject>,
    /// The images along the line that the plane on the screen needs.
    pub line: Option<LineTiles>,
    /// What has the keyboard while the plane has it.
    pub plane_focus: Option<egui::Id>,
    /// Latents that are too much to decode in a frame, by the view whose model decodes them.
    pub looks: Vec<(Slot, Arc<Look>)>,
    /// Places whose directions are looked at, by the view whose model it is.
    pub directions: Vec<(Slot, DirectionRequest)>,
    /// Drawings that are too much to encode in a frame, by the view whose model encodes them.
    pub drawings: Vec<(Slot, Arc<Drawn>)>,
    /// Whether dimensions and anchors of the plane's model are drawn.
    pub latent_space: bool,
    /// The map of points that is drawn.
    pub point_map: Option<MapKind>,
    /// Whether what models have learned of points is drawn.
    pub data_plane: bool,
    /// Whether the compare sheet is drawn.
    pub sheet: bool,
    /// Whether completed images are drawn.
    pub completion: bool,
    /// Whether a hand is near the timeline: what it may ask for is read ahead.
    pub timeline: bool,
    /// What to find the nearest training image of.
    pub nearest: Option<Arc<Look>>,
    /// Whether the table of runs is drawn.
    pub runs: bool,
    /// What the data panel on the screen shows; `None` where it was not drawn.
    pub browse: Option<BrowseNeeds>,
}

impl PanelNeeds {
    /// A view's model shall decode a latent; the first panel that says so for a view is answered.
    pub fn look(&mut self, slot: Slot, look: &Arc<Look>) {
        if !self.looks.iter().any(|(other, _)| *other == slot) {
            self.looks.push((slot, look.clone()));
        }
    }
}
