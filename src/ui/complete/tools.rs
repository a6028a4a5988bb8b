//! What stands above the image: which one it is, the brush, and rules for what is kept.

use super::Complete;
use crate::dataset::Dataset;
use crate::explore::completion::KeepRule;
use crate::explore::completion_choice::CompletionChange;
use crate::ui::brush_surface::width_field;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::{DragValue, Ui};

/// The rules that have a button, and what it is called.
const RULES: [(KeepRule, &str); 6] = [
    (KeepRule::Top, "complete.rule_top"),
    (KeepRule::Bottom, "complete.rule_bottom"),
    (KeepRule::Left, "complete.rule_left"),
    (KeepRule::Right, "complete.rule_right"),
    (KeepRule::Random { share: 0.5 }, "complete.rule_random"),
    (KeepRule::Random { share: 1.0 }, "complete.rule_all"),
];

impl Complete {
    pub(super) fn tools(&self, ui: &mut Ui, view: &View<'_>, data: &Dataset) -> Vec<CompletionChange> {
        let (choice, mut changes) = (view.completion.choice, Vec::new());
        ui.horizontal_wrapped(|ui| {
            let mut image = choice.image;
            let field =
                DragValue::new(&mut image).range(0..=data.test.count().saturating_sub(1)).speed(0.2).prefix("#");
            let field = ui.add(field).accessible_name(tr("complete.image"));
            if field.on_hover_text(tr("complete.image_tip")).changed() {
                changes.push(CompletionChange::Image(image));
            }
            let selected = view.sheet.selection.filter(|selected| *selected < data.test.count());
            let button =
                widgets::button(ui, selected.is_some(), &tr("complete.selected"), &tr("complete.selected_tip"));
            if let (true, Some(selected)) = (button.clicked(), selected) {
                changes.push(CompletionChange::Image(selected));
            }
            let mut brush = choice.brush;
            ui.selectable_value(&mut brush.erases, false, tr("complete.brush")).on_hover_text(tr("complete.brush_tip"));
            ui.selectable_value(&mut brush.erases, true, tr("complete.eraser"))
                .on_hover_text(tr("complete.eraser_tip"));
            brush.width =
                width_field(ui, brush.width, data.shape(), (&tr("complete.width"), &tr("complete.width_tip")));
            if brush != choice.brush {
                changes.push(CompletionChange::Brush(brush));
            }
        });
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::note(ui, tr("complete.keep")));
            for (rule, name) in RULES {
                if widgets::button(ui, true, &tr(name), &tr("complete.rule_tip")).clicked() {
                    changes.push(CompletionChange::Keep(rule));
                }
            }
            if widgets::button(ui, true, &tr("complete.again"), &tr("complete.again_tip")).clicked() {
                changes.push(CompletionChange::Seed(choice.seed.wrapping_add(1)));
            }
        });
        changes
    }
}
