//! Taking changes of the project back.

use crate::app::project::Project;
use crate::model::ModelId;
use std::time::{Duration, Instant};

/// Changes of one kind that follow each other this closely are one.
const TOGETHER: Duration = Duration::from_millis(800);
/// Changes that can be taken back.
const MOST_CHANGES: usize = 200;

/// What a change was of; several of one kind that follow each other closely are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// A card's settings.
    Model(ModelId),
    /// The cursor.
    Cursor,
    /// What part of the planes is seen.
    View,
    /// What is drawn of the planes, and where they lie.
    Plane,
    /// Which row of the compare sheet is enlarged, and its seed.
    Selection,
    /// The list of models, and which of them are shown.
    List,
}

/// What was, and what was taken back.
#[derive(Default)]
pub struct Undo {
    past: Vec<Project>,
    future: Vec<Project>,
    last: Option<(ChangeKind, Instant)>,
}

impl Undo {
    /// Remembers `before`, which is about to change.
    pub fn record(&mut self, kind: ChangeKind, before: &Project) {
        let now = Instant::now();
        let goes_on = self.last.is_some_and(|(last, at)| last == kind && now.duration_since(at) < TOGETHER);
        // Each change of the list is one of its own.
        self.last = (kind != ChangeKind::List).then_some((kind, now));
        self.future.clear();
        if !goes_on {
            self.past.push(before.clone());
            if self.past.len() > MOST_CHANGES {
                self.past.remove(0);
            }
        }
    }

    /// What changes next is another change.
    pub fn settle(&mut self) {
        self.last = None;
    }

    /// What was before the last change; `now` can be had again.
    pub fn undo(&mut self, now: &Project) -> Option<Project> {
        let before = self.past.pop()?;
        self.future.push(now.clone());
        self.last = None;
        Some(before)
    }

    /// What was taken back last.
    pub fn redo(&mut self, now: &Project) -> Option<Project> {
        let after = self.future.pop()?;
        self.past.push(now.clone());
        self.last = None;
        Some(after)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn at(x: f32) -> Project {
        Project { cursor: [x, 0.0], ..Project::default() }
    }

    #[test]
    fn back_and_forth() {
        let mut undo = Undo::default();
        undo.record(ChangeKind::Cursor, &at(0.0));
        undo.record(ChangeKind::Cursor, &at(1.0));
        undo.record(ChangeKind::Model(ModelId(0)), &at(2.0));
        assert_eq!(undo.undo(&at(3.0)), Some(at(2.0)));
        assert_eq!(undo.undo(&at(2.0)), Some(at(0.0)), "one drag of the cursor is one change");
        assert_eq!(undo.undo(&at(0.0)), None);
        assert_eq!(undo.redo(&at(0.0)), Some(at(2.0)));
        assert_eq!(undo.redo(&at(2.0)), Some(at(3.0)));
        assert_eq!(undo.redo(&at(3.0)), None);
    }
}
