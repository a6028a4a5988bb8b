//! The diagnose panel: what goes wrong with a model, what to try, and what its layers give and get while it learns.

mod finding;
mod histogram;
pub mod known;
mod layers;

use crate::ui::command::{Command, ModelCommand, ViewCommand};
use crate::ui::settings::{DiagnosisSettings, Settings};
use crate::ui::slot::Slot;
use crate::ui::text::{tr, whole};
use crate::ui::view::View;
use crate::ui::{Panel, theme, widgets};
use eframe::egui::{self, RichText, ScrollArea, Ui};
use rust_i18n::t;

/// The panel.
#[derive(Default)]
pub struct Diagnose;

impl Panel for Diagnose {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let mut settings = view.settings.diagnosis;
        ui.horizontal_wrapped(|ui| {
            for slot in Slot::BOTH {
                let name = RichText::new(view.model(slot).name).color(view.color(slot)).strong();
                ui.selectable_value(&mut settings.model, slot, name);
            }
            let mut watches = !settings.is_off;
            ui.checkbox(&mut watches, tr("diagnose.watches")).on_hover_text(tr("diagnose.watches_tip"));
            settings.is_off = !watches;
        });
        if settings != view.settings.diagnosis {
            let settings = Settings { diagnosis: settings, ..view.settings.clone() };
            commands.push(ViewCommand::Settings(Box::new(settings)).into());
        }
        let DiagnosisSettings { model: slot, is_off, .. } = settings;
        let model = view.model(slot);
        let Some(report) = &model.diagnosis else {
            if is_off {
                widgets::empty(ui, &tr("diagnose.off"));
            } else if widgets::empty_with_action(ui, &tr("diagnose.empty"), &tr("output.fill"), &tr("train.all_tip")) {
                commands.push(ModelCommand::ToggleAll.into());
            }
            return;
        };
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if report.findings.is_empty() {
                let step = whole(report.look.step);
                ui.label(theme::note(ui, t!("diagnose.healthy", step = step)))
                    .on_hover_text(tr("diagnose.healthy_tip"));
            }
            for found in &report.findings {
                ui.add_space(theme::GRID / 2.0);
                finding::card(ui, view, model, found, commands);
            }
            ui.add_space(theme::GRID);
            layers::table(ui, &report.look);
            layers::logits(ui, &report.look);
        });
        if is_off {
            ui.painter().text(
                ui.max_rect().right_bottom(),
                egui::Align2::RIGHT_BOTTOM,
                tr("diagnose.off"),
                egui::FontId::proportional(theme::TEXT_SMALL),
                theme::of(ui).text_secondary,
            );
        }
    }
}
