//! What stored elements are, and what they mean as values of an example.

use serde::{Deserialize, Serialize};

/// The type of a stored element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Bytes.
    U8,
    /// 16 bits.
    U16,
    /// Real numbers of 32 bits.
    F32,
}

impl ValueKind {
    /// Bytes that one takes.
    pub const fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 => 2,
            Self::F32 => 4,
        }
    }

    /// The element that begins `bytes`, least significant byte first, as a number; 0 where there are too few.
    fn number(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::U8, [byte, ..]) => f32::from(*byte),
            (Self::U16, [low, high, ..]) => f32::from(u16::from_le_bytes([*low, *high])),
            (Self::F32, [a, b, c, d, ..]) => f32::from_le_bytes([*a, *b, *c, *d]),
            _ => 0.0,
        }
    }
}

/// What elements mean: how each becomes a value in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// 0 is 0 and the largest that the type holds is 1; of real numbers the value itself.
    AsIs,
    /// 0 is 0 and 255 is 1, whatever the type.
    Byte,
    /// 0 is 0 and all else is 1, whatever the type.
    Bits,
    /// These are 0 and 1.
    Between(f32, f32),
}

impl Meaning {
    /// The numbers of that type that are 0 and 1.
    pub const fn ends(self, kind: ValueKind) -> [f32; 2] {
        match (self, kind) {
            (Self::Bits, _) | (Self::AsIs, ValueKind::F32) => [0.0, 1.0],
            (Self::Byte, _) | (Self::AsIs, ValueKind::U8) => [0.0, 255.0],
            (Self::AsIs, ValueKind::U16) => [0.0, 65535.0],
            (Self::Between(low, high), _) => [low, high],
        }
    }

    /// A number of that type as a value in [0, 1].
    pub fn value(self, kind: ValueKind, number: f32) -> f32 {
        if (self, kind) == (Self::AsIs, ValueKind::F32) {
            return number;
        }
        let [low, high] = self.ends(kind);
        ((number - low) / (high - low)).clamp(0.0, 1.0)
    }

    /// Elements as they are stored, as values; as many as both hold.
    pub fn values(self, kind: ValueKind, bytes: &[u8], out: &mut [f32]) {
        for (value, bytes) in out.iter_mut().zip(bytes.chunks_exact(kind.size())) {
            *value = self.value(kind, kind.number(bytes));
        }
    }
}
