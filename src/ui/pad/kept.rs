//! Drawings that were kept: a row of thumbnails, and the data set that they become.

use super::Pad;
use crate::dataset::ImageShape;
use crate::explore::pad::{FEWEST_DRAWINGS, KeptDrawing, MOST_KEPT, PadChange, PadImage};
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::picture::Bitmap;
use crate::ui::command::{Ask, Command, FileCommand, ImageSubject, PadCommand};
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{copy, theme, widgets};
use eframe::egui::{DragValue, Label, Response, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo, vec2};
use rust_i18n::t;

/// The side of a thumbnail, in points.
const SIDE: f32 = 6.0 * theme::GRID;
/// Width of the field for a class's name, in points.
const NAME_WIDTH: f32 = 12.0 * theme::GRID;

/// The thumbnails, made once.
#[derive(Default)]
pub(super) struct KeptPictures(Vec<(PadImage, Bitmap, TextureSlot)>);

impl Pad {
    pub(super) fn kept_ui(&mut self, ui: &mut Ui, view: &View<'_>, shape: ImageShape, commands: &mut Vec<Command>) {
        let pad = view.pad.state;
        ui.horizontal_wrapped(|ui| {
            let mut label = pad.label;
            let field = ui.add(DragValue::new(&mut label).speed(0.05).prefix(format!("{} ", tr("plane.class"))));
            if field.accessible_name(tr("pad.label")).on_hover_text(tr("pad.label_tip")).changed() {
                commands.push(PadCommand::Change(PadChange::Label(label)).into());
            }
            self.naming(ui, view, commands);
            let can_keep = view.pad.image.is_some() && pad.kept.len() < MOST_KEPT;
            if widgets::button(ui, can_keep, &tr("pad.keep"), &tr("pad.keep_tip")).clicked() {
                commands.push(PadCommand::Change(PadChange::Keep).into());
            }
            let enough = pad.kept_of(shape).count() >= FEWEST_DRAWINGS;
            if widgets::button(ui, enough, &tr("pad.make"), &tr("pad.make_tip")).clicked() {
                commands.push(FileCommand::Ask(Ask::Drawings).into());
            }
        });
        let kept: Vec<(usize, &KeptDrawing)> = pad.kept_of(shape).collect();
        self.kept.0.truncate(kept.len());
        ScrollArea::horizontal().id_salt("kept drawings").show(ui, |ui| {
            ui.horizontal(|ui| {
                for (row, (place, drawing)) in kept.into_iter().enumerate() {
                    let response = self.thumbnail(ui, row, drawing, view);
                    copy::menu(&response, ImageSubject::Kept(place), commands);
                    let name = t!("pad.forget", number = row + 1);
                    if widgets::sign_button(ui, true, theme::signs::REMOVE, &name, &tr("pad.forget_tip")).clicked() {
                        commands.push(PadCommand::Change(PadChange::Forget(place)).into());
                    }
                }
            });
        });
    }

    /// The field for the name of the class that the next drawing has.
    fn naming(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let pad = view.pad.state;
        let named = pad.names.get(&pad.label).cloned().unwrap_or_default();
        let typed = self.naming.take().filter(|(label, _)| *label == pad.label).map(|(_, typed)| typed);
        let mut text = typed.unwrap_or_else(|| named.clone());
        let names = view.data.map(|data| data.class_names()).unwrap_or_default();
        let known = names.get(usize::from(pad.label)).filter(|name| **name != pad.label.to_string());
        let hint = known.cloned().unwrap_or_else(|| tr("pad.name_hint"));
        let hint = RichText::new(hint).color(theme::of(ui).text_secondary);
        let field = TextEdit::singleline(&mut text).desired_width(NAME_WIDTH).char_limit(40).hint_text(hint);
        let name = t!("pad.name", class = pad.label);
        let field = ui.add(field).accessible_name(name).on_hover_text(tr("pad.name_tip"));
        if field.has_focus() {
            self.naming = Some((pad.label, text));
        } else if field.lost_focus() && text.trim() != named {
            commands.push(PadCommand::Change(PadChange::Name(pad.label, text)).into());
        }
    }

    fn thumbnail(&mut self, ui: &mut Ui, row: usize, drawing: &KeptDrawing, view: &View<'_>) -> Response {
        let name = view.pad.state.class_name(drawing.label);
        let pictures = &mut self.kept.0;
        if pictures.get(row).is_none_or(|(image, ..)| *image != drawing.image) {
            pictures.truncate(row);
            let values: Vec<f32> = drawing.image.values().collect();
            pictures.push((drawing.image.clone(), Bitmap::new(drawing.shape, &values), TextureSlot::default()));
        }
        ui.vertical(|ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(SIDE, SIDE), copy::IMAGE_SENSE);
            response.widget_info(|| {
                let mut info = WidgetInfo::labeled(Role::Image, true, t!("pad.drawing", number = row + 1));
                info.current_text_value = Some(name.clone());
                info
            });
            if let Some((_, bitmap, texture)) = pictures.get(row).filter(|_| ui.is_rect_visible(rect)) {
                image::paint(ui.painter(), rect, texture, bitmap, view.settings.color_map, Fit::Sharp);
            }
            ui.set_max_width(SIDE);
            let words = theme::figure(&name).color(theme::of(ui).text_secondary);
            ui.add(Label::new(words).truncate());
            response
        })
        .inner
    }
}
