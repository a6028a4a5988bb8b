//! Generated digits.
use super::{Dataset, ImageShape, Pixels, Progress, Source, Split};
/// x
pub fn digits(_: &Progress) -> Dataset {
    let s = Split {
        shape: ImageShape::grey(28, 28),
        pixels: Pixels::U8(vec![0; 784 * 100].into()),
        labels: (0..100).map(|i| i % 10).collect(),
    };
    Dataset::new(Source::Digits, "digits", s.clone(), s, (0..10).map(|d| d.to_string()).collect())
}
