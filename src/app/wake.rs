//! When to draw again. Training asks often and is answered seldom; a person's input is answered at once.

use eframe::egui::{Context, ViewportId};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is made by itself never has the window drawn more often than this.
const LEAST_WAIT: Duration = Duration::from_nanos(1_000_000_000 / 30);
/// And training leaves this many times to itself what the frames take of the processor.
const TIMES_A_FRAME: u32 = 16;
/// The same while a person's input asks for one frame after another.
const TIMES_AN_INPUT_FRAME: u32 = 4;
/// No input waits longer than this to be drawn.
const MOST_PAUSE: Duration = Duration::from_millis(250);
/// A frame that was asked for and has not come this long after its time is asked for again.
const PATIENCE: Duration = Duration::from_millis(250);

/// Asks for repaints from any thread; outlives the window.
pub struct Waker {
    inner: Mutex<Inner>,
    /// Threads that the processor runs at a time.
    cores: u32,
}

impl Default for Waker {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1));
        Self { inner: Mutex::default(), cores }
    }
}

#[derive(Default)]
struct Inner {
    context: Option<Context>,
    asked: Option<Instant>,
    last_frame: Duration,
    trains: bool,
}

impl Inner {
    /// From one frame to the next: training has its time, and where nothing trains there is nothing to leave time to.
    fn wait(&self, cores: u32) -> Duration {
        if self.trains { LEAST_WAIT.max(self.last_frame * TIMES_A_FRAME / cores) } else { LEAST_WAIT }
    }
}

impl Waker {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Repaints go to this window from now on.
    pub fn attach(&self, context: Context) {
        *self.lock() = Inner { context: Some(context), ..Inner::default() };
    }

    /// The window is gone.
    pub fn detach(&self) {
        *self.lock() = Inner::default();
    }

    /// How long a frame holds back that a person's input asked for, `since` after the one before it began, where the
    /// processor draws and trains at once: the first input after a rest not at all.
    pub fn pause(&self, last_frame: Duration, since: Duration) -> Duration {
        (last_frame * TIMES_AN_INPUT_FRAME / self.cores).saturating_sub(since).min(MOST_PAUSE)
    }

    /// A frame begins; the one before it took `last_frame` of the processor, all threads that draw together. `trains`:
    /// whether any model does.
    pub fn frame_begins(&self, last_frame: Duration, trains: bool) {
        let mut inner = self.lock();
        *inner = Inner { context: inner.context.take(), asked: None, last_frame, trains };
    }

    /// Something was learned that is worth drawing, in its time.
    pub fn learned(&self) {
        let mut inner = self.lock();
        let (now, wait) = (Instant::now(), inner.wait(self.cores));
        if inner.asked.is_some_and(|asked| now.duration_since(asked) < wait + PATIENCE) {
            return;
        }
        inner.asked = Some(now);
        let context = inner.context.clone();
        // The window's own lock is taken below: never while holding this one.
        drop(inner);
        if let Some(context) = context {
            context.request_repaint_after_for(wait, ViewportId::ROOT);
        }
    }

    /// There will be something to draw after this long, if nothing is drawn before; in its time as well.
    pub fn later(&self, after: Duration) {
        let inner = self.lock();
        let wait = after.max(inner.wait(self.cores));
        let context = inner.context.clone();
        drop(inner);
        if let Some(context) = context {
            context.request_repaint_after_for(wait, ViewportId::ROOT);
        }
    }

    /// Something is ready that a person waits for.
    pub fn now(&self) {
        let context = self.lock().context.clone();
        if let Some(context) = context {
            context.request_repaint_of(ViewportId::ROOT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn counted() -> (Waker, Arc<Mutex<Vec<Duration>>>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let context = Context::default();
        let log = asked.clone();
        context.set_request_repaint_callback(move |info| {
            log.lock().unwrap_or_else(PoisonError::into_inner).push(info.delay);
        });
        let waker = Waker { cores: 2, ..Waker::default() };
        waker.attach(context);
        (waker, asked)
    }

    #[test]
    fn training_is_answered_once_a_frame_and_in_its_time() {
        let (waker, asked) = counted();
        waker.frame_begins(Duration::from_millis(50), true);
        for _ in 0..1000 {
            waker.learned();
        }
        let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(asked.as_slice(), [Duration::from_millis(400)]);
    }

    #[test]
    fn fast_frames_come_at_most_thirty_times_a_second() {
        let (waker, asked) = counted();
        waker.frame_begins(Duration::from_millis(1), true);
        waker.learned();
        assert_eq!(asked.lock().unwrap_or_else(PoisonError::into_inner).as_slice(), [LEAST_WAIT]);
    }

    #[test]
    fn what_is_made_where_nothing_trains_is_drawn_soon_however_slow_frames_are() {
        let (waker, asked) = counted();
        waker.frame_begins(Duration::from_millis(500), false);
        waker.learned();
        assert_eq!(asked.lock().unwrap_or_else(PoisonError::into_inner).as_slice(), [LEAST_WAIT]);
    }

    #[test]
    fn input_is_drawn_at_once_after_a_rest_and_leaves_time_to_training_after_a_frame() {
        let waker = Waker { cores: 2, ..Waker::default() };
        let [frame, rest] = [80, 1000].map(Duration::from_millis);
        assert_eq!(waker.pause(frame, rest), Duration::ZERO);
        assert_eq!(waker.pause(frame, Duration::from_millis(60)), Duration::from_millis(100));
        assert_eq!(waker.pause(10 * frame, Duration::ZERO), MOST_PAUSE);
    }

    #[test]
    fn without_a_window_nothing_happens() {
        Waker::default().learned();
        Waker::default().now();
    }
}
