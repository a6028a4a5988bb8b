//! Which pixels of an image are kept while a model draws the others.

use crate::dataset::ImageShape;
use crate::random::{Purpose, stream};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// A rule for which pixels are kept; a place is kept in all of its channels. Written as it is named.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum KeepRule {
    /// The upper half, with the middle row where there is one.
    Top,
    /// The lower half.
    Bottom,
    /// The left half, with the middle column where there is one.
    Left,
    /// The right half.
    Right,
    /// Each place with a probability.
    Random {
        /// From 0 to 1.
        share: f64,
    },
}

impl KeepRule {
    /// From `top`, `bottom`, `left`, `right` or `random:P`; `None` for other words.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "top" => Some(Self::Top),
            "bottom" => Some(Self::Bottom),
            "left" => Some(Self::Left),
            "right" => Some(Self::Right),
            _ => {
                let share = name.strip_prefix("random:")?.parse().ok()?;
                (0.0..=1.0).contains(&share).then_some(Self::Random { share })
            }
        }
    }

    /// Whether each pixel of an image is kept, `[pixels]`. A random choice is that of the seed and the image's number.
    pub fn mask(self, shape: ImageShape, seed: u64, image: u64) -> Vec<bool> {
        let mut random = stream(seed, Purpose::Completion, image, 0);
        let ImageShape { channels, height, width } = shape;
        let mut is_kept = |row: usize, column: usize| match self {
            Self::Top => 2 * row < height,
            Self::Bottom => 2 * row >= height,
            Self::Left => 2 * column < width,
            Self::Right => 2 * column >= width,
            Self::Random { share } => random.random::<f64>() < share,
        };
        let mut places = Vec::with_capacity(height * width);
        for row in 0..height {
            places.extend((0..width).map(|column| is_kept(row, column)));
        }
        places.repeat(channels)
    }
}

impl From<KeepRule> for String {
    fn from(rule: KeepRule) -> Self {
        rule.to_string()
    }
}

impl TryFrom<String> for KeepRule {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::named(&name).ok_or(name)
    }
}

impl std::fmt::Display for KeepRule {
    /// As it is named.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Top => f.write_str("top"),
            Self::Bottom => f.write_str("bottom"),
            Self::Left => f.write_str("left"),
            Self::Right => f.write_str("right"),
            Self::Random { share } => write!(f, "random:{share}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn halves_make_up_the_image_and_a_random_share_is_one() {
        let shape = ImageShape { channels: 3, height: 5, width: 7 };
        for [first, second] in [["top", "bottom"], ["left", "right"]] {
            let [first, second] = [first, second].map(|name| KeepRule::named(name).unwrap().mask(shape, 1, 2));
            assert!(first.iter().zip(&second).all(|(a, b)| a != b) && first.len() == 105);
        }
        let top = KeepRule::Top.mask(shape, 0, 0);
        assert!(top[2 * 7] && !top[3 * 7] && top[35] && !top[35 + 34], "the middle row is above");
        let large = ImageShape { channels: 2, height: 100, width: 100 };
        let mask = KeepRule::Random { share: 0.3 }.mask(large, 1, 2);
        assert_eq!(mask[..10_000], mask[10_000..]);
        let share = mask.iter().filter(|kept| **kept).count() as f64 / 20_000.0;
        assert!((share - 0.3).abs() < 0.02, "{share}");
        assert_eq!(mask, KeepRule::Random { share: 0.3 }.mask(large, 1, 2));
        assert_ne!(mask, KeepRule::Random { share: 0.3 }.mask(large, 1, 3));
    }

    #[test]
    fn names_are_read_and_written() {
        for name in ["top", "bottom", "left", "right", "random:0", "random:0.25", "random:1"] {
            assert_eq!(KeepRule::named(name).unwrap().to_string(), name);
        }
        for name in ["", "middle", "random", "random:", "random:2", "random:-0.1", "random:NaN", "Top"] {
            assert_eq!(KeepRule::named(name), None, "{name}");
        }
    }
}
