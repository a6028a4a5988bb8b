//! A state that can be compared with itself an hour later: the same data, two models that have learned nothing, nothing to undo.

use crate::memory;
use crate::window::Window;
use eframe::egui::{Key, Modifiers, Vec2};
use latentarium::dataset::Source;
use latentarium::explore::pad::PadChange;
use latentarium::explore::timeline::TimelinePlace;
use latentarium::ui::command::{
    Command, DataCommand, FileCommand, ModelCommand, PadCommand, PlaneCommand, RunsCommand, TimelineCommand,
    ViewCommand,
};
use latentarium::ui::slot::Slot;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// More than undo keeps.
const CHANGES: usize = 210;
/// Longer than anything takes, on a machine that has other work too.
const PATIENCE: Duration = Duration::from_secs(240);
/// Nothing more is given back where nothing was for so long.
const SETTLES: Duration = Duration::from_secs(11);

pub fn rest(window: &mut Window) {
    let session = window.session.clone();
    let apply = |command: Command| session.borrow_mut().apply(command);
    apply(FileCommand::CancelExport.into());
    apply(DataCommand::CancelOpening.into());
    for _ in 0..3 {
        window.harness.key_press_modifiers(Modifiers::NONE, Key::Escape);
        window.step();
    }
    apply(ViewCommand::Present(false).into());
    apply(ViewCommand::ResetLayout.into());
    apply(ViewCommand::Settings(Box::default()).into());
    apply(TimelineCommand::Go(TimelinePlace::Live).into());
    apply(PlaneCommand::Path(None).into());
    apply(PlaneCommand::Line(None).into());
    apply(RunsCommand::Cancel.into());
    apply(RunsCommand::Change(Box::default()).into());
    window.harness.set_size(Vec2::new(1440.0, 900.0));
    window.until(PATIENCE, |session| !session.is_opening() && !session.is_restoring());
    apply(DataCommand::Open(Source::parse("digits")).into());
    window.until(PATIENCE, |session| !session.is_opening() && session.data().is_some_and(|data| data.name == "digits"));
    let presets = ["vae-dense", "gan-plane"];
    let ids = presets.map(|preset| {
        // Where there is no room for one more.
        let first = session.borrow().project().models[0].id;
        let before = session.borrow().project().models.len();
        apply(ModelCommand::Add(preset.to_owned()).into());
        if session.borrow().project().models.len() == before {
            apply(ModelCommand::Remove(first).into());
            apply(ModelCommand::Add(preset.to_owned()).into());
        }
        session.borrow().project().models.last().unwrap().id
    });
    for (slot, id) in Slot::BOTH.into_iter().zip(ids) {
        apply(ModelCommand::Show(slot, id).into());
    }
    let others: Vec<_> =
        session.borrow().project().models.iter().map(|model| model.id).filter(|id| !ids.contains(id)).collect();
    others.into_iter().for_each(|id| apply(ModelCommand::Remove(id).into()));
    apply(PadCommand::Change(PadChange::Clear).into());
    for change in 0..CHANGES {
        apply(ModelCommand::Rename(ids[0], format!("model {change}")).into());
    }
    let is_made = window.until(PATIENCE, |session| session.is_ready() && !session.is_making());
    let making = session.borrow().in_the_making();
    assert!(is_made, "still in the making after {PATIENCE:?}: {making:?}");
    // What ends and what is given back takes its time, more where other work has every core.
    if !window.until(PATIENCE, |_| trainers() <= ids.len()) {
        println!("{} trainers after {PATIENCE:?}", trainers());
    }
    // Work that was cancelled ends when it next asks, and holds weights until then; and the allocator gives back what nothing
    // has taken again for a while.
    let least = Cell::new((u64::MAX, Instant::now()));
    window.until(PATIENCE, |_| {
        let (now, (before, since)) = (memory::resident_bytes().unwrap_or(0), least.get());
        if now < before - before / 100 {
            least.set((now, Instant::now()));
        }
        since.elapsed() > SETTLES
    });
}

/// Threads of this process that train, or would; none where the system does not say.
fn trainers() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let names = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok());
    names.filter(|name| name.starts_with("trainer")).count()
}
