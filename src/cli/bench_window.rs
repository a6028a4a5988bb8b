//! `bench window`: the real window. How many frames it draws when nothing happens, and what it leaves to training.

use super::explorer::{WindowError, show};
use crate::app::{Script, Session, SharedScript, SharedSession, Stage, Start};
use crate::dataset::Source;
use crate::gpu::DeviceInfo;
use crate::ui::command::{Command, Slot};
use eframe::egui::{Context, Event, Modifiers, PointerButton, Rect, Vec2};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long nothing may happen before frames are counted.
const SETTLE: Duration = Duration::from_secs(2);
/// How long they are counted.
const IDLE: Duration = Duration::from_secs(10);
/// How long a part runs before it counts.
const WARM_UP: Duration = Duration::from_secs(2);
/// Parts of each kind.
const ROUNDS: u32 = 3;
/// Moves of the pointer in a second while it drags.
const EVENTS_PER_S: u32 = 60;
const PATIENCE: Duration = Duration::from_secs(60);

/// How it is measured.
#[derive(Clone, Debug)]
pub struct BenchWindow {
    /// Length of each part in seconds: without a window, with the cursor at rest, with the cursor dragged.
    pub seconds: f64,
    /// The data.
    pub data: Source,
    /// Threads of each of the two models.
    pub threads: usize,
}

/// A part of the measurement: sums of all rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Part {
    samples: u64,
    frames: u64,
    seconds: f64,
}

impl Part {
    fn samples_per_s(self) -> f64 {
        self.samples as f64 / self.seconds
    }

    fn frames_per_s(self) -> f64 {
        self.frames as f64 / self.seconds
    }
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WindowFigures {
    /// Frames in ten seconds in which nothing trains and the pointer is still, after two of settling.
    pub frames_idle: u64,
    /// Samples a second of both models together without a window.
    pub samples_per_s_headless: f64,
    /// The same with the window open and the cursor at rest.
    pub samples_per_s_rest: f64,
    /// The same while the cursor is dragged over the plane.
    pub samples_per_s_drag: f64,
    /// At rest against headless.
    pub ratio_rest: f64,
    /// Dragging against headless.
    pub ratio_drag: f64,
    /// Frames a second at rest.
    pub frames_per_s_rest: f64,
    /// Frames a second while dragging.
    pub frames_per_s_drag: f64,
    /// What drew the window.
    pub adapter: String,
    /// Whether that was the processor.
    pub software: bool,
    /// Threads of each model.
    pub threads: usize,
    /// Seconds of each kind of part.
    pub seconds: f64,
}

/// Why nothing was measured: one line.
#[derive(Debug, thiserror::Error)]
pub enum WindowBenchError {
    /// No window.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// The window was closed by somebody, or the models did not get ready.
    #[error("the measurement did not come to its end: {0}")]
    Unfinished(&'static str),
}

impl BenchWindow {
    /// Measures: some 16 seconds and nine parts. Must run on the program's first thread.
    ///
    /// # Errors
    /// Where no window can be had, or somebody closes it.
    pub fn run(&self) -> Result<WindowFigures, WindowBenchError> {
        let start = Start { data: Some(self.data.clone()), threads: self.threads, ..Start::default() };
        let session: SharedSession = Rc::new(RefCell::new(Session::new(start)));
        let outcome = self.measure(&session);
        session.borrow_mut().close();
        outcome
    }

    fn measure(&self, session: &SharedSession) -> Result<WindowFigures, WindowBenchError> {
        tracing::debug!("idle");
        let idle = play(session, Idle::default())?;
        let idle = idle.borrow();
        let frames_idle = idle.counted.ok_or(WindowBenchError::Unfinished(idle.waits_for))?;
        session.borrow_mut().apply_all(Slot::BOTH.map(Command::Start));
        let length = Duration::from_secs_f64(self.seconds / f64::from(ROUNDS));
        let [mut headless, mut rest, mut drag] = [Part::default(); 3];
        for _ in 0..ROUNDS {
            tracing::debug!("without a window");
            let mut count = Count::new(length);
            while !count.is_over(&session.borrow()) {
                std::thread::sleep(Duration::from_millis(1));
            }
            headless.add(&count);
            tracing::debug!("at rest");
            let looked = play(session, Looking::new(length))?;
            let looked = looked.borrow();
            if !looked.finished {
                return Err(WindowBenchError::Unfinished("the window was closed"));
            }
            rest.add(&looked.rest);
            drag.add(&looked.drag);
        }
        session.borrow_mut().apply_all(Slot::BOTH.map(Command::Pause));
        Ok(WindowFigures {
            frames_idle,
            samples_per_s_headless: headless.samples_per_s(),
            samples_per_s_rest: rest.samples_per_s(),
            samples_per_s_drag: drag.samples_per_s(),
            ratio_rest: rest.samples_per_s() / headless.samples_per_s(),
            ratio_drag: drag.samples_per_s() / headless.samples_per_s(),
            frames_per_s_rest: rest.frames_per_s(),
            frames_per_s_drag: drag.frames_per_s(),
            adapter: idle.adapter.clone(),
            software: idle.software,
            threads: self.threads,
            seconds: self.seconds,
        })
    }
}

/// Shows the session by a script until it is over.
fn play<S: Script + 'static>(session: &SharedSession, script: S) -> Result<Rc<RefCell<S>>, WindowError> {
    let script = Rc::new(RefCell::new(script));
    let shared: SharedScript = script.clone();
    show(session, Some(&shared))?;
    Ok(script)
}

/// Samples of both models so far.
fn samples(session: &Session) -> u64 {
    let of = |slot: Slot| {
        let model = session.model(slot);
        model.status().map_or(0, |status| status.step) * model.config.batch as u64
    };
    Slot::BOTH.into_iter().map(of).sum()
}

/// Counts samples and frames of a part, after its warm-up.
struct Count {
    length: Duration,
    began: Instant,
    first: Option<(u64, u64, Instant)>,
    part: Option<Part>,
}

impl Count {
    fn new(length: Duration) -> Self {
        Self { length, began: Instant::now(), first: None, part: None }
    }

    /// Looks at the counters; whether the part is over.
    fn is_over(&mut self, session: &Session) -> bool {
        let now = (samples(session), session.frames(), Instant::now());
        match self.first {
            None if self.began.elapsed() >= WARM_UP => self.first = Some(now),
            Some((samples, frames, at)) if self.part.is_none() && at.elapsed() >= self.length => {
                let seconds = (now.2 - at).as_secs_f64();
                self.part = Some(Part { samples: now.0 - samples, frames: now.1 - frames, seconds });
            }
            _ => {}
        }
        self.part.is_some()
    }
}

impl Part {
    fn add(&mut self, count: &Count) {
        let part = count.part.unwrap_or_default();
        self.samples += part.samples;
        self.frames += part.frames;
        self.seconds += part.seconds;
    }
}

/// Waits until all is ready and shown, trains for a moment and stops, and counts the frames after that.
#[derive(Default)]
struct Idle {
    stage: IdleStage,
    counted: Option<u64>,
    waits_for: &'static str,
    adapter: String,
    software: bool,
}

#[derive(Default)]
enum IdleStage {
    #[default]
    Opens,
    Trains(Instant),
    Calms(Instant),
    Settles(Instant),
    /// Since when, and with how many frames before.
    Counts(Instant, u64),
}

impl Script for Idle {
    fn frame(&mut self, mut stage: Stage<'_>) {
        if self.counted.is_some() {
            return;
        }
        if let Some(state) = stage.render_state {
            let device = DeviceInfo::of(&state.adapter);
            (self.adapter, self.software) = (device.name, device.software);
        }
        let soon = Duration::from_millis(50);
        let wait = match self.stage {
            IdleStage::Opens => {
                self.waits_for = "the data and the models were not ready";
                if stage.session.is_ready() {
                    stage.session.apply_all(Slot::BOTH.map(Command::Start));
                    self.stage = IdleStage::Trains(Instant::now());
                } else if stage.elapsed > PATIENCE {
                    stage.close();
                }
                soon
            }
            IdleStage::Trains(since) => {
                if since.elapsed() > SETTLE {
                    stage.session.apply_all(Slot::BOTH.map(Command::Pause));
                    self.stage = IdleStage::Calms(Instant::now());
                }
                soon
            }
            IdleStage::Calms(since) => {
                self.waits_for = "messages did not go away";
                if !stage.session.says_something() {
                    self.stage = IdleStage::Settles(Instant::now());
                } else if since.elapsed() > PATIENCE {
                    stage.close();
                }
                soon
            }
            IdleStage::Settles(since) => {
                self.waits_for = "the window was closed";
                if since.elapsed() >= SETTLE {
                    // This very frame is drawn because it was asked for.
                    self.stage = IdleStage::Counts(Instant::now(), stage.session.frames() + 1);
                    IDLE
                } else {
                    SETTLE - since.elapsed()
                }
            }
            IdleStage::Counts(since, before) => {
                let causes = stage.context.repaint_causes();
                tracing::debug!(after_s = since.elapsed().as_secs_f32(), ?causes, "a frame");
                if since.elapsed() >= IDLE {
                    self.counted = Some(stage.session.frames().saturating_sub(before));
                    stage.close();
                }
                IDLE.saturating_sub(since.elapsed())
            }
        };
        stage.context.request_repaint_after(wait);
    }
}

/// Lets the cursor rest, then drags it over the plane.
struct Looking {
    length: Duration,
    rest: Count,
    drag: Count,
    hand: Option<Hand>,
    finished: bool,
}

impl Looking {
    fn new(length: Duration) -> Self {
        Self { length, rest: Count::new(length), drag: Count::new(length), hand: None, finished: false }
    }
}

impl Script for Looking {
    fn frame(&mut self, mut stage: Stage<'_>) {
        if self.finished {
            return;
        }
        if !self.rest.is_over(stage.session) {
            // Training asks for frames by itself; one more a second ends the part.
            stage.context.request_repaint_after(Duration::from_secs(1));
        } else if self.hand.is_none() {
            if let Some(rect) = stage.plane_rect() {
                tracing::debug!("dragging");
                self.hand = Some(Hand::new(stage.context.clone(), rect));
                self.drag = Count::new(self.length);
            } else {
                stage.close();
            }
        } else if self.drag.is_over(stage.session) {
            self.finished = true;
            self.hand = None;
            stage.close();
        }
    }

    fn input(&mut self) -> Vec<Event> {
        self.hand.as_ref().map(Hand::take).unwrap_or_default()
    }
}

/// A hand that drags in circles: its thread makes events and asks for frames as a window system does.
struct Hand {
    events: Arc<Mutex<Vec<Event>>>,
    stop: Arc<AtomicBool>,
}

impl Hand {
    fn new(context: Context, rect: Rect) -> Self {
        let at = move |turn: f32| rect.center() + 0.3 * rect.size().min_elem() * Vec2::angled(turn);
        let press = Event::PointerButton {
            pos: at(0.0),
            button: PointerButton::Primary,
            pressed: true,
            modifiers: Modifiers::NONE,
        };
        let events = Arc::new(Mutex::new(vec![Event::PointerMoved(at(0.0)), press]));
        let stop = Arc::new(AtomicBool::new(false));
        let (queue, stopped) = (events.clone(), stop.clone());
        std::thread::spawn(move || {
            let began = Instant::now();
            for index in 1.. {
                let due = Duration::from_secs(1) * index / EVENTS_PER_S;
                std::thread::sleep(due.saturating_sub(began.elapsed()));
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let turn = index as f32 / EVENTS_PER_S as f32;
                queue.lock().unwrap_or_else(PoisonError::into_inner).push(Event::PointerMoved(at(turn)));
                context.request_repaint();
            }
        });
        Self { events, stop }
    }

    fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
