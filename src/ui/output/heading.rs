//! An image of the panel in its frame, with what stands above and below it.

use crate::ui::{copy, theme};
use eframe::egui::emath::GuiRounding;
use eframe::egui::{Color32, Label, Rect, Response, RichText, Role, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

/// The frame around an image, in points.
pub(super) const FRAME: f32 = 3.0;

/// An image on the screen with its heading and its figure.
pub(super) struct Heading {
    pub name: String,
    /// What the image is called by those who do not see it.
    pub accessible: String,
    pub color: Color32,
    pub figure: Option<String>,
    /// Why the CPU decodes this model though the device decodes: one sentence.
    pub refused: Option<String>,
}

/// An image in its frame; `paint` fills the place inside.
pub(super) fn framed(ui: &mut Ui, side: f32, heading: &Heading, paint: impl FnOnce(&Ui, Rect)) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), copy::IMAGE_SENSE);
    // Each pixel of the image is a whole number of the screen's.
    let rect = rect.round_to_pixels(ui.ctx().pixels_per_point());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, heading.accessible.as_str()));
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, 2.0, theme::of(ui).surfaces[0]);
        paint(ui, rect.shrink(FRAME));
        ui.painter().rect_stroke(rect, 2.0, Stroke::new(2.0, heading.color), StrokeKind::Inside);
    }
    response
}

/// An image with its name above it and its figure below; `rest` adds what stands beside the figure.
pub(super) fn captioned(
    ui: &mut Ui,
    side: f32,
    heading: &Heading,
    image: impl FnOnce(&mut Ui),
    rest: impl FnOnce(&mut Ui),
) {
    ui.vertical(|ui| {
        ui.set_width(side);
        ui.add(Label::new(RichText::new(&heading.name).color(heading.color).strong()).truncate());
        image(ui);
        ui.spacing_mut().interact_size.y = theme::LINE;
        ui.horizontal(|ui| {
            let mut figure = heading.figure.clone().unwrap_or_default();
            if heading.refused.is_some() {
                figure += " · CPU";
            }
            let figure = ui.add(Label::new(theme::figure(figure).color(theme::of(ui).text_secondary)).truncate());
            if let Some(why) = &heading.refused {
                figure.on_hover_text(why);
            }
            rest(ui);
        });
    });
}
