//! What stands in the menus.

use crate::dataset::Source;
use crate::trainer::Part;
use crate::ui::command::{
    Ask, Command, DataCommand, ExportSubject, FileCommand, ModelCommand, PanelPictureUse, ViewCommand,
};
use crate::ui::export;
use crate::ui::known_data;
use crate::ui::output;
use crate::ui::panels::panes;
use crate::ui::settings::{Appearance, COLOR_MAPS, DECODERS, Language};
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{Button, RadioButton, Ui};
use rust_i18n::t;

/// A line of a menu: its words, its key, and what it asks for.
fn entry(
    ui: &mut Ui,
    commands: &mut Vec<Command>,
    enabled: bool,
    words: &str,
    keys: &str,
    command: impl Into<Command>,
) {
    if ui.add_enabled(enabled, Button::new(words).shortcut_text(keys)).clicked() {
        commands.push(command.into());
    }
}

/// Data, runs, pictures.
pub(super) fn file(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    entry(ui, commands, true, &tr("menu.open_data"), "Ctrl+O", FileCommand::Ask(Ask::OpenData));
    ui.menu_button(tr("menu.known_data"), |ui| {
        if let Some(name) = known_data::menu(ui, view.cached) {
            commands.push(DataCommand::Open(Source::parse(name)).into());
            ui.close();
        }
    });
    entry(ui, commands, true, &tr("menu.open_run"), "", FileCommand::Ask(Ask::OpenRun));
    ui.separator();
    let any = view.models.iter().any(|model| model.status.is_some());
    entry(ui, commands, any, &tr("menu.save_all"), "Ctrl+S", FileCommand::SaveAll);
    for (slot, words) in [(Slot::A, tr("menu.save_a")), (Slot::B, tr("menu.save_b"))] {
        let is_there = view.model(slot).status.is_some();
        entry(ui, commands, is_there, &words, "", FileCommand::Save(view.slots.id(slot)));
    }
    entry(ui, commands, true, &tr("menu.save_into"), "", FileCommand::Ask(Ask::SaveInto));
    for (slot, words) in [(Slot::A, tr("menu.fork_a")), (Slot::B, tr("menu.fork_b"))] {
        let has_run = view.model(slot).folder.is_some();
        let fork = ui.add_enabled(has_run, Button::new(words)).on_disabled_hover_text(tr("menu.fork_unsaved"));
        if fork.clicked() {
            commands.push(FileCommand::AskFork(view.slots.id(slot)).into());
        }
    }
    ui.separator();
    ui.menu_button(tr("menu.export"), |ui| {
        let front = ExportSubject::Plane(view.settings.plane.model);
        for subject in ExportSubject::ALL {
            let keys = if subject == front { "Ctrl+E" } else { "" };
            let words = format!("{}…", export::name(subject));
            let ask = FileCommand::Ask(Ask::Export(subject));
            entry(ui, commands, export::is_ready(view, subject), &words, keys, ask);
        }
        ui.menu_button(tr("export.panel"), |ui| {
            for pane in view.shown {
                let words = format!("{}…", tr(&pane.key()));
                let picture = FileCommand::PicturePanel(pane.clone(), PanelPictureUse::Save);
                entry(ui, commands, true, &words, "", picture);
            }
        });
    });
    ui.separator();
    entry(ui, commands, true, &tr("menu.quit"), "", FileCommand::Quit);
}

/// What a hand did, back and forth.
pub(super) fn edit(ui: &mut Ui, commands: &mut Vec<Command>) {
    entry(ui, commands, true, &tr("menu.undo"), "Ctrl+Z", Command::Undo);
    entry(ui, commands, true, &tr("menu.redo"), "Ctrl+Shift+Z", Command::Redo);
}

/// Training.
pub(super) fn run(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let any = view.models.iter().any(|model| model.status.is_some());
    let all = if view.is_active() { tr("train.pause_all") } else { tr("train.train_all") };
    entry(ui, commands, any, &all, &tr("help.space"), ModelCommand::ToggleAll);
    entry(ui, commands, any, &tr("menu.step_all"), "S", ModelCommand::StepAll);
    entry(ui, commands, any, &tr("menu.reset_all"), "Ctrl+R", ModelCommand::ResetAll);
    for model in view.active_models() {
        ui.separator();
        let (is_there, label) = (model.status.is_some(), model.label());
        let (words, command) = match model.is_training() || model.queued {
            true => ("train.pause", ModelCommand::Pause(model.id)),
            false => ("train.start", ModelCommand::Start(model.id)),
        };
        entry(ui, commands, is_there, &t!(words, slot = label), "", command);
        entry(ui, commands, is_there, &t!("train.step", slot = label), "", ModelCommand::Step(model.id, Part::Whole));
        entry(ui, commands, is_there, &t!("train.reset", slot = label), "", ModelCommand::Reset(model.id));
    }
}

/// Help.
pub(super) fn help(ui: &mut Ui, commands: &mut Vec<Command>) {
    entry(ui, commands, true, &tr("menu.help_window"), "F1", ViewCommand::Help(true));
}

/// How the window looks.
pub(super) fn view(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let mut settings = view.settings.clone();
    ui.label(theme::note(ui, tr("menu.theme")));
    for appearance in Appearance::ALL {
        ui.radio_value(&mut settings.appearance, appearance, tr(appearance.key()));
    }
    ui.separator();
    ui.label(theme::note(ui, tr("menu.language")));
    for language in Language::ALL {
        ui.radio_value(&mut settings.language, language, language.own_name());
    }
    ui.separator();
    ui.label(theme::note(ui, tr("menu.color_map")));
    let grey = !view.data.is_some_and(|data| data.shape().is_color());
    for (map, key) in COLOR_MAPS {
        let choice = ui.add_enabled(grey, RadioButton::new(settings.color_map == map, tr(key)));
        if choice.on_disabled_hover_text(tr("menu.own_colors")).clicked() {
            settings.color_map = map;
        }
    }
    if !grey {
        ui.label(theme::note(ui, tr("menu.own_colors")));
    }
    ui.separator();
    ui.label(theme::note(ui, tr("menu.decoder"))).on_hover_text(tr("decoder.tip"));
    for (choice, key) in DECODERS {
        ui.radio_value(&mut settings.decoder, choice, tr(key));
    }
    if settings != *view.settings {
        commands.push(ViewCommand::Settings(Box::new(settings)).into());
    }
    ui.separator();
    output::trace_switch(ui, view, commands);
    ui.separator();
    ui.label(theme::note(ui, tr("menu.panels")));
    for pane in panes() {
        let mut shown = view.shown.contains(&pane);
        if ui.checkbox(&mut shown, tr(&pane.key())).clicked() {
            commands.push(ViewCommand::TogglePane(pane).into());
        }
    }
    entry(ui, commands, true, &tr("menu.reset_layout"), "", ViewCommand::ResetLayout);
    ui.separator();
    let full = !ui.input(|input| input.viewport().fullscreen.unwrap_or(false));
    entry(ui, commands, true, &tr("menu.full_screen"), "F11", ViewCommand::FullScreen(full));
    entry(ui, commands, true, &tr("menu.present"), "F5", ViewCommand::Present(true));
}
