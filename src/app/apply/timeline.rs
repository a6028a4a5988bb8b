//! Commands about the steps of training that are looked back at. None of them is a change of the person's work.

use crate::app::session::Session;
use crate::explore::timeline::TimelinePlace;
use crate::ui::command::TimelineCommand;
use crate::ui::settings::FILM_RATES;

impl Session {
    pub(super) fn apply_to_timeline(&mut self, command: TimelineCommand) {
        let state = &mut self.shell.timeline;
        match command {
            TimelineCommand::Go(place) => {
                state.play(None);
                state.go(match place {
                    TimelinePlace::Live => TimelinePlace::Live,
                    TimelinePlace::At(x) => state.timeline.placed(x),
                });
            }
            TimelineCommand::Step(by) => {
                state.play(None);
                state.go(state.timeline.stepped(by));
            }
            TimelineCommand::Play(way) => state.play(way.filter(|_| state.timeline.is_offered())),
            TimelineCommand::Align(axis) => self.align_timeline(axis),
            TimelineCommand::Rate(per_s) => {
                if FILM_RATES.contains(&per_s) {
                    self.project.settings.timeline.per_s = per_s;
                }
            }
        }
    }
}
