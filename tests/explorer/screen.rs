//! A window on a session of its own, off-screen.

use crate::common::write_halved_digits;
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::app::{Explorer, Level, Session, SharedSession, Start};
use latentarium::dataset::Source;
use latentarium::explore::compare::FigureProtocol;
use latentarium::metrics::ClassifierEffort;
use latentarium::model::ModelId;
use latentarium::trainer::Phase;
use latentarium::ui::slot::Slot;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

/// The model that stands in A at first.
pub const A: ModelId = ModelId(0);

/// A network that learns features in a moment.
const EFFORT: ClassifierEffort = ClassifierEffort { hidden: 8, steps: 10, learning_rate: 1e-2, examined: 32 };

/// The language is one for the whole process: a test that switches it is alone with it.
static LANGUAGE: RwLock<()> = RwLock::new(());

/// Who has the language while a screen is there.
enum Turn {
    Shared(#[allow(dead_code)] RwLockReadGuard<'static, ()>),
    Alone(#[allow(dead_code)] RwLockWriteGuard<'static, ()>),
}

impl Turn {
    fn shared() -> Self {
        Self::Shared(LANGUAGE.read().unwrap_or_else(PoisonError::into_inner))
    }
}

pub struct Screen {
    pub harness: Harness<'static, Explorer>,
    pub session: SharedSession,
    pub folder: tempfile::TempDir,
    _turn: Turn,
}

impl Screen {
    /// On digits of half their side, which everything is quicker with; on last time's data where the folder has a session's state.
    pub fn open_in(folder: tempfile::TempDir) -> Self {
        let data = folder.path().join("digits");
        let is_new = !folder.path().join("state.json").exists();
        if is_new {
            write_halved_digits(folder.path());
        }
        Self::open_at_turn(folder, is_new.then(|| Source::path(data)), Turn::shared())
    }

    fn open_at_turn(folder: tempfile::TempDir, data: Option<Source>, turn: Turn) -> Self {
        let start = Start {
            data,
            state: Some(folder.path().join("state.json")),
            runs: folder.path().join("runs"),
            threads: 1,
            figures: Some(FigureProtocol { images: 40, seed: 0, effort: EFFORT }),
            ..Start::default()
        };
        let session: SharedSession = Rc::new(RefCell::new(Session::new(start)));
        let shared = session.clone();
        let harness = Harness::builder()
            .with_size([1440.0, 900.0])
            .allow_missing_glyphs()
            .build_eframe(move |creation| Explorer::new(shared, creation));
        Self { harness, session, folder, _turn: turn }
    }

    /// A screen with data and trainers.
    pub fn ready() -> Self {
        Self::open_in(tempfile::tempdir().unwrap()).made_ready()
    }

    /// The same as the program first starts: on the digits that come with it.
    pub fn ready_first() -> Self {
        Self::open_at_turn(tempfile::tempdir().unwrap(), None, Turn::shared()).made_ready()
    }

    /// The same for a test that switches the language.
    pub fn ready_alone() -> Self {
        let turn = Turn::Alone(LANGUAGE.write().unwrap_or_else(PoisonError::into_inner));
        Self::open_at_turn(tempfile::tempdir().unwrap(), None, turn).made_ready()
    }

    fn made_ready(self) -> Self {
        let mut screen = self;
        screen.until("data and trainers", |session| {
            session.data().is_some() && Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some())
        });
        screen
    }

    /// Ends its session; gives the folder, for another one.
    pub fn close(self) -> tempfile::TempDir {
        self.folder
    }

    pub fn step(&mut self) {
        self.harness.step();
    }

    pub fn until(&mut self, what: &str, mut reached: impl FnMut(&Session) -> bool) {
        let began = Instant::now();
        while !reached(&self.session.borrow()) {
            assert!(began.elapsed() < Duration::from_secs(120), "{what}: not within two minutes");
            self.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.step();
    }

    pub fn until_made(&mut self) {
        self.until("both models are made", |session| {
            Slot::BOTH.iter().all(|slot| session.model(*slot).trainer.is_some() && !session.model(*slot).is_making())
        });
    }

    pub fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).scroll_to_me();
        self.step();
        self.harness.get_by_label(name).click();
        self.step();
        self.step();
    }

    pub fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.step();
        self.step();
    }

    pub fn steps(&self, slot: Slot) -> u64 {
        self.session.borrow().model(slot).status().map_or(0, |status| status.step)
    }

    pub fn phase(&self, slot: Slot) -> Option<Phase> {
        self.session.borrow().model(slot).status().map(|status| status.phase)
    }

    pub fn message(&self) -> (Level, String) {
        self.session.borrow().last_message().cloned().expect("a message")
    }

    pub fn type_path(&mut self, path: &Path) {
        self.step();
        let text = path.display().to_string();
        self.harness.get_by_label("Path").focus();
        self.step();
        self.harness.get_by_label("Path").type_text(&text);
        self.step();
        self.step();
        // A suggestion that came in that very frame stands beside it.
        if self.harness.get_by_label("Path").value() != Some(text.clone()) {
            self.key(Modifiers::COMMAND, Key::A);
            self.harness.get_by_label("Path").type_text(&text);
            self.step();
            self.step();
        }
        assert_eq!(self.harness.get_by_label("Path").value(), Some(text));
    }
}
