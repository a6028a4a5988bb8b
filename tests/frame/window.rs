//! A window on data and two models that have learned a little.

use eframe::egui::{Rect, Shape, Vec2, epaint::ClippedShape, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::app::{Explorer, Session, SharedSession, Start};
use latentarium::trainer::Phase;
use latentarium::ui::command::{ModelCommand, ViewCommand};
use latentarium::ui::settings::{Appearance, Language, Settings};
use latentarium::ui::slot::Slot;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The sizes that are looked at, in points.
pub const SIZES: [Vec2; 3] = [Vec2::new(1024.0, 640.0), Vec2::new(1440.0, 900.0), Vec2::new(1920.0, 1080.0)];

/// The language is one for the whole process: tests take turns.
static TURN: Mutex<()> = Mutex::new(());

pub struct Window {
    pub harness: Harness<'static, Explorer>,
    pub session: SharedSession,
    _turn: MutexGuard<'static, ()>,
}

impl Window {
    /// With data and trainers.
    pub fn open(size: Vec2) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let session: SharedSession = Rc::new(RefCell::new(Session::new(Start { threads: 1, ..Start::default() })));
        let shared = session.clone();
        let builder = Harness::builder().with_size(size).allow_missing_glyphs();
        let harness = builder.wgpu().build_eframe(move |creation| Explorer::new(shared, creation));
        let mut window = Self { harness, session, _turn: turn };
        window.until("trainers and the models that came with the program", |session| {
            session.is_ready() && Slot::BOTH.iter().all(|slot| session.model(*slot).is_ready_made())
        });
        window
    }

    /// Some steps of both models, and a pause.
    pub fn train(&mut self) {
        self.session.borrow_mut().apply(ModelCommand::ToggleAll);
        self.until("some steps", |session| {
            Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some_and(|status| status.step > 12))
        });
        self.session.borrow_mut().apply(ModelCommand::ToggleAll);
        self.until("a pause", |session| {
            let paused =
                |slot: &Slot| session.model(*slot).status().is_some_and(|status| status.phase == Phase::Paused);
            Slot::BOTH.iter().all(paused)
        });
        self.steps(20);
    }

    pub fn until(&mut self, what: &str, reached: impl Fn(&Session) -> bool) {
        let began = Instant::now();
        while !reached(&self.session.borrow()) {
            assert!(began.elapsed() < Duration::from_secs(120), "{what}: not within two minutes");
            self.harness.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.harness.step();
    }

    pub fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.harness.step();
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn look(&mut self, language: Language, appearance: Appearance) {
        let settings = Settings { language, appearance, ..self.session.borrow().settings().clone() };
        self.session.borrow_mut().apply(ViewCommand::Settings(Box::new(settings)));
        self.steps(4);
    }

    pub fn rect(&self, name: &str) -> Rect {
        self.harness.get_by_label(name).rect()
    }

    /// All texts that were painted: what they say, whether they were shortened, where they stand and what of it is seen.
    pub fn texts(&self) -> Vec<PaintedText> {
        let mut texts = Vec::new();
        for ClippedShape { clip_rect, shape, .. } in &self.harness.output().shapes {
            collect(shape, *clip_rect, &mut texts);
        }
        texts
    }

    /// The controls that can be clicked or typed into, by name, with what of them is in the window.
    pub fn controls(&self) -> Vec<(String, Rect)> {
        use eframe::egui::accesskit::Role;
        let roles = [Role::Button, Role::CheckBox, Role::ComboBox, Role::Slider, Role::SpinButton, Role::TextInput];
        let nodes = self.harness.root().children_recursive();
        let named = nodes.filter(|node| roles.contains(&node.accesskit_node().role()));
        named.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect())).collect()
    }
}

/// A text on the screen.
#[derive(Debug)]
pub struct PaintedText {
    pub text: String,
    pub shortened: bool,
    pub place: Rect,
    pub seen: Rect,
}

fn collect(shape: &Shape, clip: Rect, texts: &mut Vec<PaintedText>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, texts)),
        Shape::Text(text) if text.angle == 0.0 => {
            let place = text.galley.rect.translate(text.pos.to_vec2());
            // Letters do not fill the height of their line.
            let inner =
                Rect::from_min_max(pos2(place.left(), place.top() + 3.0), pos2(place.right(), place.bottom() - 3.0));
            texts.push(PaintedText {
                text: text.galley.text().to_owned(),
                shortened: text.galley.elided,
                place: inner,
                seen: inner.intersect(clip),
            });
        }
        _ => {}
    }
}
