//! The elements of arrays: decoded, their range found, brought to what rows are made of.

use super::header::{ElementType, Header};
use crate::dataset::meaning::{Meaning, ValueKind};
use crate::dataset::options::ValueRange;
use crate::message::{Message, message};
use half::f16;

/// How far a floating-point value may be beyond a range, as arithmetic leaves it.
const SLACK: f32 = 1e-3;

/// Elements in the smallest type that holds them as they are.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Bytes.
    U8(Vec<u8>),
    /// 16 bits.
    U16(Vec<u16>),
    /// Real numbers.
    F32(Vec<f32>),
}

/// What elements of a file of this header are held as.
pub fn kind_of(header: &Header) -> ValueKind {
    match header.element {
        ElementType::Bool | ElementType::Unsigned(1) => ValueKind::U8,
        ElementType::Unsigned(2) => ValueKind::U16,
        _ => ValueKind::F32,
    }
}

impl Values {
    /// None yet, and room for `count`.
    pub fn with_room(kind: ValueKind, count: usize) -> Self {
        match kind {
            ValueKind::U8 => Self::U8(Vec::with_capacity(count)),
            ValueKind::U16 => Self::U16(Vec::with_capacity(count)),
            ValueKind::F32 => Self::F32(Vec::with_capacity(count)),
        }
    }

    /// Decodes `bytes`, which are whole elements.
    pub fn decode(header: &Header, bytes: &[u8]) -> Self {
        match kind_of(header) {
            ValueKind::U8 if header.element == ElementType::Bool => {
                Self::U8(bytes.iter().map(|byte| u8::from(*byte != 0)).collect())
            }
            ValueKind::U8 => Self::U8(bytes.to_vec()),
            ValueKind::U16 => Self::U16(whole(header, bytes, u16::from_le_bytes).collect()),
            ValueKind::F32 => {
                let mut reals = Vec::with_capacity(bytes.len() / header.element.size().max(1) as usize);
                add_reals(header, bytes, &mut reals);
                Self::F32(reals)
            }
        }
    }

    /// Those of one example, of which each has `size`, added behind `out`, which holds the same kind.
    pub fn add_example_to(&self, example: usize, size: usize, out: &mut Self) {
        let range = example * size..(example + 1) * size;
        match (self, out) {
            (Self::U8(from), Self::U8(out)) => out.extend_from_slice(from.get(range).unwrap_or_default()),
            (Self::U16(from), Self::U16(out)) => out.extend_from_slice(from.get(range).unwrap_or_default()),
            (Self::F32(from), Self::F32(out)) => out.extend_from_slice(from.get(range).unwrap_or_default()),
            _ => {}
        }
    }

    /// The same of one example as they are written, least significant byte first.
    pub fn example_bytes(&self, example: usize, size: usize, out: &mut Vec<u8>) {
        let range = example * size..(example + 1) * size;
        match self {
            Self::U8(values) => out.extend_from_slice(values.get(range).unwrap_or_default()),
            Self::U16(values) => {
                out.extend(values.get(range).unwrap_or_default().iter().flat_map(|value| value.to_le_bytes()));
            }
            Self::F32(values) => {
                out.extend(values.get(range).unwrap_or_default().iter().flat_map(|value| value.to_le_bytes()));
            }
        }
    }

    /// Puts the channels of each image, which lie side by side at every pixel, into planes.
    pub fn planes(&mut self, channels: usize, size: usize) {
        match self {
            Self::U8(values) => planes(values, channels, size),
            Self::U16(values) => planes(values, channels, size),
            Self::F32(values) => planes(values, channels, size),
        }
    }

    /// The same with a meaning that the type has by itself.
    pub fn with(self, meaning: Meaning) -> Self {
        match (self, meaning) {
            (values, Meaning::AsIs) | (values @ Self::U8(_), Meaning::Byte) => values,
            (Self::U8(bytes), Meaning::Bits) => Self::U8(bytes.into_iter().map(|byte| byte.min(1) * 255).collect()),
            (Self::U16(words), Meaning::Byte) => Self::U8(words.into_iter().map(|word| word.min(255) as u8).collect()),
            (Self::U16(words), Meaning::Bits) => {
                Self::U8(words.into_iter().map(|word| word.min(1) as u8 * 255).collect())
            }
            (values, meaning) => {
                let value = |real: f32| meaning.value(ValueKind::F32, real);
                Self::F32(match values {
                    Self::U8(bytes) => bytes.into_iter().map(|byte| value(f32::from(byte))).collect(),
                    Self::U16(words) => words.into_iter().map(|word| value(f32::from(word))).collect(),
                    Self::F32(mut reals) => {
                        reals.iter_mut().for_each(|real| *real = value(*real));
                        reals
                    }
                })
            }
        }
    }
}

/// What all elements lie between.
#[derive(Clone, Debug)]
pub struct Extremes {
    kind: ValueKind,
    least: f32,
    most: f32,
    seen: usize,
    /// The first element that is no number, and where.
    wrong: Option<(usize, f32)>,
}

impl Extremes {
    /// Of nothing yet.
    pub fn new(kind: ValueKind) -> Self {
        Self { kind, least: f32::INFINITY, most: f32::NEG_INFINITY, seen: 0, wrong: None }
    }

    /// Takes note of more elements.
    pub fn add(&mut self, values: &Values) {
        let (count, least, most) = match values {
            Values::U8(bytes) => {
                (bytes.len(), bytes.iter().min().map(|v| f32::from(*v)), bytes.iter().max().map(|v| f32::from(*v)))
            }
            Values::U16(words) => {
                (words.len(), words.iter().min().map(|v| f32::from(*v)), words.iter().max().map(|v| f32::from(*v)))
            }
            Values::F32(reals) => {
                if self.wrong.is_none() {
                    let wrong = reals.iter().enumerate().find(|(_, value)| !value.is_finite());
                    self.wrong = wrong.map(|(index, value)| (self.seen + index, *value));
                }
                (reals.len(), reals.iter().copied().reduce(f32::min), reals.iter().copied().reduce(f32::max))
            }
        };
        self.seen += count;
        self.least = self.least.min(least.unwrap_or(f32::INFINITY));
        self.most = self.most.max(most.unwrap_or(f32::NEG_INFINITY));
    }

    /// What the elements mean: what was asked for, or else the first of [0, 1], [−1, 1], [0, 255] and [0, 65535] that holds
    /// all of them. What is beyond by rounding only is brought into it.
    ///
    /// # Errors
    /// What was found in place of such values.
    pub fn meaning(&self, asked: Option<ValueRange>) -> Result<Meaning, Message> {
        if let Some((index, value)) = self.wrong {
            return Err(message!("{value} at element {index}", value, index));
        }
        match (self.kind, asked) {
            (ValueKind::U8 | ValueKind::U16, None) if self.most <= 1.0 => Ok(Meaning::Bits),
            (ValueKind::U8, None) => Ok(Meaning::AsIs),
            (ValueKind::U16, None) => Ok(if self.most <= 255.0 { Meaning::Byte } else { Meaning::AsIs }),
            (ValueKind::U8, Some(ValueRange::Byte)) | (ValueKind::U16, Some(ValueRange::Word)) => Ok(Meaning::AsIs),
            (ValueKind::U8 | ValueKind::U16, Some(ValueRange::Unit)) => Ok(Meaning::Bits),
            (ValueKind::U16, Some(ValueRange::Byte)) => Ok(Meaning::Byte),
            (ValueKind::F32, None) => {
                let holds = |range: &&ValueRange| {
                    let (low, high) = range.ends();
                    self.least >= low - SLACK && self.most <= high + SLACK
                };
                match ValueRange::ALL.iter().find(holds) {
                    Some(range) => Ok(between(*range)),
                    None => Err(message!("values from {least} to {most}", least = self.least, most = self.most)),
                }
            }
            (_, Some(range)) => Ok(between(range)),
        }
    }
}

fn between(range: ValueRange) -> Meaning {
    let (low, high) = range.ends();
    Meaning::Between(low, high)
}

/// Labels: a class from 0 to 255 an example.
///
/// # Errors
/// What was found in place of such classes.
pub fn labels(header: &Header, bytes: &[u8]) -> Result<Vec<u8>, Message> {
    if matches!(header.element, ElementType::Float(_)) {
        return Err(message!("floating-point numbers"));
    }
    let class = |(index, value): (usize, f32)| match value {
        0.0..=255.0 => Ok(value as u8),
        _ => Err(message!("{value} for image {index}", value, index)),
    };
    let mut values = Vec::new();
    add_reals(header, bytes, &mut values);
    values.into_iter().enumerate().map(class).collect()
}

/// Adds elements of any type as real numbers; what is too large for one becomes infinite.
pub fn add_reals(header: &Header, bytes: &[u8], out: &mut Vec<f32>) {
    match header.element {
        ElementType::Bool => out.extend(bytes.iter().map(|byte| f32::from(u8::from(*byte != 0)))),
        ElementType::Unsigned(1) => out.extend(bytes.iter().map(|byte| f32::from(*byte))),
        ElementType::Unsigned(2) => out.extend(whole(header, bytes, |bytes| f32::from(u16::from_le_bytes(bytes)))),
        ElementType::Unsigned(4) => out.extend(whole(header, bytes, |bytes| u32::from_le_bytes(bytes) as f32)),
        ElementType::Unsigned(_) => out.extend(whole(header, bytes, |bytes| u64::from_le_bytes(bytes) as f32)),
        ElementType::Signed(1) => out.extend(whole(header, bytes, |bytes| f32::from(i8::from_le_bytes(bytes)))),
        ElementType::Signed(2) => out.extend(whole(header, bytes, |bytes| f32::from(i16::from_le_bytes(bytes)))),
        ElementType::Signed(4) => out.extend(whole(header, bytes, |bytes| i32::from_le_bytes(bytes) as f32)),
        ElementType::Signed(_) => out.extend(whole(header, bytes, |bytes| i64::from_le_bytes(bytes) as f32)),
        ElementType::Float(2) => out.extend(whole(header, bytes, |bytes| f16::from_le_bytes(bytes).to_f32())),
        ElementType::Float(4) => out.extend(whole(header, bytes, f32::from_le_bytes)),
        ElementType::Float(_) => out.extend(whole(header, bytes, |bytes| f64::from_le_bytes(bytes) as f32)),
        // No numbers.
        ElementType::Text { .. } => {}
    }
}

/// Elements of `N` bytes each, brought into little-endian order first.
fn whole<const N: usize, T>(header: &Header, bytes: &[u8], value: impl Fn([u8; N]) -> T) -> impl Iterator<Item = T> {
    let (elements, _) = bytes.as_chunks::<N>();
    let is_reversed = header.big_endian;
    let ordered = move |mut element: [u8; N]| {
        if is_reversed {
            element.reverse();
        }
        value(element)
    };
    elements.iter().map(move |element| ordered(*element))
}

fn planes<T: Copy>(values: &mut [T], channels: usize, size: usize) {
    let mut pixels = Vec::with_capacity(size);
    for image in values.chunks_exact_mut(size.max(1)) {
        pixels.clear();
        pixels.extend((0..channels).flat_map(|channel| image.iter().skip(channel).step_by(channels.max(1))));
        image.copy_from_slice(&pixels);
    }
}
