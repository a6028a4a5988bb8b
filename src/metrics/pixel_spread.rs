//! How different samples are from each other, pixel by pixel.

/// Mean and spread of each pixel over samples, one at a time (Welford 1962).
pub struct PixelSpread {
    count: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl PixelSpread {
    /// Of images of so many values, none yet.
    pub fn new(pixels: usize) -> Self {
        Self { count: 0.0, mean: vec![0.0; pixels], squares: vec![0.0; pixels] }
    }

    /// One more, `[pixels]`.
    pub fn add(&mut self, sample: &[f32]) {
        self.count += 1.0;
        for ((value, mean), squares) in sample.iter().zip(&mut self.mean).zip(&mut self.squares) {
            let off = f64::from(*value) - *mean;
            *mean += off / self.count;
            *squares += off * (f64::from(*value) - *mean);
        }
    }

    /// The standard deviation of each pixel, averaged over pixels: near 0 where all samples are alike.
    pub fn deviation(&self) -> f64 {
        let sum: f64 = self.squares.iter().map(|squares| (squares / self.count.max(1.0)).sqrt()).sum();
        sum / self.squares.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_of_pixels_is_that_of_the_definition() {
        let mut spread = PixelSpread::new(2);
        [[0.0, 1.0], [1.0, 1.0], [0.0, 1.0], [1.0, 1.0]].iter().for_each(|sample| spread.add(sample));
        assert_eq!(spread.deviation(), 0.25, "0.5 of the first, 0 of the second");
    }
}
