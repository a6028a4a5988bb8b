//! What the window that asks for a file to export to has besides the path: what, in which format, and how it is drawn.

use crate::explore::path::PlanePath;
use crate::picture::film::{FILM_FRAMES, FILM_RATES, FILM_SIDES};
use crate::picture::{FigureStyle, SAMPLE_COUNTS};
use crate::ui::command::{Ask, Command, ExportFormat, ExportSubject, FileCommand, ViewCommand};
use crate::ui::settings::Settings;
use crate::ui::slot::Slot;
use crate::ui::text::{tr, whole};
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{Button, ComboBox, DragValue, Ui};
use rust_i18n::t;
use std::path::Path;

/// All subjects are seen without scrolling.
const LIST_HEIGHT: f32 = 40.0 * theme::GRID;

/// What a subject is called.
pub(super) fn name(subject: ExportSubject) -> String {
    match subject {
        ExportSubject::Plane(slot) => t!("export.plane", slot = slot.name()).into_owned(),
        ExportSubject::Curves => tr("export.curves"),
        ExportSubject::Sheet => tr("export.sheet"),
        ExportSubject::Points(slot) => t!("export.points", slot = slot.name()).into_owned(),
        ExportSubject::Samples(slot) => t!("export.samples", slot = slot.name()).into_owned(),
        ExportSubject::Film(slot) => t!("export.film", slot = slot.name()).into_owned(),
        ExportSubject::Timeline(slot) => t!("export.timeline", slot = slot.name()).into_owned(),
        ExportSubject::Panel => tr("export.panel"),
        ExportSubject::Runs => tr("export.runs"),
    }
}

/// Whether there is anything of it to export.
pub(super) fn is_ready(view: &View<'_>, subject: ExportSubject) -> bool {
    let has_points = |slot: Slot| view.plane(slot).is_some_and(|plane| plane.points.is_some());
    match subject {
        ExportSubject::Plane(slot) => view.model(slot).snapshot.is_some(),
        ExportSubject::Curves => view.has_curves(),
        ExportSubject::Sheet => view.sheet.sheet.is_some(),
        ExportSubject::Points(slot) => has_points(slot),
        ExportSubject::Samples(slot) => view.model(slot).snapshot.is_some() && !view.has_points(),
        ExportSubject::Film(slot) => {
            view.model(slot).snapshot.is_some() && !view.has_points() && view.path.is_some_and(PlanePath::leads)
        }
        ExportSubject::Timeline(slot) => steps(view, slot) > 1,
        // Who takes its picture asks for the path as well.
        ExportSubject::Panel => false,
        ExportSubject::Runs => true,
    }
}

/// Steps of a view's model that can be looked back at.
fn steps(view: &View<'_>, slot: Slot) -> usize {
    let track = view.timeline.timeline.tracks.get(view.slots.id(slot));
    track.map_or(0, |track| track.marks().len())
}

/// Draws it; `path` follows the format.
pub(super) fn ui(ui: &mut Ui, subject: ExportSubject, path: &mut String, view: &View<'_>, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let label = ui.label(tr("export.what"));
        let list = ComboBox::from_id_salt("export subject").selected_text(name(subject)).height(LIST_HEIGHT);
        let list = list.show_ui(ui, |ui| {
            for other in ExportSubject::ALL {
                let choice = Button::selectable(other == subject, name(other));
                if ui.add_enabled(is_ready(view, other), choice).clicked() && other != subject {
                    commands.push(FileCommand::Ask(Ask::Export(other)).into());
                }
            }
        });
        list.response.labelled_by(label.id);
        ui.add_space(theme::GRID);
        let format = subject.format(Path::new(path));
        for other in subject.formats() {
            let choice = ui.selectable_label(format == Some(*other), other.name());
            let tip = match other {
                ExportFormat::Png => tr("export.png_tip"),
                ExportFormat::Svg => tr("export.svg_tip"),
                ExportFormat::Csv => tr("export.csv_tip"),
                ExportFormat::Npy if matches!(subject, ExportSubject::Samples(_)) => tr("export.samples_npy_tip"),
                ExportFormat::Npy => tr("export.npy_tip"),
                ExportFormat::Latex => tr("export.latex_tip"),
                ExportFormat::Folder => tr("export.folder_tip"),
                ExportFormat::Gif => tr("export.gif_tip"),
                ExportFormat::Apng => tr("export.apng_tip"),
                ExportFormat::Mp4 => tr("export.mp4_tip"),
            };
            if choice.on_hover_text(tip).clicked() {
                *path = Path::new(path).with_extension(other.ending()).display().to_string();
            }
        }
    });
    if matches!(subject, ExportSubject::Samples(_)) {
        return samples(ui, view, commands);
    }
    if matches!(subject, ExportSubject::Film(_)) {
        return film(ui, None, view, commands);
    }
    if let ExportSubject::Timeline(slot) = subject {
        return film(ui, Some(steps(view, slot)), view, commands);
    }
    if subject == ExportSubject::Panel {
        ui.label(theme::note(ui, tr("export.panel_note")));
        return;
    }
    if subject == ExportSubject::Runs {
        ui.label(theme::note(ui, tr("export.runs_note")));
        return;
    }
    let is_table = matches!(subject.format(Path::new(path)), Some(ExportFormat::Csv | ExportFormat::Npy));
    let mut style = view.settings.figure;
    ui.add_enabled_ui(!is_table, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(tr("export.size"));
            for scale in FigureStyle::SCALES {
                let choice = ui.selectable_value(&mut style.scale, scale, format!("{scale}×"));
                choice.on_hover_text(tr("export.size_tip"));
            }
            ui.add_space(theme::GRID);
            let FigureStyle { axes, points, legend, headings, caption, .. } = &mut style;
            let (is_sheet, is_plane) = (subject == ExportSubject::Sheet, matches!(subject, ExportSubject::Plane(_)));
            let parts = [
                (axes, "export.axes", !is_sheet),
                (points, "export.with_points", is_plane),
                (legend, "export.legend", !is_sheet),
                (headings, "export.headings", true),
                (caption, "export.caption", true),
            ];
            for (part, key, is_there) in parts {
                ui.add_enabled_ui(is_there, |ui| ui.checkbox(part, tr(key)));
            }
        });
    });
    if style != view.settings.figure {
        let settings = Settings { figure: style, ..view.settings.clone() };
        commands.push(ViewCommand::Settings(Box::new(settings)).into());
    }
}

/// How many samples, and from which seed.
fn samples(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let mut choice = view.settings.samples;
    ui.horizontal(|ui| {
        let label = ui.label(tr("export.count"));
        let field = ui.add(DragValue::new(&mut choice.count).range(SAMPLE_COUNTS).update_while_editing(false));
        field.labelled_by(label.id).on_hover_text(tr("export.count_tip"));
        ui.add_space(theme::GRID);
        let label = ui.label(tr("export.seed"));
        let field = ui.add(DragValue::new(&mut choice.seed).speed(0.2).update_while_editing(false));
        field.labelled_by(label.id).on_hover_text(tr("export.seed_tip"));
    });
    if choice != view.settings.samples {
        let settings = Settings { samples: choice, ..view.settings.clone() };
        commands.push(ViewCommand::Settings(Box::new(settings)).into());
    }
}

/// How many frames, unless there are as many as steps; how large and how fast.
fn film(ui: &mut Ui, steps: Option<usize>, view: &View<'_>, commands: &mut Vec<Command>) {
    let mut choice = view.settings.film;
    ui.horizontal(|ui| {
        let mut field = |name: &str, tip: &str, value: DragValue<'_>| {
            let label = ui.label(name);
            ui.add(value.update_while_editing(false)).labelled_by(label.id).on_hover_text(tip);
            ui.add_space(theme::GRID);
        };
        if steps.is_none() {
            let frames = DragValue::new(&mut choice.frames).range(FILM_FRAMES);
            field(&tr("export.frames"), &tr("export.frames_tip"), frames);
        }
        let side = DragValue::new(&mut choice.size).range(FILM_SIDES).suffix(" px");
        field(&tr("export.side"), &tr("export.side_tip"), side);
        let rate = DragValue::new(&mut choice.rate).range(FILM_RATES).speed(0.2);
        field(&tr("export.rate"), &tr("export.rate_tip"), rate);
        if let Some(steps) = steps {
            let words = t!("export.steps", count = whole(steps as u64));
            ui.label(theme::note(ui, words)).on_hover_text(tr("export.steps_tip"));
        }
    });
    if choice != view.settings.film {
        let settings = Settings { film: choice, ..view.settings.clone() };
        commands.push(ViewCommand::Settings(Box::new(settings)).into());
    }
}
