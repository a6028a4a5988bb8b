//! What all examples are like: counts by class, mean and deviation, values.

use super::{charts, images};
use crate::dataset::{Dataset, ImageShape};
use crate::explore::browse::DataStatistics;
use crate::gpu::{TextureSlot, image};
use crate::picture::Bitmap;
use crate::ui::command::{Command, ImageSubject};
use crate::ui::text::{number, tr, whole};
use crate::ui::view::View;
use crate::ui::{copy, theme, widgets};
use eframe::egui::{Label, Role, ScrollArea, Spinner, Ui, Vec2, WidgetInfo};
use rust_i18n::t;
use std::sync::Arc;

/// Side of the pictures, in points.
const SIDE: f32 = 14.0 * theme::GRID;

/// The pictures of the statistics that were drawn last.
#[derive(Default)]
pub(super) struct Figures {
    drawn: Option<DrawnFigures>,
    slots: [TextureSlot; 2],
}

struct DrawnFigures {
    of: Arc<DataStatistics>,
    mean: Bitmap,
    deviation: Bitmap,
}

impl DrawnFigures {
    fn new(of: &Arc<DataStatistics>, shape: ImageShape) -> Self {
        let deviation = Bitmap::new(shape, &of.shown_deviation());
        Self { mean: Bitmap::new(shape, &of.mean), deviation, of: of.clone() }
    }
}

/// An end of a range, which is a whole number.
fn ends(value: f32) -> String {
    let size = whole(value.abs() as u64);
    if value < 0.0 { format!("−{size}") } else { size }
}

impl Figures {
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, data: &Dataset, commands: &mut Vec<Command>) {
        let Some(statistics) = view.browse.statistics else {
            ui.horizontal(|ui| {
                ui.add(Spinner::new().size(theme::TEXT_BODY));
                ui.label(theme::note(ui, tr("data_panel.computing")));
            });
            return;
        };
        if self.drawn.as_ref().is_none_or(|drawn| !Arc::ptr_eq(&drawn.of, statistics)) {
            self.drawn = Some(DrawnFigures::new(statistics, data.shape()));
        }
        ScrollArea::vertical().id_salt("figures").auto_shrink(false).show(ui, |ui| {
            let counts = &statistics.counts;
            let [all, train, test] =
                [counts.train.examples + counts.test.examples, counts.train.examples, counts.test.examples]
                    .map(|count| whole(count as u64));
            if !counts.class_names.is_empty() {
                ui.label(theme::title(tr("data_panel.by_class"))).on_hover_text(tr("data_panel.by_class_tip"));
                ui.label(theme::note(ui, t!("data_panel.by_class_note", all = all, train = train, test = test)));
                charts::classes(ui, counts);
                ui.add_space(theme::GRID);
            }
            let note = t!(
                "data_panel.examined",
                count = whole(statistics.examined as u64),
                all = whole(counts.train.examples as u64),
            );
            ui.label(theme::title(tr("data_panel.together"))).on_hover_text(tr("data_panel.together_tip"));
            ui.add(Label::new(theme::note(ui, note)).wrap());
            ui.horizontal_wrapped(|ui| self.pictures(ui, view, commands));
            widgets::fact(
                ui,
                &tr("data_panel.range"),
                &statistics.range.map(|value| number(f64::from(value))).join(" – "),
                &tr("data_panel.range_tip"),
            );
            if let Some(stored) = data.stored {
                let [low, high] = stored.map(ends);
                let words = match data.source.options.range {
                    Some(_) => t!("data_panel.stored_asked", low = low, high = high),
                    None => t!("data_panel.stored_found", low = low, high = high),
                };
                widgets::fact(ui, &tr("data_panel.stored"), &words, &tr("data_panel.stored_tip"));
            }
            ui.label(theme::note(ui, tr("data_panel.histogram"))).on_hover_text(tr("data_panel.histogram_tip"));
            charts::values(ui, &statistics.histogram);
        });
    }

    fn pictures(&self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let Some(drawn) = &self.drawn else { return };
        let pictures = [
            ("data_panel.mean", "data_panel.mean_tip", &drawn.mean, ImageSubject::Mean),
            ("data_panel.deviation", "data_panel.deviation_tip", &drawn.deviation, ImageSubject::Deviation),
        ];
        for ((key, tip, picture, subject), slot) in pictures.into_iter().zip(&self.slots) {
            ui.vertical(|ui| {
                let tip = tr(tip);
                ui.label(theme::note(ui, tr(key))).on_hover_text(&tip);
                let (rect, response) = ui.allocate_exact_size(Vec2::splat(SIDE), copy::IMAGE_SENSE);
                response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr(key)));
                copy::menu(&response, subject, commands);
                let fit = images::fit(ui, rect, picture.size());
                image::paint(ui.painter(), rect, slot, picture, view.settings.color_map, fit);
                response.on_hover_text(tip);
            });
        }
    }
}
