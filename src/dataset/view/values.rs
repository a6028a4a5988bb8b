//! How values are changed before anybody sees them.

/// White for black, or black and white alone; first the one, then the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ValueMap {
    pub invert: bool,
    /// White from so many per cent of grey on.
    pub binarize: Option<u8>,
}

impl ValueMap {
    pub fn is_identity(self) -> bool {
        !self.invert && self.binarize.is_none()
    }

    /// Changes a value in [0, 1].
    pub fn value(self, value: f32) -> f32 {
        let value = if self.invert { 1.0 - value } else { value };
        match self.binarize {
            Some(percent) if value * 100.0 >= f32::from(percent) => 1.0,
            Some(_) => 0.0,
            None => value,
        }
    }

    /// What becomes of each byte.
    pub fn table(self) -> [u8; 256] {
        std::array::from_fn(|byte| (self.value(byte as f32 / 255.0) * 255.0).round() as u8)
    }
}
