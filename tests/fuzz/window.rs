//! Readers of what the window keeps between two starts.

use crate::corpus::Entry;
use crate::place::Place;
use crate::runner::{Read, Verdict, ensure, sentence};
use latentarium::app::{Level, Project, Session, Start, State};
use latentarium::dataset::Source;
use latentarium::ui::layout as layouts;
use std::collections::BTreeSet;
use std::time::Duration;

/// The state file, read as at a start of the program.
pub struct StateFile(Place);

impl StateFile {
    pub fn new() -> Self {
        Self(Place::new([]))
    }

    pub fn read(&self, _: &Entry, bytes: &[u8]) -> Verdict {
        let state = self.0.put("state.json", bytes);
        let aside = self.0.path().join("state.unread.json");
        // No data: what is kept of it is a path like any other.
        let data = Some(Source::path(self.0.path().join("none")));
        let runs = self.0.path().join("runs");
        let start = Start { state: Some(state.clone()), data, threads: 1, runs, ..Start::default() };
        let mut session = Session::new(start);
        let failed = session.messages().iter().filter(|message| message.level == Level::Failed);
        let failed: Vec<String> = failed.map(|message| message.text.clone()).collect();
        ensure(failed.len() < 2, || format!("{failed:?}"))?;
        failed.iter().try_for_each(|said| sentence(said))?;
        ensure(aside.exists() != state.exists(), || "it is neither there nor aside".to_owned())?;
        let _ = std::fs::remove_file(aside);
        std::fs::write(&state, bytes).unwrap();
        let (project, window) = (session.project().clone(), session.window_size());
        session.close();
        drop(session);
        wait_for_threads();
        let in_range = |size: [f32; 2]| size.iter().all(|side| (1.0..1e5).contains(side));
        ensure(window.is_none_or(in_range), || format!("a window of {window:?}"))?;
        is_whole(&project)?;
        Ok(if failed.is_empty() { Read::Whole } else { Read::Refused })
    }
}

/// The jobs that a session has begun are not waited for when it ends; many at once take much memory.
fn wait_for_threads() {
    const MOST: usize = 8;
    let count = || std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    let most = std::thread::available_parallelism().map_or(1, usize::from) + MOST;
    // Not for ever: other tests may have threads of their own.
    let _ = (0..100).take_while(|_| count() > most).map(|_| std::thread::sleep(Duration::from_millis(1))).count();
}

/// The state alone, where no part of it has to be left out.
pub fn state(bytes: &[u8]) -> Verdict {
    match serde_json::from_slice::<State>(bytes) {
        Ok(state) => is_whole(&state.project.made_whole()).map(|()| Read::Whole),
        Err(_) => Ok(Read::Refused),
    }
}

/// What every project must be: what it shows is there, and what is written of it is read again.
fn is_whole(project: &Project) -> Result<(), String> {
    ensure(!project.models.is_empty(), || "no models".to_owned())?;
    let ids: BTreeSet<u32> = project.models.iter().map(|model| model.id.0).collect();
    ensure(ids.len() == project.models.len(), || "a model twice".to_owned())?;
    let shown = [project.shown.a, project.shown.b];
    ensure(shown.iter().all(|id| ids.contains(&id.0)), || format!("{shown:?} of {ids:?}"))?;
    let made = project.models.iter().try_for_each(|model| model.config.check());
    ensure(made.is_ok(), || format!("{made:?}"))?;
    ensure(project.clone().made_whole() == *project, || "it is not whole".to_owned())?;
    let text = State { project: project.clone(), ..State::default() }.to_text();
    let again: State = serde_json::from_str(&text).map_err(|error| format!("what is written: {error}"))?;
    ensure(again.project == *project, || "it is another after it was written".to_owned())
}

/// The layout of the panels: whole, and the same after it was written; or none.
pub fn layout(bytes: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(bytes);
    let Some(tree) = layouts::from_text(&text) else { return Ok(Read::Refused) };
    let panes = latentarium::ui::panels::panes();
    for pane in panes {
        ensure(tree.tree().tiles.find_pane(&pane).is_some(), || format!("no panel {}", pane.id()))?;
        tree.is_shown(&pane);
    }
    let written = layouts::to_text(&tree).ok_or("a layout that cannot be written")?;
    let holds = layouts::from_text(&written).is_some();
    ensure(holds, || format!("what is written is no layout: {written}"))?;
    Ok(Read::Whole)
}
