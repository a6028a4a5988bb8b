//! The whole program in a window without a screen, and what each of its frames takes of the thread that draws.

use eframe::egui::{Context, Ui, Vec2};
use egui_kittest::Harness;
use latentarium::app::{Explorer, Session, SharedSession, Start};
use rustix::time::{ClockId, clock_gettime};
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// After so many steps the frame is drawn, too.
const STEPS_A_PICTURE: u64 = 40;

/// What a frame took of the window's thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct FrameWork {
    /// What happens between frames.
    pub logic: Duration,
    /// Layout, and carrying out what was asked for.
    pub ui: Duration,
    /// Shapes to triangles.
    pub tessellation: Duration,
    /// Of all of these the time in which the thread neither computed nor stood in the processor's queue: files, locks.
    pub waited: Duration,
}

/// All that the thread computed, in milliseconds.
pub fn own_work_ms(work: FrameWork) -> f64 {
    (work.logic + work.ui + work.tessellation).as_secs_f64() * 1e3
}

/// What this thread has taken so far.
struct Spent {
    wall: Instant,
    computed: Duration,
    queued: Duration,
}

impl Spent {
    fn now() -> Self {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        let computed = Duration::new(time.tv_sec as u64, time.tv_nsec as u32);
        let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let queued = schedstat.split_whitespace().nth(1).and_then(|ns| ns.parse().ok()).unwrap_or(0);
        Self { wall: Instant::now(), computed, queued: Duration::from_nanos(queued) }
    }

    /// What was computed since, and waited for.
    fn since(&self) -> (Duration, Duration) {
        let now = Self::now();
        let computed = now.computed.saturating_sub(self.computed);
        let passed = now.wall - self.wall;
        (computed, passed.saturating_sub(computed).saturating_sub(now.queued.saturating_sub(self.queued)))
    }
}

/// An explorer whose frames are timed.
pub struct Timed {
    explorer: Explorer,
    frames: Rc<RefCell<Vec<FrameWork>>>,
}

impl eframe::App for Timed {
    fn logic(&mut self, context: &Context, frame: &mut eframe::Frame) {
        // Where software draws and a model trains it rests on purpose.
        let rests = self.explorer.session().borrow().is_training();
        let before = Spent::now();
        self.explorer.logic(context, frame);
        let (logic, waited) = before.since();
        let waited = if rests { Duration::ZERO } else { waited };
        self.frames.borrow_mut().push(FrameWork { logic, waited, ..FrameWork::default() });
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let before = Spent::now();
        self.explorer.ui(ui, frame);
        let (spent, waited) = before.since();
        if let Some(frame) = self.frames.borrow_mut().last_mut() {
            (frame.ui, frame.waited) = (spent, frame.waited + waited);
        }
    }

    fn on_exit(&mut self) {
        self.explorer.on_exit();
    }
}

pub struct Window {
    pub harness: Harness<'static, Timed>,
    pub session: SharedSession,
    frames: Rc<RefCell<Vec<FrameWork>>>,
    steps: u64,
}

impl Window {
    /// With data and models on their way.
    pub fn open(folder: &Path) -> Self {
        let start = Start {
            state: Some(folder.join("state.json")),
            runs: folder.join("runs"),
            threads: 1,
            autosave_s: Some(5.0),
            ..Start::default()
        };
        let session: SharedSession = Rc::new(RefCell::new(Session::new(start)));
        let (shared, frames) = (session.clone(), Rc::<RefCell<Vec<FrameWork>>>::default());
        let timed = frames.clone();
        let builder =
            Harness::builder().with_size(Vec2::new(1440.0, 900.0)).allow_missing_glyphs().with_step_dt(1.0 / 30.0);
        // The device as the program has it.
        let setup = latentarium::gpu::setup_of(latentarium::gpu::backends_in_turn().remove(0));
        let harness = builder
            .wgpu_setup(setup.into())
            .build_eframe(move |creation| Timed { explorer: Explorer::new(shared, creation), frames: timed });
        Self { harness, session, frames, steps: 0 }
    }

    /// One frame for each event that waits, or one; gives what they took.
    pub fn step(&mut self) -> Vec<FrameWork> {
        self.harness.step();
        let shapes = self.harness.output().shapes.clone();
        let before = Spent::now();
        let triangles = self.harness.ctx.tessellate(shapes, self.harness.ctx.pixels_per_point());
        let (tessellation, _) = before.since();
        drop(triangles);
        let mut frames = std::mem::take(&mut *self.frames.borrow_mut());
        if let Some(last) = frames.last_mut() {
            last.tessellation = tessellation;
        }
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS_A_PICTURE) {
            self.draw();
        }
        frames
    }

    /// Draws the frame; reading it back gives up after ten seconds, as where other work has every core.
    fn draw(&mut self) {
        if let Err(error) = self.harness.render() {
            assert!(error.contains("timed out"), "a frame could not be drawn: {error}");
            println!("a picture took longer than ten seconds");
        }
    }

    /// Frames until something has come about, or for so long; whether it has.
    pub fn until(&mut self, most: Duration, reached: impl Fn(&Session) -> bool) -> bool {
        let began = Instant::now();
        while began.elapsed() < most {
            if reached(&self.session.borrow()) {
                return true;
            }
            self.step();
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// As when the program ends.
    pub fn close(self) {
        let Self { harness, session, .. } = self;
        session.borrow_mut().close();
        drop(harness);
    }
}
