//! The window that asks where a run is to be forked, and what is to change from there on.

use crate::model::ModelId;
use crate::ui::command::{Command, FileCommand, ForkRequest};
use crate::ui::text::{tr, whole};
use crate::ui::{theme, widgets};
use eframe::egui::{self, ComboBox, Context, Key, TextEdit, Ui};
use rust_i18n::t;
use std::path::{Path, PathBuf};

/// The window, where it is open.
#[derive(Default)]
pub struct ForkDialog {
    open: Option<Form>,
}

struct Form {
    id: ModelId,
    /// What the model is called.
    name: String,
    run: PathBuf,
    /// The steps that the run keeps, in order; empty until they are known.
    kept: Vec<u64>,
    step: u64,
    /// Names and values of what can be changed.
    fields: Vec<(String, String)>,
    key: String,
    value: String,
    beside: bool,
}

impl ForkDialog {
    /// Opens it for a model's run; `fields` are the names and values of what can be changed.
    pub fn ask(&mut self, id: ModelId, name: String, run: PathBuf, fields: Vec<(String, String)>) {
        let first = fields.iter().find(|(key, _)| key == "learning_rate").or(fields.first());
        let (key, value) = first.cloned().unwrap_or_default();
        self.open = Some(Form { id, name, run, kept: Vec::new(), step: 0, fields, key, value, beside: true });
    }

    /// The steps that a run keeps are known: the newest is chosen.
    pub fn fill(&mut self, run: &Path, kept: Vec<u64>) {
        if let Some(form) = self.open.as_mut().filter(|form| form.run == run) {
            form.step = kept.last().copied().unwrap_or(0);
            form.kept = kept;
        }
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// Draws it where it is open.
    pub fn ui(&mut self, context: &Context, commands: &mut Vec<Command>) {
        let Some(form) = &mut self.open else { return };
        let mut keep = true;
        let mut confirmed = false;
        widgets::dialog(t!("fork.title", slot = form.name), "fork", &mut keep)
            .show(context, |ui| confirmed = form.ui(ui));
        if confirmed {
            let Form { id, run, step, key, value, beside, .. } = form;
            let (run, key, value) = (run.clone(), key.clone(), value.clone());
            let request = ForkRequest { run, step: *step, key, value, beside: *beside };
            commands.push(FileCommand::Fork(*id, request).into());
            keep = false;
        }
        if !keep || context.input(|input| input.key_pressed(Key::Escape)) {
            self.open = None;
        }
    }
}

impl Form {
    /// Whether it was confirmed.
    fn ui(&mut self, ui: &mut Ui) -> bool {
        ui.set_width(56.0 * theme::GRID);
        ui.label(theme::note(ui, tr("fork.note")));
        ui.add_space(theme::GRID);
        let mut enter = false;
        egui::Grid::new("fork").num_columns(2).show(ui, |ui| {
            widgets::row(ui, &tr("fork.step"), &tr("fork.step_tip"), |ui| {
                let shown = if self.kept.is_empty() { "…".to_owned() } else { whole(self.step) };
                ComboBox::from_id_salt("step")
                    .selected_text(shown)
                    .show_ui(ui, |ui| {
                        for step in self.kept.iter().rev() {
                            ui.selectable_value(&mut self.step, *step, whole(*step));
                        }
                    })
                    .response
            });
            widgets::row(ui, &tr("fork.key"), &tr("fork.key_tip"), |ui| {
                let before = self.key.clone();
                let combo = ComboBox::from_id_salt("key").selected_text(before.as_str()).show_ui(ui, |ui| {
                    for (key, _) in &self.fields {
                        ui.selectable_value(&mut self.key, key.clone(), key.as_str());
                    }
                });
                if self.key != before {
                    let value = self.fields.iter().find(|(key, _)| *key == self.key);
                    self.value = value.map(|(_, value)| value.clone()).unwrap_or_default();
                }
                combo.response
            });
            widgets::row(ui, &tr("fork.value"), &tr("fork.value_tip"), |ui| {
                let field = ui.add(TextEdit::singleline(&mut self.value).desired_width(24.0 * theme::GRID));
                enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                field
            });
            widgets::row(ui, &tr("fork.beside"), &tr("fork.beside_tip"), |ui| ui.checkbox(&mut self.beside, ()));
        });
        ui.add_space(theme::GRID);
        let ready = !self.kept.is_empty() && !self.value.trim().is_empty();
        (widgets::button(ui, ready, &tr("fork.go"), &tr("fork.note")).clicked() || enter) && ready
    }
}
