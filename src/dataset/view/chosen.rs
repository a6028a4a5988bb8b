//! Some examples of a data set as examples of their own.

use super::values::ValueMap;
use crate::dataset::column::Cells;
use crate::dataset::rows::{InMemory, Rows};
use crate::dataset::set::{Dataset, DatasetId};
use crate::dataset::split::Split;
use crate::memory::free_bytes;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Of the free memory bytes may be copied into one of so many parts.
const COPIED_PART: u64 = 4;

/// Where an example of both splits lies that is counted on from the first into the second.
pub(super) fn place([first, second]: [&Split; 2], example: u32) -> (&Split, usize) {
    let place = example as usize;
    match place.checked_sub(first.count()) {
        None => (first, place),
        Some(place) => (second, place),
    }
}

/// The chosen examples of a data set with their values changed. Bytes are copied where there is room for that, so that
/// they lie one after another; everything else is read from the source when it is asked for. Both give the same values.
pub(super) fn rows(data: &Dataset, indices: Arc<[u32]>, values: ValueMap) -> Arc<dyn Rows> {
    let digest = digest(&data.id, &indices, values);
    let size = data.sample().values();
    let (table, splits) = (values.table(), [&data.train, &data.test]);
    let has_bytes = splits.iter().all(|split| split.rows().bytes().is_some());
    if has_bytes && (indices.len() as u64).saturating_mul(size as u64) <= free_bytes() / COPIED_PART {
        let mut copy = Vec::with_capacity(indices.len() * size);
        for example in indices.iter() {
            let (split, place) = place(splits, *example);
            let bytes = split.rows().bytes().and_then(|bytes| bytes.get(place * size..(place + 1) * size));
            copy.extend(bytes.unwrap_or_default().iter().map(|byte| table[usize::from(*byte)]));
        }
        return Arc::new(Copied { examples: InMemory::new(copy, size), digest });
    }
    Arc::new(Chosen { splits: splits.map(Split::clone), indices, values, table, digest })
}

/// Tells these examples from others without reading any.
fn digest(of: &DatasetId, indices: &[u32], values: ValueMap) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update("examples of");
    hash.update(of.as_str());
    indices.iter().for_each(|index| hash.update(index.to_le_bytes()));
    hash.update([u8::from(values.invert), values.binarize.unwrap_or(0)]);
    hash.finalize().into()
}

/// Bytes that were copied.
struct Copied {
    examples: InMemory<u8>,
    digest: [u8; 32],
}

impl Rows for Copied {
    fn count(&self) -> usize {
        self.examples.count()
    }

    fn read(&self, index: usize, out: &mut [f32]) {
        self.examples.read(index, out);
    }

    fn bytes(&self) -> Option<&[u8]> {
        self.examples.bytes()
    }

    fn digest(&self, hash: &mut Sha256) {
        hash.update(self.digest);
    }
}

/// Examples that are read where they are.
struct Chosen {
    splits: [Split; 2],
    indices: Arc<[u32]>,
    values: ValueMap,
    table: [u8; 256],
    digest: [u8; 32],
}

impl Rows for Chosen {
    fn count(&self) -> usize {
        self.indices.len()
    }

    fn read(&self, index: usize, out: &mut [f32]) {
        let Some(example) = self.indices.get(index) else { return out.fill(0.0) };
        let [first, second] = &self.splits;
        let (split, place) = place([first, second], *example);
        let size = out.len();
        match split.rows().bytes().and_then(|bytes| bytes.get(place * size..(place + 1) * size)) {
            Some(bytes) => {
                let changed = bytes.iter().map(|byte| f32::from(self.table[usize::from(*byte)]) / 255.0);
                out.iter_mut().zip(changed).for_each(|(value, changed)| *value = changed);
            }
            None => {
                split.read(place, out);
                if !self.values.is_identity() {
                    out.iter_mut().for_each(|value| *value = self.values.value(*value));
                }
            }
        }
    }

    fn digest(&self, hash: &mut Sha256) {
        hash.update(self.digest);
    }
}

/// The cells of the chosen examples, from those of both splits, of which the first has `train` examples.
pub(super) fn cells<T>(
    pair: [&Cells<T>; 2],
    train: usize,
    indices: &Arc<[u32]>,
    change: impl Fn(T) -> T + Send + Sync + 'static,
) -> Cells<T>
where
    T: Clone + Default + Send + Sync + 'static,
{
    let [first, second] = pair.map(Cells::clone);
    let is_listed = matches!((&first, &second), (Cells::Listed(_), Cells::Listed(_)));
    let cell = move |example: u32| {
        let place = example as usize;
        let value = place.checked_sub(train).map_or_else(|| first.get(place), |place| second.get(place));
        change(value.unwrap_or_default())
    };
    if is_listed {
        return Cells::Listed(indices.iter().map(|example| cell(*example)).collect());
    }
    let indices = indices.clone();
    Cells::ByIndex(Arc::new(move |index| indices.get(index).map_or_else(T::default, |example| cell(*example))))
}
