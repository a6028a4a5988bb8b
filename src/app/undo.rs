//! Taking changes of settings and cursor back.

use crate::model::Config;
use std::time::{Duration, Instant};

/// Changes of one kind that follow each other this closely are one.
const TOGETHER: Duration = Duration::from_millis(800);
const MOST: usize = 200;

/// What can be taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The numbers on both cards.
    pub models: [Config; 2],
    /// Where the cursor stood.
    pub cursor: [f32; 2],
}

/// What a change was of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A card's numbers.
    Model,
    /// The cursor.
    Cursor,
}

/// What was, and what was taken back.
#[derive(Default)]
pub struct Undo {
    past: Vec<Point>,
    future: Vec<Point>,
    last: Option<(Kind, Instant)>,
}

impl Undo {
    /// Remembers `before`, what is about to change.
    pub fn record(&mut self, kind: Kind, before: Point) {
        let now = Instant::now();
        let goes_on = self.last.is_some_and(|(last, at)| last == kind && now.duration_since(at) < TOGETHER);
        self.last = Some((kind, now));
        self.future.clear();
        if !goes_on {
            self.past.push(before);
            if self.past.len() > MOST {
                self.past.remove(0);
            }
        }
    }

    /// What changes next is another change.
    pub fn settle(&mut self) {
        self.last = None;
    }

    /// What was before the last change; `now` can be had again.
    pub fn undo(&mut self, now: Point) -> Option<Point> {
        let point = self.past.pop()?;
        self.future.push(now);
        self.last = None;
        Some(point)
    }

    /// What was taken back last.
    pub fn redo(&mut self, now: Point) -> Option<Point> {
        let point = self.future.pop()?;
        self.past.push(now);
        self.last = None;
        Some(point)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn point(x: f32) -> Point {
        Point { models: [(); 2].map(|()| Config::preset("vae-dense").unwrap()), cursor: [x, 0.0] }
    }

    #[test]
    fn back_and_forth() {
        let mut undo = Undo::default();
        undo.record(Kind::Cursor, point(0.0));
        undo.record(Kind::Cursor, point(1.0));
        undo.record(Kind::Model, point(2.0));
        assert_eq!(undo.undo(point(3.0)), Some(point(2.0)));
        assert_eq!(undo.undo(point(2.0)), Some(point(0.0)), "one drag of the cursor is one change");
        assert_eq!(undo.undo(point(0.0)), None);
        assert_eq!(undo.redo(point(0.0)), Some(point(2.0)));
        assert_eq!(undo.redo(point(2.0)), Some(point(3.0)));
        assert_eq!(undo.redo(point(3.0)), None);
    }
}
