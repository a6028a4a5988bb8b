//! Reading candle tensors on the CPU as slices, for the kernels of this folder.

use candle_core::{CpuStorage, Layout, Result, Storage, StorageRef, Tensor, bail};

/// The contiguous `f32` values of a CPU storage.
pub(super) fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let CpuStorage::F32(all) = storage else { bail!("expected f32 values") };
    match layout.contiguous_offsets().and_then(|(from, to)| all.get(from..to)) {
        Some(values) => Ok(values),
        None => bail!("expected contiguous values, found {layout:?}"),
    }
}

/// A tensor on the CPU that is being read.
pub(super) struct Held<'a> {
    storage: StorageRef<'a>,
    layout: &'a Layout,
}

impl<'a> Held<'a> {
    pub fn new(tensor: &'a Tensor) -> Self {
        let (storage, layout) = tensor.storage_and_layout();
        Self { storage, layout }
    }

    pub fn values(&self) -> Result<&[f32]> {
        match &*self.storage {
            Storage::Cpu(storage) => values(storage, self.layout),
            _ => bail!("expected a tensor on the CPU"),
        }
    }
}

/// Looks at the values of a contiguous `f32` tensor, fetched from its device where it has one.
///
/// # Errors
/// If they are no `f32`, or cannot be fetched.
pub fn with_values<T>(tensor: &Tensor, look: impl FnOnce(&[f32]) -> Result<T>) -> Result<T> {
    let tensor = tensor.to_device(&candle_core::Device::Cpu)?.contiguous()?;
    look(Held::new(&tensor).values()?)
}
