//! The rows of the table: models of the list, then what folders hold.

use super::known::RunsView;
use crate::explore::runs::{BrokenRun, FolderRun, MeasuredRun, RunId, RunRow, RunSameness};
use crate::message::Message;
use crate::ui::text::tr;
use crate::ui::view::{ModelView, View};
use std::path::Path;
use std::sync::Arc;

/// All rows, in the order in which they were added.
pub fn rows(view: &View<'_>) -> Vec<RunRow> {
    let open = view.data.map(|data| data.id.to_string());
    let mut rows: Vec<RunRow> = view.models.iter().map(|model| of_model(model, view)).collect();
    for folder in &view.runs.table.folders {
        match view.runs.found.get(folder) {
            Some(Ok(found)) => {
                let own = |run: &FolderRun| of_folder(run, &view.runs, open.as_deref() == Some(&*run.data_checksum));
                rows.extend(found.runs.iter().map(own));
                rows.extend(found.broken.iter().map(|BrokenRun { folder, why }| broken(folder, why)));
            }
            Some(Err(why)) => rows.push(broken(folder, why)),
            None => {}
        }
    }
    rows
}

/// The figures of the newest weights that were measured.
fn newest(runs: &RunsView<'_>, id: &RunId) -> Option<Arc<MeasuredRun>> {
    runs.measured.get(id)?.values().next_back().cloned()
}

fn of_model(model: &ModelView<'_>, view: &View<'_>) -> RunRow {
    let id = RunId::Model(model.id);
    let rests = model.rests_with.map(|source| source.short_name());
    let data = rests.clone().or_else(|| view.data.map(|data| data.name.clone())).unwrap_or_default();
    RunRow {
        name: match model.slot {
            Some(slot) => format!("{} · {}", slot.name(), model.name),
            None => model.name.to_owned(),
        },
        preset: model.config.preset.clone(),
        sameness: RunSameness::of(model.config, &view.data.map(|data| data.id.to_string()).unwrap_or_default()),
        data,
        seed: model.config.seed(),
        step: model.newest.or(model.status.map(|status| status.step)).or(model.rests_at),
        history: model.history.cloned(),
        measured: newest(&view.runs, &id),
        fits_data: rests.is_none() && model.snapshot.is_some(),
        broken: None,
        id,
    }
}

fn of_folder(run: &FolderRun, runs: &RunsView<'_>, fits_data: bool) -> RunRow {
    let id = RunId::Folder(run.folder.clone());
    RunRow {
        name: name_of(&run.folder),
        preset: run.config.preset.clone(),
        data: run.data.clone(),
        seed: run.config.seed(),
        step: Some(run.step),
        history: Some(run.history.clone()),
        sameness: run.sameness,
        measured: newest(runs, &id),
        fits_data,
        broken: None,
        id,
    }
}

fn broken(folder: &Path, why: &Message) -> RunRow {
    RunRow {
        id: RunId::Folder(folder.to_owned()),
        name: name_of(folder),
        preset: String::new(),
        data: String::new(),
        seed: 0,
        step: None,
        history: None,
        sameness: RunSameness::default(),
        measured: None,
        fits_data: false,
        broken: Some(why.clone()),
    }
}

fn name_of(folder: &Path) -> String {
    folder.file_name().map_or_else(|| tr("runs.folder"), |name| name.to_string_lossy().into_owned())
}
