//! How a decoder that draws images drew one.

use super::Snapshot;
use crate::nn::operations::DrawTrace;

impl Snapshot {
    /// Whether the decoder can say how it draws an image.
    pub fn is_traced(&self) -> bool {
        self.decoder.operations().last().is_some_and(|operation| operation.kind.traced().is_some())
    }

    /// How it drew an image, from what its evaluation of one latent gave on its way: the latent, then what each operation gave.
    /// `None` where the decoder cannot say it.
    pub fn trace(&self, values: &[impl AsRef<[f32]>]) -> Option<DrawTrace> {
        let operation = self.decoder.operations().last()?;
        let read = values.get(*operation.inputs.first()?)?;
        Some(operation.kind.traced()?.trace(&operation.weight, read.as_ref()))
    }
}
