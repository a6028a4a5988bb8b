//! `bench window`: the real window. How many frames it draws when nothing happens, and what it leaves to training.

mod count;
mod idle;
mod watching;

use super::layers;
use crate::app::{Script, Session, SharedScript, SharedSession, Start};
use crate::cli::explorer::{WindowError, show};
use crate::dataset::Source;
use crate::ui::command::ModelCommand;
use count::{Count, Measured};
use idle::Idle;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use watching::Watching;

/// Parts of each kind.
const ROUNDS: u32 = 3;
/// How it is measured.
#[derive(Clone, Debug)]
pub struct BenchWindow {
    /// Length of each part in seconds: without a window, with the cursor at rest, with the cursor dragged.
    pub seconds: f64,
    /// The data.
    pub data: Source,
    /// Threads of each of the two models.
    pub threads: usize,
    /// Whether every layer of the plane is drawn.
    pub all_layers: bool,
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
        if self.all_layers {
            layers::show_all(&mut session.borrow_mut());
        }
        let outcome = self.measure(&session);
        session.borrow_mut().close();
        outcome
    }

    fn measure(&self, session: &SharedSession) -> Result<WindowFigures, WindowBenchError> {
        tracing::debug!("idle");
        let idle = play(session, Idle::default())?;
        let idle = idle.borrow();
        let frames_idle = idle.counted.ok_or(WindowBenchError::Unfinished(idle.waits_for))?;
        session.borrow_mut().apply(ModelCommand::ToggleAll);
        let length = Duration::from_secs_f64(self.seconds / f64::from(ROUNDS));
        let [mut headless, mut rest, mut drag] = [Measured::default(); 3];
        for _ in 0..ROUNDS {
            tracing::debug!("without a window");
            let mut count = Count::new(length);
            while !count.is_over(&session.borrow()) {
                std::thread::sleep(Duration::from_millis(1));
            }
            headless.add(&count);
            tracing::debug!("at rest");
            let watched = play(session, Watching::new(length))?;
            let watched = watched.borrow();
            if !watched.finished {
                return Err(WindowBenchError::Unfinished("the window was closed"));
            }
            rest.add(&watched.rest);
            drag.add(&watched.drag);
        }
        session.borrow_mut().apply(ModelCommand::ToggleAll);
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
