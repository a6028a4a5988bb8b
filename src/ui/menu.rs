//! The bar at the top: menus, what data there is, what draws, and the theme.

use crate::nn::vector::processor;
use crate::ui::command::{Ask, Command, DataCommand, FileCommand, Picture, ViewCommand};
use crate::ui::panels::panes;
use crate::ui::settings::{Appearance, COLOR_MAPS, DECODERS, Language, Settings};
use crate::ui::slot::Slot;
use crate::ui::text::{self, tr, whole};
use crate::ui::theme;
use crate::ui::view::View;
use candle_core::DeviceLocation;
use eframe::egui::{self, Align, Button, Layout, MenuBar, ProgressBar, RadioButton, Ui};
use rust_i18n::t;

/// Draws the bar.
pub fn ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    MenuBar::new().ui(ui, |ui| {
        ui.menu_button(tr("menu.file"), |ui| file(ui, view, commands));
        ui.menu_button(tr("menu.view"), |ui| looks(ui, view, commands));
        ui.menu_button(tr("menu.help"), |ui| {
            if ui.add(Button::new(tr("menu.help_window")).shortcut_text("F1")).clicked() {
                commands.push(ViewCommand::Help(true).into());
            }
        });
        ui.separator();
        data_chip(ui, view, commands);
        ui.separator();
        device_chip(ui, view);
        ui.separator();
        decoder_chip(ui, view);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            theme_button(ui, view, commands);
            let device = if view.device.is_empty() { tr("device.none") } else { view.device.to_owned() };
            ui.add(egui::Label::new(theme::note(ui, device)).truncate()).on_hover_text(tr("device.tip"));
        });
    });
}

fn file(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let mut entry = |ui: &mut Ui, enabled: bool, words: &str, keys: &str, command: Command| {
        if ui.add_enabled(enabled, Button::new(words).shortcut_text(keys)).clicked() {
            commands.push(command);
        }
    };
    entry(ui, true, &tr("menu.open_data"), "Ctrl+O", FileCommand::Ask(Ask::OpenData).into());
    entry(ui, true, &tr("menu.open_run"), "", FileCommand::Ask(Ask::OpenRun).into());
    ui.separator();
    let any = view.models.iter().any(|model| model.status.is_some());
    entry(ui, any, &tr("menu.save_all"), "Ctrl+S", FileCommand::SaveAll.into());
    for (slot, words) in [(Slot::A, tr("menu.save_a")), (Slot::B, tr("menu.save_b"))] {
        entry(ui, view.model(slot).status.is_some(), &words, "", FileCommand::Save(view.slots.id(slot)).into());
    }
    for (slot, words) in [(Slot::A, tr("menu.fork_a")), (Slot::B, tr("menu.fork_b"))] {
        entry(ui, view.model(slot).folder.is_some(), &words, "", FileCommand::AskFork(view.slots.id(slot)).into());
    }
    ui.separator();
    let sheet = view.sheet.sheet.is_some();
    entry(ui, sheet, &tr("menu.export_sheet"), "Ctrl+E", FileCommand::Ask(Ask::Export(Picture::Sheet)).into());
    for (slot, words) in [(Slot::A, tr("menu.export_plane_a")), (Slot::B, tr("menu.export_plane_b"))] {
        let ready = view.model(slot).snapshot.is_some();
        entry(ui, ready, &words, "", FileCommand::Ask(Ask::Export(Picture::Plane(slot))).into());
    }
    ui.separator();
    entry(ui, true, &tr("menu.undo"), "Ctrl+Z", Command::Undo);
    entry(ui, true, &tr("menu.redo"), "Ctrl+Shift+Z", Command::Redo);
    ui.separator();
    entry(ui, true, &tr("menu.quit"), "", FileCommand::Quit.into());
}

fn looks(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
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
    ui.label(theme::note(ui, tr("menu.panels")));
    for pane in panes() {
        let mut shown = view.shown.contains(&pane);
        if ui.checkbox(&mut shown, tr(&pane.key())).clicked() {
            commands.push(ViewCommand::TogglePane(pane).into());
        }
    }
    if ui.button(tr("menu.reset_layout")).clicked() {
        commands.push(ViewCommand::ResetLayout.into());
    }
}

fn data_chip(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    if let Some(opening) = &view.opening {
        let (done, total) = opening.progress.get();
        let bar = if total > 0 {
            ProgressBar::new(done as f32 / total as f32).text(opening.what)
        } else {
            ProgressBar::new(0.0).text(opening.what)
        };
        ui.add(bar.desired_width(24.0 * theme::GRID)).on_hover_text(tr("data.opening_tip"));
        if ui.button(tr("data.cancel")).on_hover_text(tr("data.cancel_tip")).clicked() {
            commands.push(DataCommand::CancelOpening.into());
        }
        return;
    }
    let words = match view.data {
        Some(data) => format!("{} · {} · {}", data.name, whole(data.train.count() as u64), data.shape()),
        None => tr("data.none"),
    };
    if ui.add(Button::new(theme::figure(words)).small()).on_hover_text(tr("data.chip_tip")).clicked() {
        commands.push(FileCommand::Ask(Ask::OpenData).into());
    }
}

/// What the models learn on.
fn device_chip(ui: &mut Ui, view: &View<'_>) {
    let accelerator = match view.accelerator {
        Some(DeviceLocation::Cuda { gpu_id }) => Some(format!("CUDA {gpu_id}")),
        Some(DeviceLocation::Metal { gpu_id }) => Some(format!("Metal {gpu_id}")),
        Some(DeviceLocation::Cpu) | None => None,
    };
    if let Some(name) = accelerator {
        ui.label(theme::figure(name)).on_hover_text(tr("device.accelerator_tip"));
        return;
    }
    let threads = view.threads;
    let words = if threads == 1 { tr("device.thread") } else { t!("device.threads", threads = threads).into_owned() };
    let features = match processor() {
        "plain" => tr("device.any_processor"),
        features => features.to_owned(),
    };
    let chip = ui.label(theme::figure(words));
    chip.on_hover_text(t!("device.training_tip", features = features));
}

/// Who decodes the plane's model, how long it takes, and why it is the CPU where it is; and the same of the other model where
/// it is not decoded alike.
fn decoder_chip(ui: &mut Ui, view: &View<'_>) {
    let slot = view.settings.plane.model;
    let decoding = &view.model(slot).decoding;
    let mut words = tr(if decoding.is_gpu() { "decoder.on_gpu" } else { "decoder.on_cpu" });
    if let Some(milliseconds) = view.decode_ms {
        words += &format!(" {milliseconds:>5.1} ms");
    }
    let mut why = text::decoded_by(decoding);
    for other in Slot::BOTH.into_iter().filter(|other| *other != slot) {
        let other_decoding = &view.model(other).decoding;
        if other_decoding != decoding {
            let key = if other_decoding.is_gpu() { "decoder.other_on_gpu" } else { "decoder.other_on_cpu" };
            words += &t!(key, slot = other.name());
            why +=
                &format!("\n{}", t!("decoder.other_tip", slot = other.name(), why = text::decoded_by(other_decoding)));
        }
    }
    ui.label(theme::figure(words)).on_hover_text(why);
}

fn theme_button(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let dark = ui.visuals().dark_mode;
    let next = if dark { Appearance::Light } else { Appearance::Dark };
    let name = tr("menu.switch_theme");
    if crate::ui::widgets::sign_button(ui, true, theme::signs::THEME, &name, &name).clicked() {
        commands.push(ViewCommand::Settings(Box::new(Settings { appearance: next, ..view.settings.clone() })).into());
    }
}
