//! Distributions of binary images given some of their pixels, exactly: what images are completed by.

use rand_chacha::ChaCha8Rng;

/// A distribution of binary images of which some pixels are kept.
pub trait Conditioned {
    /// log p(kept), in nats.
    fn log_p_kept(&self) -> f64;

    /// A whole image, `[pixels]`: its missing pixels drawn given the kept ones.
    fn draw(&self, random: &mut ChaCha8Rng) -> Vec<bool>;
}
