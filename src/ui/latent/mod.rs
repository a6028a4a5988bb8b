//! The latent space as a whole: a slider for each of its dimensions, and latents that are marked, added and subtracted.

mod anchors;
mod directions;
pub mod known;
mod sliders;

use crate::explore::plane::Plane;
use crate::ui::command::{Command, ViewCommand};
use crate::ui::settings::Settings;
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, widgets};
use anchors::AnchorCells;
use directions::DirectionCells;
use eframe::egui::{RichText, Ui};
use rust_i18n::t;
use sliders::Sliders;

/// What the panel shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LatentSection {
    #[default]
    Sliders,
    Anchors,
    Directions,
}

impl LatentSection {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Sliders, "latent.sliders", "latent.sliders_tip"),
        (Self::Anchors, "latent.anchors", "latent.anchors_tip"),
        (Self::Directions, "latent.directions", "latent.directions_tip"),
    ];
}

/// The panel's own looks.
#[derive(Default)]
pub struct LatentPanel {
    section: LatentSection,
    sliders: Sliders,
    anchors: AnchorCells,
    directions: DirectionCells,
}

impl Panel for LatentPanel {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        ui.horizontal_wrapped(|ui| {
            for (section, name, tip) in LatentSection::ALL {
                ui.selectable_value(&mut self.section, section, tr(name)).on_hover_text(tr(tip));
            }
            ui.separator();
            let mut chosen = view.settings.plane.model;
            for slot in Slot::BOTH {
                let name = view.model(slot).name;
                let words = RichText::new(slot.name()).color(view.color(slot)).strong();
                let tip = t!("plane.model_tip", name = name);
                ui.selectable_value(&mut chosen, slot, words).on_hover_text(tip);
            }
            if chosen != view.settings.plane.model {
                let mut settings: Settings = view.settings.clone();
                settings.plane.model = chosen;
                commands.push(ViewCommand::Settings(Box::new(settings)).into());
            }
        });
        let Some(plane) = plane(view) else {
            widgets::empty(ui, &tr("plane.empty"));
            return;
        };
        match self.section {
            LatentSection::Sliders => self.sliders.ui(ui, view, plane, commands),
            LatentSection::Anchors => self.anchors.ui(ui, view, plane, commands),
            LatentSection::Directions => self.directions.ui(ui, view, commands),
        }
    }

    fn begin_frame(&mut self) {
        self.directions.begin_frame();
    }

    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        needs.latent_space = true;
        self.directions.needs(needs);
    }

    fn leave(&mut self) {
        self.directions = DirectionCells::default();
    }
}

/// The plane that is shown, where its model has weights for it.
fn plane<'a>(view: &'a View<'_>) -> Option<&'a Plane> {
    let slot = view.settings.plane.model;
    let latent = view.model(slot).snapshot?.latent;
    view.plane(slot)?.plane.as_deref().filter(|plane| plane.is_valid(latent))
}
