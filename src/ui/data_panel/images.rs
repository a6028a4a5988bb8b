//! The examples as small pictures, of which only those on the screen are read and made.

use crate::dataset::{Dataset, Split};
use crate::explore::browse::{Browse, ExamplePlace};
use crate::gpu::{TextureSlot, image};
use crate::ui::command::{Command, DataCommand, ImageSubject};
use crate::ui::view::View;
use crate::ui::{copy, theme};
use eframe::egui::{Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};
use std::collections::BTreeMap;
use std::ops::Range;

/// Least side of a small picture, in points.
const LEAST_SIDE: f32 = 7.0 * theme::GRID;

/// The pictures that are on the screen, by their position in the list.
#[derive(Default)]
pub(super) struct ImageGrid {
    slots: BTreeMap<usize, TextureSlot>,
    listed: Browse,
}

impl ImageGrid {
    /// Draws it into what is left of `ui`; gives the positions that are on the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, data: &Dataset, commands: &mut Vec<Command>) -> Range<usize> {
        let browse = view.browse.browse;
        let split = browse.part.of(data);
        let Some(count) = view.browse.listed.count(split.count()) else { return 0..0 };
        let gap = theme::GRID / 2.0;
        ui.spacing_mut().item_spacing = Vec2::splat(gap);
        // Room for the scroll bar, which floats over the content.
        let width = ui.available_width() - theme::GRID;
        let columns = ((width + gap) / (LEAST_SIDE + gap)).floor().max(1.0);
        let side = ((width + gap) / columns - gap).floor().max(LEAST_SIDE);
        let columns = columns as usize;
        let mut area = ScrollArea::vertical().id_salt("images").auto_shrink(false);
        if !self.listed.lists_the_same(browse) {
            self.listed = browse.clone();
            area = area.vertical_scroll_offset(0.0);
        }
        let mut seen = 0..0;
        area.show_rows(ui, side, count.div_ceil(columns), |ui, rows| {
            seen = rows.start * columns..(rows.end * columns).min(count);
            for row in rows {
                ui.horizontal(|ui| {
                    for position in row * columns..((row + 1) * columns).min(count) {
                        self.picture(ui, view, (split, position), side, commands);
                    }
                });
            }
        });
        self.slots.retain(|position, _| seen.contains(position));
        seen
    }

    /// The picture of what is listed at a position.
    fn picture(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        (split, position): (&Split, usize),
        side: f32,
        commands: &mut Vec<Command>,
    ) {
        let Some(index) = view.browse.listed.place(position) else { return };
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
        let palette = theme::of(ui);
        match view.browse.thumbnails.get(position) {
            Some(picture) => {
                let fit = fit(ui, rect, picture.size());
                let slot = self.slots.entry(position).or_default();
                image::paint(ui.painter(), rect, slot, picture, view.settings.color_map, fit);
            }
            None => _ = ui.painter().rect_filled(rect, 0.0, palette.surfaces[2]),
        }
        let place = ExamplePlace { part: view.browse.browse.part, index };
        let is_looked_at = view.browse.browse.example == Some(place);
        if is_looked_at || response.has_focus() || response.hovered() {
            let color = if is_looked_at { palette.text } else { palette.text_secondary };
            ui.painter().rect_stroke(rect, 0.0, Stroke::new(2.0, color), StrokeKind::Outside);
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name(split, index)));
        if response.clicked() {
            commands.push(DataCommand::LookAtExample(place).into());
        }
        copy::menu(&response, ImageSubject::Example(place), commands);
        if response.hovered() {
            response.on_hover_text(name(split, index));
        }
    }
}

/// What an example is called: its place, and its class where it has one.
pub fn name(split: &Split, index: usize) -> String {
    match split.class(index).and_then(|class| split.class_names().get(class)) {
        Some(class) => format!("#{index} · {class}"),
        None => format!("#{index}"),
    }
}

/// Smaller than it is, an image keeps all of its pixels only where they are mixed.
pub(super) fn fit(ui: &Ui, rect: Rect, size: [usize; 2]) -> image::Fit {
    let longest = size.into_iter().max().unwrap_or(1) as f32;
    match rect.width().min(rect.height()) * ui.ctx().pixels_per_point() < longest {
        true => image::Fit::Smooth,
        false => image::Fit::Full,
    }
}
