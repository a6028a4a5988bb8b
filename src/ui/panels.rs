//! The panels: one file each, and one line in the list. A new panel is its file, its line in [`PANELS`], and its title
//! `pane.<id>` in the language tables.

use crate::explore::tiles::Lattice;
use crate::explore::viewer::Look;
use crate::ui::command::{Command, Slot};
use crate::ui::view::View;
use crate::ui::{activations, compare, dialogs, fork, log, output, plane, setup, training};
use eframe::egui::{self, Ui};
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;

/// A panel: looks at the view, draws, and pushes what is asked for.
pub trait Panel {
    /// Draws it into all of `ui`.
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>);

    /// A frame begins, in which it may not be drawn.
    fn begin_frame(&mut self) {}

    /// Adds what it needs to be made, after the frame is drawn; `now_secs` is any clock that goes forward.
    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, _needs: &mut PanelNeeds) {}
}

/// What the panels that were drawn need to be made in the background, and what the window has to know of them.
#[derive(Default)]
pub struct PanelNeeds {
    /// The tiles that the plane on the screen needs; `None` where it was not drawn.
    pub lattice: Option<Lattice>,
    /// What has the keyboard while the plane has it.
    pub plane_focus: Option<egui::Id>,
    /// Latents that are too much to decode in a frame, by the view whose model decodes them.
    pub looks: Vec<(Slot, Arc<Look>)>,
    /// What to find the nearest training image of.
    pub nearest: Option<Arc<Look>>,
}

impl PanelNeeds {
    /// A view's model shall decode a latent; the first panel that says so for a view is answered.
    pub fn look(&mut self, slot: Slot, look: &Arc<Look>) {
        if !self.looks.iter().any(|(other, _)| *other == slot) {
            self.looks.push((slot, look.clone()));
        }
    }
}

/// Where a panel stands in the layout that the program comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dock {
    /// At the left.
    Left,
    /// In the middle.
    Centre,
    /// Below the middle.
    Bottom,
    /// At the right, above.
    RightTop,
    /// At the right, below.
    RightBottom,
}

/// A line of the list.
pub struct PanelEntry {
    /// What layouts and language tables call it.
    pub id: &'static str,
    /// Where it stands at first; several of one place are tabs, the first in front.
    pub dock: Dock,
    make: fn() -> Box<dyn Panel>,
}

/// All panels.
pub static PANELS: &[PanelEntry] = &[
    PanelEntry { id: "setup", dock: Dock::Left, make: || Box::<setup::Setup>::default() },
    PanelEntry { id: "plane", dock: Dock::Centre, make: || Box::<plane::PlanePanel>::default() },
    PanelEntry { id: "output", dock: Dock::RightTop, make: || Box::<output::OutputPanel>::default() },
    PanelEntry { id: "compare", dock: Dock::RightBottom, make: || Box::<compare::Compare>::default() },
    PanelEntry { id: "activations", dock: Dock::RightBottom, make: || Box::<activations::Activations>::default() },
    PanelEntry { id: "training", dock: Dock::Bottom, make: || Box::<training::Training>::default() },
    PanelEntry { id: "log", dock: Dock::Bottom, make: || Box::<log::Log>::default() },
];

/// One of the panels, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Pane(&'static str);

impl Pane {
    /// What stands in a layout for a panel that this program does not have.
    pub const UNKNOWN: Self = Self("");

    /// The panel of this id; [`Self::UNKNOWN`] where there is none.
    pub fn of(id: &str) -> Self {
        PANELS.iter().find(|entry| entry.id == id).map_or(Self::UNKNOWN, |entry| Self(entry.id))
    }

    /// All of them, in the order of the list.
    pub fn all() -> impl Iterator<Item = Self> {
        PANELS.iter().map(|entry| Self(entry.id))
    }

    /// Its line of the list.
    pub fn entry(self) -> Option<&'static PanelEntry> {
        PANELS.iter().find(|entry| entry.id == self.0)
    }

    /// The key of its title in the language tables.
    pub fn key(self) -> String {
        format!("pane.{}", self.0)
    }
}

impl<'de> Deserialize<'de> for Pane {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(&String::deserialize(deserializer)?))
    }
}

/// All panels with their own looks: what is typed, folded, scrolled.
pub struct Panels {
    panels: Vec<(Pane, Box<dyn Panel>)>,
    /// What is asked for in a window of its own.
    pub dialogs: dialogs::Dialogs,
    /// Where a run is forked, and what changes.
    pub fork: fork::ForkDialog,
}

impl Default for Panels {
    fn default() -> Self {
        Self {
            panels: PANELS.iter().map(|entry| (Pane(entry.id), (entry.make)())).collect(),
            dialogs: dialogs::Dialogs::default(),
            fork: fork::ForkDialog::default(),
        }
    }
}

impl Panels {
    /// Draws a panel; nothing where there is no such panel.
    pub fn ui(&mut self, pane: Pane, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        if let Some((_, panel)) = self.panels.iter_mut().find(|(own, _)| *own == pane) {
            panel.ui(ui, view, commands);
        }
    }

    /// A frame begins.
    pub fn begin_frame(&mut self) {
        self.panels.iter_mut().for_each(|(_, panel)| panel.begin_frame());
    }

    /// What the panels need after a frame.
    pub fn needs(&mut self, view: &View<'_>, now_secs: f64) -> PanelNeeds {
        let mut needs = PanelNeeds::default();
        self.panels.iter_mut().for_each(|(_, panel)| panel.needs(view, now_secs, &mut needs));
        needs
    }
}
