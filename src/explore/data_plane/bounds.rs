//! Which part of the data's plane is shown.

/// Beyond the data on each side, as a share of its range.
const MARGIN: f32 = 0.12;

/// A square of the data's plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DataBounds {
    /// The lower left corner.
    pub low: [f32; 2],
    /// The upper right corner.
    pub high: [f32; 2],
}

impl DataBounds {
    /// What shows all values of a range, with a margin; the same along both axes.
    pub fn of_range([low, high]: [f32; 2]) -> Self {
        let span = if high > low { high - low } else { 1.0 };
        Self { low: [low - MARGIN * span; 2], high: [high + MARGIN * span; 2] }
    }

    /// Its side.
    pub fn side(&self) -> f32 {
        self.high[0] - self.low[0]
    }

    /// Whether a point lies in it.
    pub fn contains(&self, point: [f32; 2]) -> bool {
        (0..2).all(|axis| (self.low[axis]..=self.high[axis]).contains(&point[axis]))
    }
}
