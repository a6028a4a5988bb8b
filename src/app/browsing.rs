//! What is known of the data that is looked through, as far as the data panel asked for it.

use crate::app::jobs::JobKey;
use crate::dataset::Dataset;
use crate::explore::browse::{Browse, DataStatistics, ExamplePlace};
use crate::message::Message;
use crate::picture::Bitmap;
use crate::ui::data_panel::known::{ListedExamples, ShownExample, Thumbnails};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is known of the data that is looked through.
#[derive(Default)]
pub(super) struct Browsing {
    /// What it is all of.
    pub of: Option<(Arc<Dataset>, Browse)>,
    pub listed: ListedExamples,
    pub thumbnails: Thumbnails,
    /// Stretches whose pictures are being made.
    pub asked: BTreeSet<usize>,
    pub statistics: Option<Arc<DataStatistics>>,
    /// Whether the work on them broke.
    pub no_statistics: bool,
    pub example: Option<ShownExample>,
    pub asked_example: Option<ExamplePlace>,
}

impl Browsing {
    /// Whether this example is neither read nor asked for.
    pub fn lacks(&self, place: ExamplePlace) -> bool {
        let shown = self.example.as_ref().is_some_and(|shown| shown.place == place);
        !shown && self.asked_example != Some(place)
    }

    pub fn receive_listed(&mut self, places: Option<Arc<[u32]>>) {
        if let Some(places) = places {
            self.listed = ListedExamples::These(places);
        }
    }

    pub fn receive_thumbnails(&mut self, stretch: usize, pictures: Arc<[Bitmap]>) {
        self.asked.remove(&stretch);
        self.thumbnails.insert(stretch, pictures);
    }

    pub fn receive_statistics(&mut self, statistics: Option<Box<DataStatistics>>) {
        if let Some(statistics) = statistics {
            self.statistics = Some(Arc::new(*statistics));
        }
    }

    /// A piece of work broke, and is not begun again by itself.
    pub fn fail(&mut self, key: &JobKey, why: &Message) {
        match key {
            JobKey::ListExamples => self.listed = ListedExamples::Refused(why.clone()),
            JobKey::Thumbnails(stretch) => self.receive_thumbnails(*stretch, Arc::default()),
            JobKey::Statistics => self.no_statistics = true,
            _ => {}
        }
    }
}
