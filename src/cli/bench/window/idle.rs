//! How many frames a window draws when nothing happens.

use crate::app::{Script, ScriptWindow};
use crate::gpu::DeviceInfo;
use crate::ui::command::{FileCommand, ModelCommand};
use std::time::{Duration, Instant};

/// How long the data, the models and messages may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long nothing may happen before frames are counted.
const SETTLE: Duration = Duration::from_secs(2);
/// How long they are counted.
const IDLE: Duration = Duration::from_secs(10);

/// Waits until all is ready and shown, trains for a moment and stops, and counts the frames after that.
#[derive(Default)]
pub(super) struct Idle {
    stage: IdleStage,
    pub counted: Option<u64>,
    pub waits_for: &'static str,
    pub adapter: String,
    pub software: bool,
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
    fn frame(&mut self, window: ScriptWindow<'_>) {
        if self.counted.is_some() {
            return;
        }
        if let Some(state) = window.render_state {
            let device = DeviceInfo::of(&state.adapter);
            (self.adapter, self.software) = (device.name, device.software);
        }
        let soon = Duration::from_millis(50);
        let wait = match self.stage {
            IdleStage::Opens => {
                self.waits_for = "the data and the models were not ready";
                if window.session.is_ready() {
                    window.session.apply(ModelCommand::ToggleAll);
                    self.stage = IdleStage::Trains(Instant::now());
                } else if window.elapsed > PATIENCE {
                    window.session.apply(FileCommand::Quit);
                }
                soon
            }
            IdleStage::Trains(since) => {
                if since.elapsed() > SETTLE {
                    window.session.apply(ModelCommand::ToggleAll);
                    self.stage = IdleStage::Calms(Instant::now());
                }
                soon
            }
            IdleStage::Calms(since) => {
                self.waits_for = "messages did not go away, or something was still being made";
                if !window.session.says_something() && !window.session.is_making() {
                    self.stage = IdleStage::Settles(Instant::now());
                } else if since.elapsed() > PATIENCE {
                    window.session.apply(FileCommand::Quit);
                }
                soon
            }
            IdleStage::Settles(since) => {
                self.waits_for = "the window was closed";
                if since.elapsed() >= SETTLE {
                    // This very frame is drawn because it was asked for.
                    self.stage = IdleStage::Counts(Instant::now(), window.session.frames() + 1);
                    IDLE
                } else {
                    SETTLE - since.elapsed()
                }
            }
            IdleStage::Counts(since, before) => {
                let causes = window.context.repaint_causes();
                tracing::debug!(after_s = since.elapsed().as_secs_f32(), ?causes, "a frame");
                if since.elapsed() >= IDLE {
                    self.counted = Some(window.session.frames().saturating_sub(before));
                    window.session.apply(FileCommand::Quit);
                }
                IDLE.saturating_sub(since.elapsed())
            }
        };
        window.context.request_repaint_after(wait);
    }
}
