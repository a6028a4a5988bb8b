//! Completion: an image of which some pixels are kept, and what a model makes of those that are missing.

use super::StepError;
use crate::random::{Purpose, stream};
use rand_chacha::ChaCha8Rng;

/// An image, and which of its pixels are kept.
#[derive(Clone, Copy, Debug)]
pub struct KeptPixels<'a> {
    /// `[pixels]`, in [0, 1]. Those that are missing change no draw: they are what log p(missing | kept) is of.
    pub image: &'a [f32],
    /// Whether each pixel is kept, `[pixels]`.
    pub kept: &'a [bool],
}

impl KeptPixels<'_> {
    /// That it is of an image of so many values.
    ///
    /// # Errors
    /// If it is not.
    pub(super) fn check(&self, expected: usize) -> Result<(), StepError> {
        match [self.image.len(), self.kept.len()].into_iter().find(|found| *found != expected) {
            Some(found) => Err(candle_core::Error::Msg(format!("expected {expected} pixels, found {found}")).into()),
            None => Ok(()),
        }
    }

    /// The image with what is missing from `drawn`, `[pixels]`.
    pub fn filled_from(&self, drawn: &[f32]) -> Vec<f32> {
        let pixels = self.image.iter().zip(self.kept).zip(drawn);
        pixels.map(|((own, kept), drawn)| if *kept { *own } else { *drawn }).collect()
    }
}

/// How many draws, and of which random streams.
#[derive(Clone, Copy, Debug)]
pub struct CompletionDraws {
    /// Seed of the streams.
    pub seed: u64,
    /// The image's number among those that are completed: its draws are its own.
    pub image: u64,
    /// Draws.
    pub count: usize,
}

impl CompletionDraws {
    /// The random numbers of a draw.
    pub fn generator(self, draw: usize) -> ChaCha8Rng {
        // Sample 0 chooses which pixels are kept, where that is random.
        stream(self.seed, Purpose::Completion, self.image, 1 + draw as u64)
    }
}

/// An image with its missing pixels drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// Draws of the whole image given the kept pixels, which each has as the model sees them, `[count, pixels]`.
    pub draws: Vec<f32>,
    /// log p(missing | kept) of the image's own missing pixels, in nats; `None` where the model does not know it.
    pub log_p: Option<f64>,
}
