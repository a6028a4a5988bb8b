//! How fast it trains.

use std::time::Instant;

/// Images a second over about the last second.
#[derive(Default)]
pub(super) struct Rate {
    since: Option<Instant>,
    images: u64,
    /// Images a second; 0 while it holds still.
    pub per_s: f64,
}

impl Rate {
    /// So many images were trained on.
    pub fn add(&mut self, images: u64) {
        let since = *self.since.get_or_insert_with(Instant::now);
        self.images += images;
        let elapsed = since.elapsed().as_secs_f64();
        if elapsed >= 0.5 {
            self.per_s = self.images as f64 / elapsed;
            self.since = Some(Instant::now());
            self.images = 0;
        }
    }

    /// It holds still.
    pub fn stop(&mut self) {
        *self = Self::default();
    }
}
