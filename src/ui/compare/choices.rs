//! What is on the sheet: its part, its seed, which test images in which order.

use super::titles::letter_of;
use super::{Compare, choose, class_names};
use crate::explore::browse::DataPart;
use crate::explore::compare::{ImageChoice, ImageDraw, RowOrder, Sheet, SheetChoice, SheetPart};
use crate::explore::path::PathKind;
use crate::ui::command::{Ask, Command, CompareCommand, ExportSubject, FileCommand};
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::containers::menu::{MenuButton, MenuConfig};
use eframe::egui::{Button, DragValue, PopupCloseBehavior, Role, ScrollArea, Ui, WidgetInfo};
use rust_i18n::t;

/// Size of the list of choices, in points, and the most of it that classes take.
const LIST: f32 = 44.0 * theme::GRID;
const CLASSES: f32 = 12.0 * theme::GRID;

impl Compare {
    /// Two lines above all parts.
    pub(super) fn controls(&mut self, ui: &mut Ui, view: &View<'_>, sheet: &Sheet, commands: &mut Vec<Command>) {
        let mut choice = view.sheet.choice.clone();
        let mut seed = view.sheet.seed;
        ui.horizontal(|ui| {
            for part in SheetPart::ALL {
                let [name, explanation] = match part {
                    SheetPart::Images => [tr("compare.images"), tr("compare.images_tip")],
                    SheetPart::Samples => [tr("compare.samples"), tr("compare.samples_tip")],
                    SheetPart::Interpolation => [tr("compare.interpolation"), tr("compare.interpolation_tip")],
                };
                ui.selectable_value(&mut choice.part, part, name).on_hover_text(explanation);
            }
            let mut sign = |sign: &str, name: String, explanation: String| {
                widgets::sign_button(ui, true, sign, &name, &explanation).clicked()
            };
            if sign(theme::signs::SHUFFLE, tr("compare.new_seed"), tr("compare.new_seed_tip")) {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 40;
            }
            if sign(theme::signs::REFRESH, tr("compare.refresh"), tr("compare.refresh_tip")) {
                commands.push(CompareCommand::Refresh.into());
            }
        });
        ui.horizontal(|ui| {
            match choice.part {
                SheetPart::Images => self.rows_chip(ui, view, sheet, &mut choice),
                SheetPart::Samples => {}
                SheetPart::Interpolation => path_chip(ui, &mut choice.path),
            }
            let label = ui.label(theme::note(ui, tr("compare.seed")));
            let field = DragValue::new(&mut seed).speed(0.2).update_while_editing(false);
            ui.add(field).labelled_by(label.id).on_hover_text(tr("compare.seed_tip"));
            if widgets::button(ui, true, &tr("compare.export"), &tr("compare.export_tip")).clicked() {
                commands.push(FileCommand::Ask(Ask::Export(ExportSubject::Sheet)).into());
            }
        });
        if seed != view.sheet.seed {
            commands.push(CompareCommand::Seed(seed).into());
        }
        choose(view, choice, commands);
    }

    /// Which test images, and in which order.
    fn rows_chip(&mut self, ui: &mut Ui, view: &View<'_>, sheet: &Sheet, choice: &mut SheetChoice) {
        let shown = format!("{} · {}", draw_name(choice.images.draw), order_name(choice.order));
        chip(ui, [tr("compare.rows"), tr("compare.rows_tip")], &shown, |ui| {
            let images = &mut choice.images;
            line(ui, [tr("compare.draw"), tr("compare.draw_tip")], |ui| {
                for draw in ImageDraw::ALL {
                    ui.selectable_value(&mut images.draw, draw, draw_name(draw));
                }
            });
            let names = class_names(view);
            if names.len() > 1 {
                ScrollArea::vertical().max_height(CLASSES).show(ui, |ui| {
                    line(ui, [tr("compare.only"), tr("compare.only_tip")], |ui| {
                        ui.selectable_value(&mut images.class, None, tr("compare.all_classes"));
                        for (class, name) in names.iter().enumerate() {
                            ui.selectable_value(&mut images.class, Some(class), name);
                        }
                    });
                });
            }
            line(ui, [tr("compare.order"), tr("compare.order_tip")], |ui| {
                for order in RowOrder::ALL {
                    ui.selectable_value(&mut choice.order, order, order_name(order));
                }
            });
            self.by_hand(ui, view, sheet, &mut choice.images);
        });
    }

    /// An image that a person adds by its place, or the one that is looked at in the data panel.
    fn by_hand(&mut self, ui: &mut Ui, view: &View<'_>, sheet: &Sheet, images: &mut ImageChoice) {
        let last = sheet.source.data.test.count().saturating_sub(1);
        self.index = self.index.min(last);
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(theme::note(ui, tr("compare.index")));
            let field = DragValue::new(&mut self.index).range(0..=last).prefix("#").update_while_editing(false);
            ui.add(field).labelled_by(label.id).on_hover_text(t!("compare.index_tip", most = last));
            let add = ui.add_enabled(!images.is_pinned(self.index), Button::new(tr("compare.add")));
            if add.on_hover_text(tr("compare.add_tip")).clicked() {
                *images = images.pin(self.index, true);
            }
            let example = view.browse.browse.example.filter(|example| example.part == DataPart::Test);
            if let Some(example) = example.filter(|example| !images.is_pinned(example.index)) {
                let words = t!("compare.add_example", index = example.index);
                if ui.button(words).on_hover_text(tr("compare.add_example_tip")).clicked() {
                    *images = images.pin(example.index, true);
                }
            }
            let some = !images.pinned.is_empty();
            if some && ui.button(tr("compare.unpin_all")).on_hover_text(tr("compare.unpin_all_tip")).clicked() {
                images.pinned.clear();
            }
        });
    }
}

/// How it is gone from one image to another.
fn path_chip(ui: &mut Ui, path: &mut PathKind) {
    chip(ui, [tr("compare.path"), tr("compare.path_tip")], &path_name(*path), |ui| {
        for other in SheetChoice::PATHS {
            ui.selectable_value(path, other, path_name(other));
        }
    });
}

/// A button that shows what is chosen, with what else can be.
fn chip(ui: &mut Ui, [name, explanation]: [String; 2], chosen: &str, add: impl FnOnce(&mut Ui)) {
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let button = MenuButton::new(format!("{chosen} {}", theme::signs::MENU)).config(stays);
    let (response, _) = button.ui(ui, |ui| {
        ui.set_max_width(LIST);
        add(ui);
    });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    response.on_hover_text(explanation);
}

/// Choices with their name before them.
fn line(ui: &mut Ui, [name, explanation]: [String; 2], add: impl FnOnce(&mut Ui)) {
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::note(ui, name)).on_hover_text(explanation);
        add(ui);
    });
}

fn draw_name(draw: ImageDraw) -> String {
    match draw {
        ImageDraw::EachClass => tr("compare.each_class"),
        ImageDraw::Random => tr("compare.random"),
    }
}

fn order_name(order: RowOrder) -> String {
    match order {
        RowOrder::Drawn => tr("compare.as_drawn"),
        RowOrder::Error(model) => t!("compare.by_error", model = letter_of(model)).into_owned(),
        RowOrder::Gap => tr("compare.by_gap"),
    }
}

fn path_name(path: PathKind) -> String {
    match path {
        PathKind::Straight => tr("plane.path_straight"),
        PathKind::Spherical => tr("plane.path_spherical"),
        PathKind::Geodesic => tr("plane.path_geodesic"),
    }
}
