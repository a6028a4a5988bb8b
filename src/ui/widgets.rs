//! Small pieces that several panels use.

use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::view::ModelView;
use eframe::egui::{self, Align, Align2, Button, Layout, Response, RichText, Role, Ui, WidgetInfo, WidgetText, Window};
use rust_i18n::t;
use std::sync::Arc;

/// How wide a button with a sign is, in points.
pub const SIGN_WIDTH: f32 = 3.25 * theme::GRID;

/// What a popup that is open at the beginning of a frame leaves in the context: the frame's number.
fn popup_frame() -> egui::Id {
    egui::Id::unique("frame with a popup")
}

/// A frame begins: a popup that is open takes the Escape of it.
pub fn note_popups(context: &egui::Context) {
    if egui::Popup::is_any_open(context) {
        let frame = context.cumulative_frame_nr();
        context.data_mut(|data| data.insert_temp(popup_frame(), frame));
    }
}

/// Whether Escape was pressed for what lies under lists and menus: where one is open, that alone closes.
pub fn escapes(context: &egui::Context) -> bool {
    let with_popup = context.data(|data| data.get_temp::<u64>(popup_frame()));
    let taken = with_popup == Some(context.cumulative_frame_nr()) || egui::Popup::is_any_open(context);
    !taken && context.input(|input| input.key_pressed(egui::Key::Escape))
}

/// What a window that asks for something leaves in the context: the number of the frame that it was open in.
fn dialog_frame() -> egui::Id {
    egui::Id::unique("frame with a dialog")
}

/// A window that asks for something is open: it takes the Escape of the next frame.
pub fn note_dialog(context: &egui::Context) {
    let frame = context.cumulative_frame_nr();
    context.data_mut(|data| data.insert_temp(dialog_frame(), frame));
}

/// Whether Escape was pressed for what lies under all windows that ask for something.
pub fn escapes_below_dialogs(context: &egui::Context) -> bool {
    let last = context.data(|data| data.get_temp::<u64>(dialog_frame()));
    let is_open = last.is_some_and(|frame| frame + 1 >= context.cumulative_frame_nr());
    !is_open && escapes(context)
}

/// A button that shows words and is called `name`, so wide whatever it shows.
pub fn wide_button(ui: &mut Ui, enabled: bool, width: f32, words: &str, name: &str, tooltip: &str) -> Response {
    let size = egui::vec2(width, 3.0 * theme::GRID);
    let response = ui.add_enabled_ui(enabled, |ui| ui.add_sized(size, Button::new(words).truncate())).inner;
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    response.on_hover_text(tooltip).on_disabled_hover_text(tooltip)
}

/// A figure with its name before it, in a place of fixed size.
pub fn cell(ui: &mut Ui, size: egui::Vec2, name: &str, value: &str, tooltip: &str) {
    let row = ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
        ui.label(theme::note(ui, name));
        ui.add(egui::Label::new(theme::figure(value)).truncate().show_tooltip_when_elided(false));
    });
    row.response.on_hover_text(tooltip);
}

/// Paints a line of small text, cut with an ellipsis where it is wider than `width` points; `at` is the middle of its left
/// edge.
pub fn paint_truncated(painter: &egui::Painter, text: &str, at: egui::Pos2, width: f32, color: egui::Color32) {
    let galley = cut_short(painter, text, width, color);
    painter.galley(at - egui::vec2(0.0, galley.size().y / 2.0), galley, color);
}

/// A line of small text, cut with an ellipsis where it is wider than `width` points.
pub fn cut_short(painter: &egui::Painter, text: &str, width: f32, color: egui::Color32) -> Arc<egui::Galley> {
    let font = egui::FontId::proportional(theme::TEXT_SMALL);
    let mut job = egui::text::LayoutJob::single_section(text.to_owned(), egui::TextFormat::simple(font, color));
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    painter.layout_job(job)
}

/// A button that shows a sign and is called `name`; the tooltip says what it does.
pub fn sign_button(ui: &mut Ui, enabled: bool, sign: &str, name: &str, tooltip: &str) -> Response {
    let response = ui.add_enabled(enabled, Button::new(sign).min_size(egui::vec2(SIGN_WIDTH, 3.0 * theme::GRID)));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    response.on_hover_text(tooltip).on_disabled_hover_text(tooltip)
}

/// The same of something that is on or off.
pub fn sign_toggle(ui: &mut Ui, on: bool, sign: &str, name: &str, tooltip: &str) -> Response {
    let button = Button::new(sign).selected(on).min_size(egui::vec2(SIGN_WIDTH, 3.0 * theme::GRID));
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, name));
    response.on_hover_text(tooltip)
}

/// A window in the middle that asks for something; `keep` turns false when it is closed. `id` is its own.
pub fn dialog<'a>(title: impl Into<WidgetText>, id: &str, keep: &'a mut bool) -> Window<'a> {
    let window = Window::new(title).id(egui::Id::unique(id)).open(keep).collapsible(false).resizable(false);
    window.anchor(Align2::CENTER_CENTER, [0.0, 0.0])
}

/// A button with words and a tooltip.
pub fn button(ui: &mut Ui, enabled: bool, words: &str, tooltip: &str) -> Response {
    ui.add_enabled(enabled, Button::new(words)).on_hover_text(tooltip).on_disabled_hover_text(tooltip)
}

/// A model's badge: the letter of the view that it stands in, on its colour.
pub fn badge(ui: &mut Ui, model: &ModelView<'_>) -> Response {
    let palette = theme::of(ui);
    let ink = if palette.dark { palette.surfaces[0] } else { palette.text };
    let frame = egui::Frame::new()
        .fill(theme::model_color(model.color))
        .corner_radius(theme::GRID / 2.0)
        .inner_margin(egui::Margin::symmetric(theme::GRID as i8, 0));
    let letter = RichText::new(model.label_letter()).strong().color(ink);
    let response = frame.show(ui, |ui| ui.label(letter)).inner;
    match model.slot {
        Some(slot) => response.on_hover_text(t!("entry.shown_as", slot = slot.name())),
        None => response.on_hover_text(tr("entry.not_shown")),
    }
}

/// What an empty panel says, in its middle.
pub fn empty(ui: &mut Ui, words: &str) {
    ui.with_layout(Layout::centered_and_justified(egui::Direction::TopDown), |ui| {
        ui.label(RichText::new(words).color(theme::of(ui).text_secondary));
    });
}

/// What an empty panel says, with an action that fills it. True where that was asked for.
pub fn empty_with_action(ui: &mut Ui, words: &str, action: &str, tooltip: &str) -> bool {
    let space = ui.available_height();
    let mut asked = false;
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.add_space((space / 2.0 - 4.0 * theme::GRID).max(0.0));
        ui.label(RichText::new(words).color(theme::of(ui).text_secondary));
        ui.add_space(theme::GRID);
        asked = ui.button(action).on_hover_text(tooltip).clicked();
    });
    asked
}

/// A label and what it names, in a row of a grid.
pub fn row(ui: &mut Ui, name: &str, tooltip: &str, add: impl FnOnce(&mut Ui) -> Response) -> Response {
    let label = ui.label(RichText::new(name).small().color(theme::of(ui).text_secondary)).on_hover_text(tooltip);
    let response = add(ui).labelled_by(label.id).on_hover_text(tooltip);
    ui.end_row();
    response
}

/// A figure with its name before it, in one line.
pub fn fact(ui: &mut Ui, name: &str, value: &str, tooltip: &str) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
        ui.label(theme::note(ui, name));
        ui.label(theme::figure(value));
    })
    .response
    .on_hover_text(tooltip);
}
