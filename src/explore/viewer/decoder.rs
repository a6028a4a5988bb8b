//! What turns latents into images for the viewer: the place where another processor can take over.

use crate::snapshot::{Scratch, Snapshot};

/// Decodes batches of latents. The results of two decoders agree within a tolerance, not to the bit.
pub trait Decoder: Send {
    /// Latents `[count, snapshot.latent]` to images `[count, snapshot.image.values()]`, in [0, 1].
    fn decode(&mut self, snapshot: &Snapshot, latents: &[f32], count: usize) -> &[f32];
}

/// The snapshot's own evaluation, on the calling thread alone.
#[derive(Default)]
pub struct CpuDecoder {
    scratch: Scratch,
}

impl Decoder for CpuDecoder {
    fn decode(&mut self, snapshot: &Snapshot, latents: &[f32], count: usize) -> &[f32] {
        snapshot.decoder.evaluate(latents, count, &mut self.scratch)
    }
}
