//! What stands above, below and on top of the plane: choices, the cursor's figures, the legend, the empty state.

use super::{PlaneAction, PlaneInput, PlanePanel, Show};
use crate::explore::tiles::LARGEST_GRID;
use crate::explore::view::View;
use crate::ui::text::whole;
use eframe::egui::{self, RichText, Role, Sense, WidgetInfo};

impl PlanePanel {
    pub(super) fn toolbar(&mut self, ui: &mut egui::Ui, input: &PlaneInput<'_>, actions: &mut Vec<PlaneAction>) {
        let text = input.text;
        ui.horizontal_wrapped(|ui| {
            for (model, (name, color)) in input.model_names.iter().zip(input.model_colors).enumerate() {
                let label = RichText::new(*name).color(color).strong();
                if ui.selectable_label(input.model == model, label).clicked() && input.model != model {
                    actions.push(PlaneAction::ModelChosen(model));
                }
            }
            ui.separator();
            let mut grid = input.grid.clamp(1, LARGEST_GRID);
            let slider = egui::Slider::new(&mut grid, 1..=LARGEST_GRID).text(text("plane.grid"));
            if ui.add(slider).on_hover_text(text("plane.grid_help")).changed() {
                actions.push(PlaneAction::GridChosen(grid));
            }
            ui.separator();
            let mut show = input.show;
            ui.checkbox(&mut show.tiles, text("plane.tiles"));
            ui.checkbox(&mut show.points, text("plane.points"));
            ui.checkbox(&mut show.rings, text("plane.rings")).on_hover_text(text("plane.rings_help"));
            ui.checkbox(&mut show.legend, text("plane.legend"));
            if show != input.show {
                actions.push(PlaneAction::ShowChanged(Show { ..show }));
            }
            ui.separator();
            if ui.button(text("plane.reset")).clicked() {
                self.set_view(View::default(), actions);
            }
        });
    }

    pub(super) fn footer(&mut self, ui: &mut egui::Ui, input: &PlaneInput<'_>, actions: &mut Vec<PlaneAction>) {
        let text = input.text;
        ui.horizontal(|ui| {
            ui.label(RichText::new(text("plane.cursor")).color(input.colors.text_secondary));
            let [mut a, mut b] = input.cursor;
            let speed = f64::from(self.view.half_height / 200.0);
            let field = |ui: &mut egui::Ui, value: &mut f32, prefix: &str, name: &'static str| {
                let field = egui::DragValue::new(value).speed(speed).fixed_decimals(3).prefix(prefix).range(-1e4..=1e4);
                let response = ui.add(field).accessible_name(text(name));
                (response.changed(), response.drag_stopped() || response.lost_focus())
            };
            let (changed_a, done_a) = field(ui, &mut a, "a ", "plane.cursor_a");
            let (changed_b, done_b) = field(ui, &mut b, "b ", "plane.cursor_b");
            if changed_a || changed_b {
                actions.push(PlaneAction::CursorMoved([a, b]));
            }
            if done_a || done_b {
                actions.push(PlaneAction::CursorSettled([a, b]));
            }
            let said = match (self.hovered, input.points) {
                (Some(index), Some(points)) => {
                    let image = format!("{} {index}", text("plane.test_image"));
                    match input.class_names.get(points.label(index)) {
                        Some(name) => format!("{image} · {} {name}", text("plane.class")),
                        None => image,
                    }
                }
                _ => text("plane.help"),
            };
            if let Some(some) = some_points(input) {
                ui.label(RichText::new(some).color(input.colors.text_secondary));
                ui.separator();
            }
            let said = RichText::new(said).color(input.colors.text_secondary);
            ui.add(egui::Label::new(said).truncate());
        });
    }

    /// The legend in the upper right corner of the plane: a class a row, a click hides or shows it.
    pub(super) fn legend(&mut self, ui: &mut egui::Ui, rect: egui::Rect, input: &PlaneInput<'_>) {
        if !input.show.legend || !input.show.points || input.points.is_none() || input.class_names.is_empty() {
            return;
        }
        let font = egui::FontId::proportional(12.0);
        let rows: Vec<_> = input
            .class_names
            .iter()
            .map(|name| ui.painter().layout_no_wrap(name.clone(), font.clone(), input.colors.text))
            .collect();
        let row_height = 18.0;
        let widest = rows.iter().map(|row| row.size().x).fold(0.0, f32::max).min(140.0);
        let size = egui::vec2(widest + 30.0, (row_height * rows.len() as f32 + 8.0).min(rect.height() - 16.0));
        if size.y < row_height || size.x > rect.width() / 2.0 {
            return;
        }
        let frame = egui::Rect::from_min_size(egui::pos2(rect.right() - 8.0 - size.x, rect.top() + 8.0), size);
        ui.painter_at(rect).rect_filled(frame, 4.0, input.colors.surface.gamma_multiply(0.88));
        let builder = egui::UiBuilder::new().id_salt("plane legend").max_rect(frame.shrink(4.0));
        let mut child = ui.new_child(builder);
        child.spacing_mut().item_spacing.y = 0.0;
        egui::ScrollArea::vertical().show(&mut child, |ui| {
            for (class, galley) in rows.into_iter().enumerate() {
                let shown = !self.hidden.contains(&class);
                let (rect, response) = ui.allocate_exact_size(egui::vec2(size.x - 8.0, row_height), Sense::click());
                let name = input.class_names.get(class).map_or("", String::as_str);
                let name = format!("{} {name}", (input.text)("plane.class"));
                response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, &name));
                let fade = if shown { 1.0 } else { 0.3 };
                let middle = egui::pos2(rect.left() + 8.0, rect.center().y);
                ui.painter().circle_filled(middle, 4.0, input.class_color(class).gamma_multiply(fade));
                let place = egui::pos2(rect.left() + 18.0, rect.center().y - galley.size().y / 2.0);
                let color = input.colors.text.gamma_multiply(fade);
                ui.painter().galley_with_override_text_color(place, galley, color);
                if response.has_focus() || response.hovered() {
                    let stroke = egui::Stroke::new(1.0, input.colors.focus);
                    ui.painter().rect_stroke(rect, 2.0, stroke, egui::StrokeKind::Inside);
                }
                if response.clicked() && !self.hidden.remove(&class) {
                    self.hidden.insert(class);
                }
            }
        });
    }

    /// What will be here, and the button that brings it.
    pub(super) fn empty(
        &mut self,
        ui: &mut egui::Ui,
        rect: egui::Rect,
        input: &PlaneInput<'_>,
        actions: &mut Vec<PlaneAction>,
    ) {
        if input.tiles.is_some() || input.points.is_some() || input.snapshot.is_some() {
            return;
        }
        let width = rect.width().min(360.0);
        let place = egui::Rect::from_center_size(rect.center(), egui::vec2(width, 96.0));
        let layout = egui::Layout::top_down(egui::Align::Center);
        let builder = egui::UiBuilder::new().id_salt("plane empty").max_rect(place).layout(layout);
        let mut child = ui.new_child(builder);
        child.label(RichText::new((input.text)("plane.empty")).color(input.colors.text_secondary));
        child.add_space(8.0);
        if child.button((input.text)("plane.fill")).clicked() {
            actions.push(PlaneAction::Fill);
        }
    }
}

/// How many of the test images are points, where not all of them are.
fn some_points(input: &PlaneInput<'_>) -> Option<String> {
    let points = input.points.filter(|_| input.show.points)?.count();
    let images = input.images?.count();
    let number = |count: usize| whole(count as u64);
    (points < images).then(|| {
        (input.text)("plane.some_points").replace("%{shown}", &number(points)).replace("%{all}", &number(images))
    })
}
