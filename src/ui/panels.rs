//! The panels: one file each, and one line in the list. A new panel is its file, its line in [`PANELS`], and its title
//! `pane.<id>` in the language tables.

use crate::ui::command::Command;
use crate::ui::pane::Pane;
use crate::ui::panel::{Panel, PanelNeeds};
use crate::ui::view::View;
use crate::ui::{
    activations, compare, complete, damaged, data_panel, data_plane, diagnose, dialogs, fork, latent, log, output, pad,
    plane, points, runs, setup, step_through, theme, training,
};
use eframe::egui::{Rect, Ui};

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
    /// The same, and with what stands above where there is no room below.
    Right,
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
    PanelEntry { id: "data_plane", dock: Dock::Centre, make: || Box::<data_plane::DataPlanePanel>::default() },
    PanelEntry { id: "runs", dock: Dock::Centre, make: || Box::<runs::RunsPanel>::default() },
    PanelEntry { id: "step_through", dock: Dock::Centre, make: || Box::<step_through::StepThrough>::default() },
    PanelEntry { id: "output", dock: Dock::RightTop, make: || Box::<output::OutputPanel>::default() },
    PanelEntry { id: "compare", dock: Dock::RightBottom, make: || Box::<compare::Compare>::default() },
    PanelEntry { id: "diagnose", dock: Dock::RightBottom, make: || Box::<diagnose::Diagnose>::default() },
    PanelEntry { id: "complete", dock: Dock::RightBottom, make: || Box::<complete::Complete>::default() },
    PanelEntry { id: "data", dock: Dock::RightBottom, make: || Box::<data_panel::DataPanel>::default() },
    PanelEntry { id: "latent", dock: Dock::RightBottom, make: || Box::<latent::LatentPanel>::default() },
    PanelEntry { id: "points", dock: Dock::RightBottom, make: || Box::<points::PointsPanel>::default() },
    PanelEntry { id: "activations", dock: Dock::RightBottom, make: || Box::<activations::Activations>::default() },
    PanelEntry { id: "pad", dock: Dock::Right, make: || Box::<pad::Pad>::default() },
    PanelEntry { id: "training", dock: Dock::Bottom, make: || Box::<training::Training>::default() },
    PanelEntry { id: "log", dock: Dock::Bottom, make: || Box::<log::Log>::default() },
];

/// All of them, in the order of the list.
pub fn panes() -> impl Iterator<Item = Pane> {
    PANELS.iter().map(|entry| Pane::of(entry.id))
}

/// A panel's line of the list; `None` where this program does not have it.
pub fn entry(pane: &Pane) -> Option<&'static PanelEntry> {
    PANELS.iter().find(|entry| entry.id == pane.id())
}

/// All panels with their own looks: what is typed, folded, scrolled.
pub struct Panels {
    panels: Vec<(Pane, Box<dyn Panel>)>,
    /// Where those are that were drawn in this frame, in points.
    places: Vec<(Pane, Rect)>,
    /// What is asked for in a window of its own.
    pub dialogs: dialogs::Dialogs,
    /// Where a run may be opened whose newest checkpoint is broken.
    pub damaged: damaged::DamagedDialog,
    /// Where a run is forked, and what changes.
    pub fork: fork::ForkDialog,
}

impl Default for Panels {
    fn default() -> Self {
        Self {
            panels: PANELS.iter().map(|entry| (Pane::of(entry.id), (entry.make)())).collect(),
            places: Vec::new(),
            dialogs: dialogs::Dialogs::default(),
            damaged: damaged::DamagedDialog::default(),
            fork: fork::ForkDialog::default(),
        }
    }
}

impl Panels {
    /// Draws a panel; nothing where there is no such panel.
    pub fn ui(&mut self, pane: &Pane, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        if let Some((_, panel)) = self.panels.iter_mut().find(|(own, _)| own == pane) {
            self.places.push((pane.clone(), ui.max_rect().expand(theme::GRID).intersect(ui.clip_rect())));
            panel.ui(ui, view, commands);
        }
    }

    /// Draws a panel's controls beside its tab.
    pub fn bar(&mut self, pane: &Pane, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        if let Some((_, panel)) = self.panels.iter_mut().find(|(own, _)| own == pane) {
            panel.bar(ui, view, commands);
        }
    }

    /// Where a panel was drawn in this frame, with the edge around it, in points; `None` where it is not on the screen.
    pub fn place(&self, pane: &Pane) -> Option<Rect> {
        self.places.iter().find(|(own, _)| own == pane).map(|(_, place)| *place)
    }

    /// A frame begins.
    pub fn begin_frame(&mut self) {
        self.places.clear();
        self.panels.iter_mut().for_each(|(_, panel)| panel.begin_frame());
    }

    /// What the panels need that a frame has drawn. Off the screen nothing is asked for, and nothing is held.
    pub fn needs(&mut self, view: &View<'_>, now_secs: f64) -> PanelNeeds {
        let mut needs = PanelNeeds::default();
        for (pane, panel) in &mut self.panels {
            match self.places.iter().any(|(drawn, _)| drawn == pane) {
                true => panel.needs(view, now_secs, &mut needs),
                false => panel.leave(),
            }
        }
        needs
    }
}
