//! The values of a `.npy` file: decoded, their range found, brought to what rows in memory are made of.

use super::header::{ElementType, Header};
use crate::message::{Message, message};

/// How far a floating-point value may be beyond a range, as arithmetic leaves it.
const SLACK: f32 = 1e-3;

/// All values of a file, in the smallest type that holds them as they are.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// 0 is 0 and 255 is 1.
    U8(Vec<u8>),
    /// 0 is 0 and 65535 is 1.
    U16(Vec<u16>),
    /// In [0, 1].
    F32(Vec<f32>),
}

impl Values {
    /// None yet, and room for `count` elements of a file of this header.
    pub fn with_room(header: &Header, count: usize) -> Self {
        match header.element {
            ElementType::Bool | ElementType::Unsigned(1) => Self::U8(Vec::with_capacity(count)),
            ElementType::Unsigned(2) => Self::U16(Vec::with_capacity(count)),
            _ => Self::F32(Vec::with_capacity(count)),
        }
    }

    /// Bytes that an element of a file of this header takes here.
    pub fn element_bytes(header: &Header) -> u64 {
        header.element.size().min(4)
    }

    /// Decodes `bytes`, which are whole elements, behind those that came before.
    pub fn add(&mut self, header: &Header, bytes: &[u8]) {
        match self {
            Self::U8(values) if header.element == ElementType::Bool => {
                values.extend(bytes.iter().map(|byte| if *byte == 0 { 0 } else { 255 }));
            }
            Self::U8(values) => values.extend_from_slice(bytes),
            Self::U16(values) => values.extend(whole(header, bytes, u16::from_le_bytes)),
            Self::F32(values) => add_reals(header, bytes, values),
        }
    }

    /// Finds the range that all values are in: [0, 1], [−1, 1], [0, 255] or [0, 65535], the first of these that holds them.
    /// What is beyond the range by rounding only is brought into it.
    ///
    /// # Errors
    /// What was found in place of such values.
    pub fn in_range(self) -> Result<Self, Message> {
        match self {
            Self::U8(bytes) => Ok(Self::U8(from_bits(bytes))),
            Self::U16(words) => Ok(match words.iter().copied().max() {
                Some(256..) => Self::U16(words),
                // At most 255: a byte holds it.
                _ => Self::U8(from_bits(words.into_iter().map(|word| word as u8).collect())),
            }),
            Self::F32(reals) => in_range(reals).map(Self::F32),
        }
    }
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

/// Masks of 0 and 1 as black and white; other bytes as they are.
fn from_bits(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.iter().all(|byte| *byte <= 1) {
        bytes.iter_mut().for_each(|byte| *byte *= 255);
    }
    bytes
}

/// Adds elements of any type as real numbers; what is too large for one becomes infinite.
fn add_reals(header: &Header, bytes: &[u8], out: &mut Vec<f32>) {
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
        ElementType::Float(4) => out.extend(whole(header, bytes, f32::from_le_bytes)),
        ElementType::Float(_) => out.extend(whole(header, bytes, |bytes| f64::from_le_bytes(bytes) as f32)),
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

/// Brings values in one of the ranges that images come in to [0, 1].
fn in_range(mut values: Vec<f32>) -> Result<Vec<f32>, Message> {
    let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
    for (index, value) in values.iter().enumerate() {
        if !value.is_finite() {
            return Err(message!("{value} at element {index}", value, index));
        }
        (least, most) = (least.min(*value), most.max(*value));
    }
    let holds = |low: f32, high: f32, slack: f32| least >= low - slack && most <= high + slack;
    let (low, high) = if holds(0.0, 1.0, SLACK) {
        (0.0, 1.0)
    } else if holds(-1.0, 1.0, SLACK) {
        (-1.0, 1.0)
    } else if holds(0.0, 255.0, SLACK) {
        (0.0, 255.0)
    } else if holds(0.0, 65535.0, SLACK) {
        (0.0, 65535.0)
    } else {
        return Err(message!("values from {least} to {most}", least, most));
    };
    for value in &mut values {
        *value = ((*value - low) / (high - low)).clamp(0.0, 1.0);
    }
    Ok(values)
}
