//! Windows that ask for a path. A path can always be typed: a system's file dialog may be missing. A window stays until what
//! was asked for has come about; where it fails, it says why and keeps what was typed.

use crate::dataset::{FolderPreview, Source};
use crate::message::Message;
use crate::ui::command::{Ask, Command, DataCommand, FileCommand, PadCommand, RunsCommand};
use crate::ui::reading::ReadingChoice;
use crate::ui::text::{tr, whole};
use crate::ui::view::{OpeningView, View};
use crate::ui::{export, known_data, theme, widgets};
use eframe::egui::text::{CCursor, CCursorRange};
use eframe::egui::text_edit::TextEditState;
use eframe::egui::{Align, Button, Context, Key, Label, Layout, ProgressBar, RichText, ScrollArea, TextEdit, Ui, vec2};
use std::path::PathBuf;

/// Paths that begin with what was typed, of which so many are shown.
pub const MOST_COMPLETIONS: usize = 40;

/// The keys of a window's title, its note, and what its button does.
const fn keys(ask: Ask) -> (&'static str, &'static str, &'static str) {
    match ask {
        Ask::OpenData => ("dialog.open_data", "dialog.open_data_note", "dialog.open"),
        Ask::OpenRun => ("dialog.open_run", "dialog.open_run_note", "dialog.open"),
        Ask::SaveInto => ("dialog.save_into", "dialog.save_into_note", "dialog.choose"),
        Ask::Drawings => ("dialog.drawings", "dialog.drawings_note", "dialog.write"),
        Ask::AddRuns => ("dialog.add_runs", "dialog.add_runs_note", "dialog.add"),
        Ask::Export(_) => ("dialog.export", "dialog.export_note", "dialog.write"),
    }
}

/// What was asked for, and how far it is.
struct Asked {
    ask: Ask,
    text: String,
    /// Whether all of the text is to be selected.
    select: bool,
    /// Whether what was asked for is being done.
    waiting: bool,
    /// Why it was not done.
    error: Option<String>,
    /// What is known of the paths that begin with a text.
    known: PathCompletion,
    /// How data is read.
    reading: ReadingChoice,
}

/// What is known of a path that is being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathCompletion {
    /// What was typed.
    pub text: String,
    /// Whether there is a file of this name.
    pub is_file: bool,
    /// Paths that begin with it; folders end with a separator.
    pub paths: Vec<String>,
}

/// The window that is open, if any.
#[derive(Default)]
pub struct Dialogs {
    open: Option<Asked>,
    fresh: bool,
    /// Whether the help is open.
    pub help: bool,
}

impl Dialogs {
    /// Opens the window for `ask` with a path to start from.
    pub fn ask(&mut self, ask: Ask, path: String) {
        self.open = Some(Asked {
            ask,
            text: path,
            select: false,
            waiting: false,
            error: None,
            known: PathCompletion::default(),
            reading: ReadingChoice::default(),
        });
        self.fresh = true;
    }

    /// Puts a path that the system's dialog gave into the window.
    pub fn fill(&mut self, ask: Ask, path: &std::path::Path) {
        if let Some(open) = self.open.as_mut().filter(|open| open.ask == ask) {
            open.text = path.display().to_string();
        }
    }

    /// Puts a path to start from into the window, unless something was typed already.
    pub fn suggest(&mut self, ask: Ask, path: &std::path::Path) {
        if self.open.as_ref().is_some_and(|open| open.ask == ask && open.text.is_empty()) {
            self.fill(ask, path);
            if let Some(open) = &mut self.open {
                open.select = true;
            }
        }
    }

    /// Takes note of the paths that begin with what was typed.
    pub fn complete(&mut self, known: PathCompletion) {
        if let Some(open) = &mut self.open {
            open.known = known;
        }
    }

    /// Takes note of what a folder of images would look like.
    pub fn preview(&mut self, source: &Source, found: Result<Option<FolderPreview>, Message>) {
        if let Some(open) = &mut self.open {
            open.reading.receive(source, found);
        }
    }

    /// What a window waits for has come about: it closes. Gives what was typed, where one did.
    pub fn succeed(&mut self, kind: impl Fn(Ask) -> bool) -> Option<(Ask, String)> {
        let open = self.open.take_if(|open| open.waiting && kind(open.ask))?;
        Some((open.ask, open.text))
    }

    /// What a window waits for has failed: it says so. Whether one did wait.
    pub fn fail(&mut self, kind: impl Fn(Ask) -> bool, why: &str) -> bool {
        let open = self.open.as_mut().filter(|open| open.waiting && kind(open.ask));
        if let Some(open) = open {
            (open.waiting, open.error) = (false, Some(why.to_owned()));
            // What is typed next goes into the field, in place of what was refused.
            open.select = true;
            self.fresh = true;
            return true;
        }
        false
    }

    /// Whether the window that is open asks for this.
    pub fn asks(&self, ask: Ask) -> bool {
        self.open.as_ref().is_some_and(|open| open.ask == ask)
    }

    /// Whether a window asks for a path.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Draws the window that is open.
    pub fn ui(&mut self, context: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
        let Some(open) = &mut self.open else { return };
        widgets::note_dialog(context);
        let mut keep = true;
        let mut confirmed = None;
        let fresh = std::mem::take(&mut self.fresh);
        widgets::dialog(tr(keys(open.ask).0), "ask", &mut keep).show(context, |ui| {
            ui.set_width(theme::DIALOG_WIDTH.min(context.content_rect().width() - 8.0 * theme::GRID));
            confirmed = open.ui(ui, fresh, view, commands);
        });
        if let Some(path) = confirmed {
            (open.waiting, open.error) = (true, None);
            commands.push(match open.ask {
                Ask::OpenData => DataCommand::Open(Source::parse(&path)).into(),
                Ask::OpenRun => FileCommand::OpenRun(PathBuf::from(path)).into(),
                Ask::SaveInto => FileCommand::SaveInto(PathBuf::from(path)).into(),
                Ask::Drawings => PadCommand::MakeDataSet(PathBuf::from(path)).into(),
                Ask::AddRuns => RunsCommand::Add(PathBuf::from(path)).into(),
                Ask::Export(subject) => FileCommand::Export(subject, PathBuf::from(path)).into(),
            });
        }
        if !keep || widgets::escapes(context) {
            self.open = None;
        }
    }
}

/// What comes and goes has a place of its own, so that nothing else moves for it.
fn in_place(ui: &mut Ui, height: f32, name: &str, add: impl FnOnce(&mut Ui)) {
    let size = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        ScrollArea::vertical().id_salt(name).auto_shrink(false).max_height(height).show(ui, add);
    });
}

impl Asked {
    /// Gives the path that was confirmed.
    fn ui(&mut self, ui: &mut Ui, fresh: bool, view: &View<'_>, commands: &mut Vec<Command>) -> Option<String> {
        let ask = self.ask;
        let (_, note, action) = keys(ask);
        let mut confirmed = None;
        ui.label(theme::note(ui, tr(note)));
        ui.add_enabled_ui(!self.waiting, |ui| {
            if ask == Ask::OpenData
                && let Some(name) = known_data::ui(ui, view.cached)
            {
                name.clone_into(&mut self.text);
                confirmed = Some(self.text.clone());
            }
            let before = self.text.clone();
            if let Ask::Export(subject) = ask {
                export::ui(ui, subject, &mut self.text, view, commands);
            }
            let label = ui.label(tr("dialog.path"));
            let edit = TextEdit::singleline(&mut self.text).desired_width(f32::INFINITY).hint_text(tr("dialog.hint"));
            let field = ui.add(edit).labelled_by(label.id);
            if fresh {
                field.request_focus();
            }
            if std::mem::take(&mut self.select) {
                // What was suggested gives way to what is typed.
                let mut state = TextEditState::load(ui.ctx(), field.id).unwrap_or_default();
                let all = CCursorRange::two(CCursor::new(0), CCursor::new(self.text.chars().count()));
                state.cursor.set_char_range(Some(all));
                state.store(ui.ctx(), field.id);
            }
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            self.completions(ui);
            if ask == Ask::OpenData {
                self.reading.ui(ui, &mut self.text, commands);
            }
            let replaces = matches!(ask, Ask::Export(_)) && self.known.is_file && self.known.text == self.text;
            let says = if replaces { tr("dialog.replaces") } else { String::new() };
            ui.label(RichText::new(says).small().color(theme::of(ui).warning));
            ui.horizontal(|ui| {
                if widgets::button(ui, true, &tr("dialog.browse"), &tr("dialog.browse_tip")).clicked() {
                    commands.push(FileCommand::Browse(ask).into());
                }
                self.recent(ui, view.settings.recent.of(ask));
                let ready = !self.text.trim().is_empty();
                let words = tr(if replaces { "dialog.replace" } else { action });
                let clicked = widgets::button(ui, ready, &words, &tr(note)).clicked();
                // What is replaced is asked for: Enter alone does not say so.
                if (clicked || (enter && !replaces)) && ready {
                    confirmed = Some(self.text.trim().to_owned());
                }
            });
            if self.text != before {
                self.error = None;
            }
            if self.text != before || fresh {
                commands.push(FileCommand::Complete(self.text.clone()).into());
            }
        });
        in_place(ui, 3.0 * theme::LINE, "outcome", |ui| {
            if let Some(error) = &self.error {
                ui.add(Label::new(RichText::new(error).color(theme::of(ui).danger)).wrap());
            }
            if let Some(writing) = view.writing.as_ref().filter(|_| self.waiting && matches!(ask, Ask::Export(_))) {
                let (done, total) = writing.progress.get();
                ui.add(ProgressBar::new(writing.part()).text(format!("{} / {}", whole(done), whole(total))));
                if widgets::button(ui, true, &tr("export.cancel"), &tr("export.cancel_tip")).clicked() {
                    commands.push(FileCommand::CancelExport.into());
                }
            } else if self.waiting {
                let opening = view.opening.as_ref();
                let coming = opening.filter(|opening| opening.progress.rate() > 0).map(OpeningView::words);
                let part = opening.map_or(0.0, OpeningView::part);
                ui.add(ProgressBar::new(part).text(coming.unwrap_or_else(|| tr("dialog.waiting"))));
            }
        });
        confirmed
    }

    /// Paths that go on where the text ends; a click takes one.
    fn completions(&mut self, ui: &mut Ui) {
        let goes_on = |path: &&String| path.starts_with(&self.text) && **path != self.text;
        let mut taken = None;
        in_place(ui, 12.0 * theme::GRID, "completions", |ui| {
            for path in self.known.paths.iter().filter(goes_on) {
                if ui.add(Button::new(theme::figure(path.as_str())).frame(false).truncate()).clicked() {
                    taken = Some(path.clone());
                }
            }
        });
        if let Some(path) = taken {
            self.text = path;
        }
    }

    /// The paths that served last.
    fn recent(&mut self, ui: &mut Ui, paths: &[String]) {
        ui.add_enabled_ui(!paths.is_empty(), |ui| {
            let menu = ui.menu_button(tr("dialog.recent"), |ui| {
                for path in paths {
                    if ui.button(path).clicked() {
                        self.text.clone_from(path);
                        ui.close();
                    }
                }
            });
            menu.response.on_hover_text(tr("dialog.recent_tip"));
        });
    }
}
