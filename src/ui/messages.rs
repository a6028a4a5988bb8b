//! What happened since the program was started: kept for the log, the newest also shown as a toast.

use chrono::{DateTime, Local};
use std::collections::VecDeque;

/// Messages that are kept, at most.
const MOST: usize = 1000;

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Done.
    Done,
    /// To know.
    Note,
    /// Failed.
    Failed,
}

impl Level {
    /// Its key in the language tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Done => "level.done",
            Self::Note => "level.note",
            Self::Failed => "level.failed",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct LogMessage {
    /// When, by the clock on the wall.
    pub time: DateTime<Local>,
    /// How grave it is.
    pub level: Level,
    /// What, in the language that was switched on then.
    pub text: String,
}

impl LogMessage {
    /// The time of day.
    pub fn clock(&self) -> String {
        self.time.format("%H:%M:%S").to_string()
    }
}

/// All that is kept, oldest first.
#[derive(Debug, Default)]
pub struct Messages(VecDeque<LogMessage>);

impl Messages {
    /// Adds what has just happened; the oldest goes where there are too many.
    pub fn add(&mut self, level: Level, text: &str) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(LogMessage { time: Local::now(), level, text: text.to_owned() });
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &LogMessage> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_in_order() {
        let mut messages = Messages::default();
        for number in 0..MOST + 7 {
            messages.add(Level::Note, &number.to_string());
        }
        assert_eq!(messages.len(), MOST);
        assert_eq!(messages.iter().next().map(|message| message.text.as_str()), Some("7"));
        let newest = (MOST + 6).to_string();
        assert_eq!(messages.iter().next_back().map(|message| message.text.as_str()), Some(newest.as_str()));
    }
}
