//! What is on the screen: one file a panel. Panels draw and return Commands; they mutate nothing but their own looks.

pub mod activations;
pub mod command;
pub mod compare;
pub mod dialogs;
pub mod fork;
pub mod help;
pub mod layout;
pub mod menu;
pub mod model_card;
pub mod output;
pub mod plane;
pub mod settings;
pub mod setup;
pub mod shortcuts;
pub mod text;
pub mod theme;
pub mod toasts;
pub mod training;
pub mod view;
pub mod widgets;

use command::Command;
use eframe::egui::Ui;
use layout::Pane;
use view::View;

/// A panel: looks at the view, draws, and pushes what it wants done.
pub trait Panel {
    /// Draws it into all of `ui`.
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>);
}

/// All panels with their own looks: what is typed, folded, enlarged.
#[derive(Default)]
pub struct Panels {
    /// Data and models.
    pub setup: setup::Setup,
    /// The curves.
    pub training: training::Training,
    /// The compare sheet.
    pub compare: compare::Compare,
    /// The lens on the decoders.
    pub activations: activations::Activations,
    /// What is asked for in a window of its own.
    pub dialogs: dialogs::Dialogs,
    /// Where a run is forked, and what changes.
    pub fork: fork::ForkDialog,
    /// The latent plane.
    pub plane: plane::PlanePanel,
    /// What the decoders make of the cursor.
    pub output: output::OutputPanel,
}

impl Panels {
    /// The panel in a tile.
    pub fn pane(&mut self, pane: Pane) -> &mut dyn Panel {
        match pane {
            Pane::Setup => &mut self.setup,
            Pane::Training => &mut self.training,
            Pane::Compare => &mut self.compare,
            Pane::Activations => &mut self.activations,
            Pane::Plane => &mut self.plane,
            Pane::Output => &mut self.output,
        }
    }
}
