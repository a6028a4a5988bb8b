//! What stands in the bar beside the menus: what data there is, what the models learn on, who decodes, and the theme.

use crate::nn::vector::processor;
use crate::ui::command::{Ask, Command, DataCommand, FileCommand, ViewCommand};
use crate::ui::settings::{Appearance, Settings};
use crate::ui::slot::Slot;
use crate::ui::text::{self, tr, whole};
use crate::ui::theme;
use crate::ui::view::View;
use candle_core::DeviceLocation;
use eframe::egui::{Button, ProgressBar, Ui};
use rust_i18n::t;

pub(super) fn data(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    if let Some(opening) = &view.opening {
        let bar = ProgressBar::new(opening.part()).text(opening.words());
        ui.add(bar.desired_width(24.0 * theme::GRID)).on_hover_text(tr("data.opening_tip"));
        if ui.button(tr("data.cancel")).on_hover_text(tr("data.cancel_tip")).clicked() {
            commands.push(DataCommand::CancelOpening.into());
        }
        return;
    }
    let words = match view.data {
        Some(data) => format!("{} · {} · {}", data.name, whole(data.train.count() as u64), data.sample()),
        None => tr("data.none"),
    };
    if ui.add(Button::new(theme::figure(words)).small()).on_hover_text(tr("data.chip_tip")).clicked() {
        commands.push(FileCommand::Ask(Ask::OpenData).into());
    }
}

/// What the models learn on.
pub(super) fn device(ui: &mut Ui, view: &View<'_>) {
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
pub(super) fn decoder(ui: &mut Ui, view: &View<'_>) {
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

pub(super) fn theme_button(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let dark = ui.visuals().dark_mode;
    let next = if dark { Appearance::Light } else { Appearance::Dark };
    let name = tr("menu.switch_theme");
    if crate::ui::widgets::sign_button(ui, true, theme::signs::THEME, &name, &name).clicked() {
        commands.push(ViewCommand::Settings(Box::new(Settings { appearance: next, ..view.settings.clone() })).into());
    }
}
