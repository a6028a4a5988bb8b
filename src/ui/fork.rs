//! The window that asks where a run is to be forked, and what is to change from there on.

use crate::model::ModelId;
use crate::ui::command::{Command, FileCommand, ForkRequest};
use crate::ui::text::{tr, whole};
use crate::ui::{theme, widgets};
use eframe::egui::{self, ComboBox, Context, Key, Label, RichText, TextEdit, Ui};
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
    fields: Vec<ForkField>,
    key: String,
    value: String,
    beside: bool,
    /// Whether it is being made.
    waiting: bool,
    /// Why it was not made.
    error: Option<String>,
}

/// Something that can be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForkField {
    /// Its name in `config.toml`.
    pub key: String,
    /// What its card calls it.
    pub name: String,
    /// What it is.
    pub value: String,
}

impl ForkDialog {
    /// Opens it for a model's run, to be forked at the last checkpoint not after a step, or at its newest; `fields` are what can
    /// be changed.
    pub fn ask(&mut self, id: ModelId, name: String, run: (PathBuf, Option<u64>), fields: Vec<ForkField>) {
        let (run, asked) = run;
        let first = fields.iter().find(|field| field.key == "learning_rate").or(fields.first());
        let ForkField { key, value, .. } = first.cloned().unwrap_or_default();
        let (kept, step, error) = (Vec::new(), asked.unwrap_or(u64::MAX), None);
        self.open = Some(Form { id, name, run, kept, step, fields, key, value, beside: true, waiting: false, error });
    }

    /// What it waits for has come about: it closes.
    pub fn succeed(&mut self) {
        self.open.take_if(|form| form.waiting);
    }

    /// What it waits for has failed: it says so. Whether it did wait.
    pub fn fail(&mut self, why: &str) -> bool {
        let waiting = self.open.as_mut().filter(|form| form.waiting);
        let Some(form) = waiting else { return false };
        (form.waiting, form.error) = (false, Some(why.to_owned()));
        true
    }

    /// The steps that a run keeps are known: the newest is chosen that is not after the one that was asked for.
    pub fn fill(&mut self, run: &Path, kept: Vec<u64>) {
        if let Some(form) = self.open.as_mut().filter(|form| form.run == run) {
            let before = kept.iter().rfind(|step| **step <= form.step);
            form.step = before.or(kept.first()).copied().unwrap_or(0);
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
        widgets::note_dialog(context);
        let mut keep = true;
        let mut confirmed = false;
        widgets::dialog(t!("fork.title", slot = form.name), "fork", &mut keep)
            .show(context, |ui| confirmed = form.ui(ui));
        if confirmed {
            let Form { id, run, step, key, value, beside, .. } = form;
            let (run, key, value) = (run.clone(), key.clone(), value.clone());
            let request = ForkRequest { run, step: *step, key, value, beside: *beside };
            commands.push(FileCommand::Fork(*id, request).into());
            (form.waiting, form.error) = (true, None);
        }
        if !keep || widgets::escapes(context) {
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
                let name = self.fields.iter().find(|field| field.key == before).map_or("", |field| &field.name);
                let combo = ComboBox::from_id_salt("key").selected_text(name).show_ui(ui, |ui| {
                    for field in &self.fields {
                        let choice = ui.selectable_value(&mut self.key, field.key.clone(), field.name.as_str());
                        choice.on_hover_text(&field.key);
                    }
                });
                if self.key != before {
                    let field = self.fields.iter().find(|field| field.key == self.key);
                    self.value = field.map(|field| field.value.clone()).unwrap_or_default();
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
        let error = self.error.as_deref().unwrap_or_default();
        let says = if self.waiting { tr("dialog.waiting") } else { error.to_owned() };
        let color = if self.waiting { theme::of(ui).text_secondary } else { theme::of(ui).danger };
        ui.add(Label::new(RichText::new(says).color(color)).wrap());
        let ready = !self.waiting && !self.kept.is_empty() && !self.value.trim().is_empty();
        (widgets::button(ui, ready, &tr("fork.go"), &tr("fork.note")).clicked() || enter) && ready
    }
}
