//! The sections of a card: a line of their names, of which at most one is open, so that both models' buttons are on the
//! screen at once.

use super::{game, network, optimizer, schedule};
use crate::model::{Config, Family};
use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::view::ModelView;
use eframe::egui::{Button, Id, RichText, Role, Ui, WidgetInfo};
use rust_i18n::t;

/// What belongs together on a card.
#[derive(Clone, Copy, PartialEq)]
enum Section {
    Network,
    Optimizer,
    Schedule,
    Game,
}

impl Section {
    const ALL: [Self; 4] = [Self::Network, Self::Optimizer, Self::Schedule, Self::Game];

    /// Whether it has anything to say of a model.
    fn concerns(self, config: &Config) -> bool {
        self != Self::Game || config.family == Family::Gan
    }

    /// Its keys in the language tables: name, name with the slot, tooltip.
    const fn keys(self) -> [&'static str; 3] {
        match self {
            Self::Network => ["section.network", "section.network_of", "section.network_tip"],
            Self::Optimizer => ["section.optimizer", "section.optimizer_of", "section.optimizer_tip"],
            Self::Schedule => ["section.schedule", "section.schedule_of", "section.schedule_tip"],
            Self::Game => ["section.game", "section.game_of", "section.game_tip"],
        }
    }
}

/// Draws the line of names and what is open, and changes `config`.
pub fn ui(ui: &mut Ui, model: &ModelView<'_>, config: &mut Config) {
    let id = Id::unique(("open section", model.slot));
    let before = ui.data(|data| data.get_temp::<Option<Section>>(id)).flatten();
    let mut open = before;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
        for section in Section::ALL {
            if section.concerns(config) && name(ui, model, section, open == Some(section)) {
                open = if open == Some(section) { None } else { Some(section) };
            }
        }
    });
    ui.data_mut(|data| data.insert_temp(id, open));
    let Some(section) = open.filter(|section| section.concerns(config)) else { return };
    let drawn = ui.scope(|ui| match section {
        Section::Network => network::ui(ui, config),
        Section::Optimizer => optimizer::ui(ui, config),
        Section::Schedule => schedule::ui(ui, model, config),
        Section::Game => game::ui(ui, config),
    });
    // What was just opened is moved to where it can be seen.
    if open != before {
        drawn.response.scroll_to_me(None);
    }
}

/// A section's name; true where it was clicked.
fn name(ui: &mut Ui, model: &ModelView<'_>, section: Section, open: bool) -> bool {
    let [words, named, tip] = section.keys();
    let response = ui.add(Button::selectable(open, RichText::new(tr(words)).small()).frame_when_inactive(true));
    let name = t!(named, slot = model.slot.name());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, &name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(open));
    response.on_hover_text(tr(tip)).clicked()
}
