//! Every colour and size of the window. Nothing else in it names one; pictures without a window have their own in `picture`.

use eframe::egui::epaint::text::{FontInsert, FontPriority, InsertFontFamily};
use eframe::egui::{
    self, Color32, Context, CornerRadius, FontData, FontFamily, FontId, Margin, RichText, Stroke, TextStyle, Theme,
    Vec2,
};

/// The unit of all distances, in points.
pub const GRID: f32 = 8.0;
/// Small text: units, notes.
pub const TEXT_SMALL: f32 = 12.0;
/// Text.
pub const TEXT_BODY: f32 = 14.0;
/// Titles.
pub const TEXT_TITLE: f32 = 18.0;

/// Height of a line of small text.
pub const LINE: f32 = 2.25 * GRID;
/// Width of the setup, in points.
pub const SETUP_WIDTH: f32 = 272.0;
/// Width of a column of single outputs.
pub const OUTPUT_WIDTH: f32 = 28.0 * GRID;
/// Least and largest width of two outputs beside each other.
pub const OUTPUTS_WIDTH: [f32; 2] = [54.0 * GRID, 84.0 * GRID];
/// Height of what stands around and below two outputs.
pub const OUTPUT_REST: f32 = 25.0 * GRID;
/// Height of the curves before there is one, and then.
pub const TRAINING_HEIGHT: [f32; 2] = [9.0 * GRID, 23.0 * GRID];

/// Radius of the ring around the pointer where the plane is presented.
pub const POINTER_RADIUS: f32 = 2.0 * GRID;

/// Width of a window that asks for something.
pub const DIALOG_WIDTH: f32 = 72.0 * GRID;
/// Width of the figures beside a plot.
pub const AXIS_WIDTH: f32 = 5.0 * GRID;

mod points;
pub use points::{group_color, scale_color};

/// Signs on buttons: letters that the program's own fonts have.
pub mod signs {
    /// Train.
    pub const START: &str = "▶";
    /// Play from the end to the beginning.
    pub const BACKWARDS: &str = "◀";
    /// Hold still.
    pub const PAUSE: &str = "▮▮";
    /// One step.
    pub const STEP: &str = "⇥";
    /// Back to the start.
    pub const RESET: &str = "↺";
    /// Write to disk.
    pub const SAVE: &str = "↧";
    /// Draw others.
    pub const SHUFFLE: &str = "⇄";
    /// Make anew.
    pub const REFRESH: &str = "↻";
    /// The one before.
    pub const BEFORE: &str = "←";
    /// The one after.
    pub const AFTER: &str = "→";
    /// The least first, the greatest first.
    pub const ORDER: [&str; 2] = ["↑", "↓"];
    /// There is a list behind it.
    pub const MENU: &str = "▾";
    /// Take it away.
    pub const REMOVE: &str = "×";
    /// Outline by hand.
    pub const LASSO: &str = "○";
    /// Outline by a box.
    pub const BOX: &str = "□";
    /// What else there is to do.
    pub const MORE: &str = "⋯";
    /// It stays on top.
    pub const PINNED: &str = "●";
    /// It could stay on top.
    pub const PIN: &str = "○";
    /// A model that stands in no view.
    pub const MODEL: &str = "·";
    /// Dark and light.
    pub const THEME: &str = "◐";
    /// A message that something is done.
    pub const DONE: &str = "●";
    /// A message to know.
    pub const NOTE: &str = "◆";
    /// A message that something failed.
    pub const FAILED: &str = "▲";
}

/// Ten colours for classes. Any two differ by at least [`CLASS_DISTANCE`] in CIE L*a*b* as people with full colour
/// vision, protanopia, deuteranopia and tritanopia see them, and each differs from black, white and mid grey by
/// [`CLASS_GROUND_DISTANCE`]: on black tiles, too. Neighbours are farther apart, as are the first four; a test checks it.
pub const CLASSES: [Color32; 10] = [
    Color32::from_rgb(0xB8, 0x3B, 0x03),
    Color32::from_rgb(0x6E, 0x34, 0x77),
    Color32::from_rgb(0xFF, 0xCD, 0x08),
    Color32::from_rgb(0xA1, 0xCB, 0xFF),
    Color32::from_rgb(0x83, 0x30, 0x24),
    Color32::from_rgb(0x57, 0x85, 0xC7),
    Color32::from_rgb(0xFF, 0x8B, 0x47),
    Color32::from_rgb(0x1C, 0x00, 0xFC),
    Color32::from_rgb(0x1E, 0xF3, 0x94),
    Color32::from_rgb(0xB6, 0x40, 0xFF),
];

/// The least difference between two class colours, see [`CLASSES`].
pub const CLASS_DISTANCE: f32 = 25.9;

/// The least difference between two class colours one after another, and between any of the first four.
pub const CLASS_NEIGHBOUR_DISTANCE: f32 = 46.0;

/// The least difference between a class colour and black, white or mid grey.
pub const CLASS_GROUND_DISTANCE: f32 = 32.0;

/// The colour of class `class`; they repeat after ten.
pub fn class_color(class: usize) -> Color32 {
    CLASSES[class % CLASSES.len()]
}

/// A colour as the bytes of a picture.
pub const fn rgb(color: Color32) -> [u8; 3] {
    [color.r(), color.g(), color.b()]
}

/// The colours of models, the same in both themes; nothing else in the window has them. The first is blue, the second orange.
pub const MODELS: [Color32; 8] = [
    Color32::from_rgb(0x4C, 0x9B, 0xE8),
    Color32::from_rgb(0xF2, 0x8E, 0x2B),
    Color32::from_rgb(0x4F, 0xB0, 0x6D),
    Color32::from_rgb(0xB0, 0x7C, 0xD8),
    Color32::from_rgb(0xD9, 0x6B, 0x8F),
    Color32::from_rgb(0x35, 0xB5, 0xB5),
    Color32::from_rgb(0xA8, 0x9A, 0x3C),
    Color32::from_rgb(0x9C, 0x84, 0x72),
];

/// A model's colour by its number; they repeat after eight.
pub fn model_color(color: u8) -> Color32 {
    MODELS[usize::from(color) % MODELS.len()]
}

/// The colours that differ between dark and light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Whether text is light on dark.
    pub dark: bool,
    /// Background, panel, raised.
    pub surfaces: [Color32; 3],
    /// Text that is read first.
    pub text: Color32,
    /// Text that is read second.
    pub text_secondary: Color32,
    /// Lines between things.
    pub line: Color32,
    /// Something to know.
    pub warning: Color32,
    /// Something that failed.
    pub danger: Color32,
}

const DARK: Palette = Palette {
    dark: true,
    surfaces: [
        Color32::from_rgb(0x14, 0x16, 0x1A),
        Color32::from_rgb(0x1B, 0x1E, 0x24),
        Color32::from_rgb(0x24, 0x28, 0x30),
    ],
    text: Color32::from_rgb(0xE6, 0xE8, 0xEC),
    text_secondary: Color32::from_rgb(0x9A, 0xA2, 0xB0),
    line: Color32::from_rgb(0x33, 0x39, 0x44),
    warning: Color32::from_rgb(0xE5, 0xC0, 0x4B),
    danger: Color32::from_rgb(0xF0, 0x6A, 0x6A),
};

const LIGHT: Palette = Palette {
    dark: false,
    surfaces: [
        Color32::from_rgb(0xFF, 0xFF, 0xFF),
        Color32::from_rgb(0xF5, 0xF6, 0xF8),
        Color32::from_rgb(0xE9, 0xEB, 0xEF),
    ],
    text: Color32::from_rgb(0x1B, 0x1E, 0x24),
    text_secondary: Color32::from_rgb(0x5A, 0x62, 0x70),
    line: Color32::from_rgb(0xD3, 0xD7, 0xDE),
    warning: Color32::from_rgb(0x7A, 0x58, 0x00),
    danger: Color32::from_rgb(0xB8, 0x23, 0x2F),
};

/// The colours of a theme.
pub const fn palette(theme: Theme) -> &'static Palette {
    match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

/// The colours that `ui` is drawn with.
pub fn of(ui: &egui::Ui) -> &'static Palette {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

/// Gives a context both themes, the text sizes and the distances.
pub fn install(context: &Context) {
    // The signs on buttons are in the monospaced face alone; no system font is needed for them.
    context.add_font(FontInsert::new(
        "signs",
        FontData::from_static(epaint_default_fonts::HACK_REGULAR),
        vec![InsertFontFamily { family: FontFamily::Proportional, priority: FontPriority::Lowest }],
    ));
    for theme in [Theme::Dark, Theme::Light] {
        context.style_mut_of(theme, |style| restyle(style, palette(theme)));
    }
}

fn restyle(style: &mut egui::Style, palette: &Palette) {
    style.text_styles = [
        (TextStyle::Small, FontId::new(TEXT_SMALL, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(TEXT_BODY, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(TEXT_BODY, FontFamily::Proportional)),
        (TextStyle::Heading, FontId::new(TEXT_TITLE, FontFamily::Proportional)),
        (TextStyle::Monospace, FontId::new(TEXT_SMALL, FontFamily::Monospace)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(GRID, GRID / 2.0);
    spacing.button_padding = Vec2::new(GRID, GRID / 4.0);
    spacing.window_margin = Margin::same(GRID as i8);
    spacing.menu_margin = Margin::same(GRID as i8);
    spacing.interact_size.y = 3.0 * GRID;
    spacing.slider_width = 12.0 * GRID;
    spacing.combo_width = 8.0 * GRID;
    // A menu is as long as a list of all presets where the screen has room for it.
    spacing.default_area_size.y = 80.0 * GRID;

    let visuals = &mut style.visuals;
    let [background, panel, raised] = palette.surfaces;
    visuals.panel_fill = panel;
    visuals.window_fill = panel;
    visuals.extreme_bg_color = background;
    visuals.faint_bg_color = raised;
    visuals.code_bg_color = raised;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(GRID as u8 / 2);
    visuals.menu_corner_radius = CornerRadius::same(GRID as u8 / 2);
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.danger;
    visuals.weak_text_color = Some(palette.text_secondary);
    visuals.hyperlink_color = palette.text;
    // Blue and orange belong to the models, so what is selected is shown by lightness.
    visuals.selection.bg_fill = palette.line;
    visuals.selection.stroke = Stroke::new(1.0, palette.text);
    let widgets = &mut visuals.widgets;
    for (widget, fill) in [
        (&mut widgets.noninteractive, panel),
        (&mut widgets.inactive, raised),
        (&mut widgets.hovered, palette.line),
        (&mut widgets.active, palette.line),
        (&mut widgets.open, raised),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.expansion = 0.0;
        widget.corner_radius = CornerRadius::same(GRID as u8 / 2);
        widget.fg_stroke.color = palette.text;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.line);
    widgets.hovered.bg_stroke = Stroke::new(1.0, palette.text_secondary);
    widgets.active.bg_stroke = Stroke::new(1.0, palette.text);
}

/// The hues of curves, one a quantity: neither is a model's. On the light theme they are darker.
pub const CURVES: [Color32; 10] = [
    Color32::from_rgb(0x58, 0xC8, 0x7A),
    Color32::from_rgb(0xE0, 0x7A, 0xC4),
    Color32::from_rgb(0xE3, 0xCB, 0x4E),
    Color32::from_rgb(0x46, 0xC9, 0xCF),
    Color32::from_rgb(0xE8, 0x6B, 0x66),
    Color32::from_rgb(0xA9, 0x92, 0xF0),
    Color32::from_rgb(0xB9, 0xC0, 0xCC),
    Color32::from_rgb(0xA9, 0xCF, 0x4C),
    Color32::from_rgb(0xC9, 0x9A, 0x6B),
    Color32::from_rgb(0x6F, 0xA8, 0x9A),
];

/// The colour of one curve: the hue of its quantity; of two models that have it, the `second` is paler's.
pub fn curve_color(hue: usize, second: bool, palette: &Palette) -> Color32 {
    let hue = CURVES[hue % CURVES.len()];
    match (palette.dark, second) {
        (true, false) => hue,
        (true, true) => hue.lerp_to_gamma(palette.text, 0.55),
        (false, false) => hue.lerp_to_gamma(palette.text, 0.45),
        (false, true) => hue.lerp_to_gamma(palette.text, 0.05),
    }
}

/// A figure: monospaced, so that it does not jump as it changes.
pub fn figure(text: impl Into<String>) -> RichText {
    RichText::new(text).monospace()
}

/// A note in small, secondary text.
pub fn note(ui: &egui::Ui, text: impl Into<String>) -> RichText {
    RichText::new(text).small().color(of(ui).text_secondary)
}

/// A section's title.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).strong()
}

#[cfg(test)]
mod tests;
