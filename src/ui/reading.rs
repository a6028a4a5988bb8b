//! How files become examples, in the window that asks for data: what is chosen stands in the path itself, behind a question
//! mark, and a preview shows what a model would see.

use crate::dataset::{DataOptions, FolderPreview, ImageColor, ImageFit, Place, Source, ValueRange};
use crate::gpu::{ColorMap, TextureSlot, image};
use crate::message::Message;
use crate::picture::Bitmap;
use crate::ui::command::{Command, DataCommand};
use crate::ui::text::{explain, tr, whole};
use crate::ui::theme;
use eframe::egui::{ComboBox, DragValue, Label, RichText, Role, Sense, Ui, Vec2, WidgetInfo};
use rust_i18n::t;

/// Images in the preview, and how many stand in a row.
pub const PREVIEWED: usize = 24;
const COLUMNS: usize = 12;
/// The height that the preview's place has whatever is shown, in points.
const HEIGHT: f32 = 22.0 * theme::GRID;

/// What is known of the folder that is typed.
#[derive(Default)]
pub struct ReadingChoice {
    /// What was looked at, or is being looked at.
    asked: Option<Source>,
    found: Option<Result<FolderPreview, Message>>,
    picture: Option<Bitmap>,
    slot: TextureSlot,
}

impl ReadingChoice {
    /// Takes note of what a source holds; `None` where it is no folder of images.
    pub fn receive(&mut self, source: &Source, found: Result<Option<FolderPreview>, Message>) {
        if self.asked.as_ref() != Some(source) {
            return;
        }
        self.found = found.transpose();
        self.picture = match &self.found {
            Some(Ok(found)) => Some(Bitmap::montage(found.shape, &found.images, COLUMNS)),
            _ => None,
        };
    }

    /// Draws what can be chosen of the source that `text` is; it changes with a choice.
    pub fn ui(&mut self, ui: &mut Ui, text: &mut String, commands: &mut Vec<Command>) {
        let source = Source::parse(text.trim());
        if self.asked.as_ref() != Some(&source) {
            // The picture of the same folder stays until the next one is there.
            if self.asked.as_ref().is_none_or(|asked| asked.place != source.place) {
                (self.found, self.picture) = (None, None);
            }
            self.asked = Some(source.clone());
            commands.push(DataCommand::Preview(source.clone()).into());
        }
        let mut options = source.options.clone();
        let is_array = |path: &std::path::Path| {
            path.extension().is_some_and(|end| end.eq_ignore_ascii_case("npy") || end.eq_ignore_ascii_case("npz"))
        };
        let is_table = |path: &std::path::Path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
        match &source.place {
            Place::Path(path) if is_array(path) => range(ui, &mut options),
            Place::Path(path) if is_table(path) || self.found.is_some() => self.images(ui, &mut options),
            Place::Path(_) | Place::BuiltIn(_) | Place::Download(_) => return,
        }
        if options != source.options {
            *text = Source { options, ..Source::from(text.trim().to_owned()) }.to_string();
        }
    }

    fn images(&mut self, ui: &mut Ui, options: &mut DataOptions) {
        ui.horizontal_wrapped(|ui| {
            let mut given = options.side.is_some();
            let check = ui.checkbox(&mut given, tr("reading.side")).on_hover_text(tr("reading.side_tip"));
            if check.changed() {
                options.side = given.then_some(64);
            }
            if let Some(side) = &mut options.side {
                let field = ui.add(DragValue::new(side).range(1..=crate::dataset::MAX_SIDE).suffix(" px"));
                field.labelled_by(check.id);
            }
            ui.add_space(theme::GRID);
            for fit in ImageFit::ALL {
                let (words, tip) = match fit {
                    ImageFit::Crop => (tr("reading.fit_crop"), tr("reading.fit_crop_tip")),
                    ImageFit::Whole => (tr("reading.fit_whole"), tr("reading.fit_whole_tip")),
                };
                if ui.radio(options.fit.unwrap_or_default() == *fit, words).on_hover_text(tip).clicked() {
                    options.fit = Some(*fit);
                }
            }
            ui.add_space(theme::GRID);
            let colors = [None].into_iter().chain(ImageColor::ALL.iter().copied().map(Some));
            for color in colors {
                let words = match color {
                    None => tr("reading.color_auto"),
                    Some(ImageColor::Grey) => tr("reading.color_grey"),
                    Some(ImageColor::Rgb) => tr("reading.color_rgb"),
                };
                if ui.radio(options.color == color, words).on_hover_text(tr("reading.color_tip")).clicked() {
                    options.color = color;
                }
            }
        });
        match &self.found {
            Some(Ok(found)) => {
                let count = whole(found.files as u64);
                let words = match found.classes {
                    0 => t!("reading.found", count = count, shape = found.shape),
                    classes => t!("reading.found_classes", count = count, shape = found.shape, classes = classes),
                };
                ui.label(theme::note(ui, words));
                if found.broken > 0 {
                    let words = t!("reading.broken", broken = found.broken, of = found.images.len() + found.broken);
                    ui.label(RichText::new(words).small().color(theme::of(ui).warning));
                }
            }
            Some(Err(why)) => {
                ui.add(Label::new(RichText::new(explain(why)).color(theme::of(ui).danger)).wrap());
            }
            None => {}
        }
        self.preview(ui);
    }

    fn preview(&self, ui: &mut Ui) {
        let Some(picture) = &self.picture else { return };
        let [width, height] = picture.size().map(|side| side.max(1) as f32);
        let scale = (ui.available_width() / width).min(HEIGHT / height).min(4.0);
        let (rect, response) = ui.allocate_exact_size(Vec2::new(width, height) * scale, Sense::hover());
        let fit = if scale * ui.ctx().pixels_per_point() < 1.0 { image::Fit::Smooth } else { image::Fit::Full };
        image::paint(ui.painter(), rect, &self.slot, picture, ColorMap::default(), fit);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr("reading.preview")));
        response.on_hover_text(tr("reading.preview_tip"));
    }
}

/// Which numbers of an array are black and white.
fn range(ui: &mut Ui, options: &mut DataOptions) {
    ui.horizontal(|ui| {
        let label = ui.label(tr("reading.range")).on_hover_text(tr("reading.range_tip"));
        let words = |range: Option<ValueRange>| {
            range.map_or_else(|| tr("reading.range_auto"), |range| range.word().replace("..", " … "))
        };
        let list = ComboBox::from_id_salt("range").selected_text(words(options.range)).show_ui(ui, |ui| {
            for range in [None].into_iter().chain(ValueRange::ALL.iter().copied().map(Some)) {
                ui.selectable_value(&mut options.range, range, words(range));
            }
        });
        list.response.labelled_by(label.id).on_hover_text(tr("reading.range_tip"));
    });
}
