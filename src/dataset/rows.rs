//! The examples of a split, wherever they come from: read one at a time, by index.

use sha2::{Digest, Sha256};

/// Examples that are read by index, in memory or made on demand. Reading is the same every time and from any thread.
pub trait Rows: Send + Sync {
    /// Examples.
    fn count(&self) -> usize;

    /// Writes example `index` into `out`, which is as long as one example: values of an image in [0, 1], coordinates of a
    /// point as they are; zeros where there is no such example.
    fn read(&self, index: usize, out: &mut [f32]);

    /// All examples as they lie in memory, one after another, where a value is a byte of which 0 is 0 and 255 is 1: what
    /// goes through all of them is several times as fast on bytes.
    fn bytes(&self) -> Option<&[u8]> {
        None
    }

    /// Adds to `hash` what tells these examples from others: all values, or of generated ones what they are generated from.
    fn digest(&self, hash: &mut Sha256);
}

/// An element as it lies in memory.
pub trait Element: Copy + Send + Sync + 'static {
    /// As a value in [0, 1].
    fn value(self) -> f32;

    /// Elements as bytes, if they are bytes.
    fn as_bytes(_values: &[Self]) -> Option<&[u8]> {
        None
    }

    /// Adds elements to `hash`.
    fn digest(values: &[Self], hash: &mut Sha256);
}

/// 0 to 255.
impl Element for u8 {
    fn value(self) -> f32 {
        f32::from(self) / 255.0
    }

    fn as_bytes(values: &[Self]) -> Option<&[u8]> {
        Some(values)
    }

    fn digest(values: &[Self], hash: &mut Sha256) {
        hash.update(values);
    }
}

/// 0 to 65535.
impl Element for u16 {
    fn value(self) -> f32 {
        f32::from(self) / 65535.0
    }

    fn digest(values: &[Self], hash: &mut Sha256) {
        hash.update(b"u16");
        values.iter().for_each(|value| hash.update(value.to_le_bytes()));
    }
}

/// In [0, 1] already; a point's coordinate is any number.
impl Element for f32 {
    fn value(self) -> f32 {
        self
    }

    fn digest(values: &[Self], hash: &mut Sha256) {
        hash.update(b"f32");
        values.iter().for_each(|value| hash.update(value.to_le_bytes()));
    }
}

/// Examples in memory.
#[derive(Debug)]
pub struct InMemory<T> {
    /// As they were read: put elsewhere they would be held twice for a moment.
    values: Vec<T>,
    /// Values in one example.
    size: usize,
}

impl<T> InMemory<T> {
    /// `values` is `[count, size]`; a last example that is not whole is none.
    pub fn new(values: impl Into<Vec<T>>, size: usize) -> Self {
        Self { values: values.into(), size: size.max(1) }
    }
}

impl<T: Element> Rows for InMemory<T> {
    fn count(&self) -> usize {
        self.values.len() / self.size
    }

    fn read(&self, index: usize, out: &mut [f32]) {
        let range = index.checked_mul(self.size).and_then(|start| Some(start..start.checked_add(self.size)?));
        match range.and_then(|range| self.values.get(range)) {
            Some(example) => {
                for (value, element) in out.iter_mut().zip(example) {
                    *value = element.value();
                }
            }
            None => out.fill(0.0),
        }
    }

    fn bytes(&self) -> Option<&[u8]> {
        T::as_bytes(&self.values)
    }

    fn digest(&self, hash: &mut Sha256) {
        T::digest(&self.values, hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_element_type_is_read_as_values_in_the_unit_range() {
        let mut out = [9.0; 2];
        let bytes = InMemory::new([0u8, 255, 51, 102], 2);
        bytes.read(1, &mut out);
        assert_eq!((bytes.count(), out), (2, [0.2, 0.4]));
        assert_eq!(bytes.bytes(), Some(&[0, 255, 51, 102][..]));
        let words = InMemory::new([0u16, 65535, 13107, 26214], 2);
        words.read(1, &mut out);
        assert_eq!((words.count(), words.bytes(), out), (2, None, [0.2, 0.4]));
        let reals = InMemory::new([0.25f32, 0.5], 2);
        reals.read(0, &mut out);
        assert_eq!((reals.count(), out), (1, [0.25, 0.5]));
        for beyond in [1, usize::MAX] {
            reals.read(beyond, &mut out);
            assert_eq!(out, [0.0, 0.0]);
        }
    }
}
