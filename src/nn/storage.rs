//! Reading candle tensors on the CPU as slices, for the kernels of this folder.

use candle_core::{CpuStorage, Layout, Result, Tensor, bail};

/// The contiguous `f32` values of a CPU storage.
pub(super) fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let CpuStorage::F32(all) = storage else { bail!("expected f32 values") };
    match layout.contiguous_offsets().and_then(|(from, to)| all.get(from..to)) {
        Some(values) => Ok(values),
        None => bail!("expected contiguous values, found {layout:?}"),
    }
}

/// Looks at the values of a contiguous `f32` tensor on the CPU.
pub fn with_values<T>(tensor: &Tensor, look: impl FnOnce(&[f32]) -> Result<T>) -> Result<T> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        candle_core::Storage::Cpu(storage) => look(values(storage, layout)?),
        _ => bail!("expected a tensor on the CPU"),
    }
}
