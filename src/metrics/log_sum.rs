//! Sums of exponentials of very different numbers.

/// ln Σ eˣ of numbers that come one by one: double precision, relative to the largest so far, so nothing overflows
/// and only what cannot be seen beside the largest is lost. A number that is −∞ adds nothing; one that is no number
/// makes the sum none.
#[derive(Clone, Copy, Debug)]
pub struct LogSum {
    largest: f64,
    sum: f64,
    squares: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self { largest: f64::NEG_INFINITY, sum: 0.0, squares: 0.0 }
    }
}

impl LogSum {
    /// Adds eˣ.
    pub fn add(&mut self, x: f64) {
        if x > self.largest {
            let scale = (self.largest - x).exp();
            self.sum = self.sum * scale + 1.0;
            self.squares = self.squares * scale * scale + 1.0;
            self.largest = x;
        } else if x != f64::NEG_INFINITY {
            let term = (x - self.largest).exp();
            self.sum += term;
            self.squares += term * term;
        }
    }

    /// The largest number so far; −∞ before the first.
    pub fn largest(&self) -> f64 {
        self.largest
    }

    /// ln Σ eˣ; −∞ of nothing.
    pub fn value(&self) -> f64 {
        self.largest + self.sum.ln()
    }

    /// How many equal terms would spread as these: (Σ eˣ)² / Σ e²ˣ, from 1 to the number of terms (Kong 1992).
    pub fn effective_terms(&self) -> f64 {
        self.sum * self.sum / self.squares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[f64]) -> LogSum {
        let mut sum = LogSum::default();
        numbers.iter().for_each(|x| sum.add(*x));
        sum
    }

    #[test]
    fn neither_size_nor_order_matters() {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9 * b.abs().max(1.0);
        assert!(near(of(&[0.0, 1.0, 2.0]).value(), (1f64.exp() + 2f64.exp() + 1.0).ln()));
        for shift in [-1e5, 0.0, 1e5] {
            let numbers = [shift, shift - 3.0, shift + 2.0];
            let [a, b, c] = numbers;
            assert!(near(of(&numbers).value() - shift, (1.0 + (-3f64).exp() + 2f64.exp()).ln()));
            assert!(near(of(&[c, b, a]).value(), of(&numbers).value()));
        }
        assert!(near(of(&[-700.0; 4]).effective_terms(), 4.0));
        assert!(near(of(&[0.0, -800.0, -900.0]).effective_terms(), 1.0));
    }

    #[test]
    fn what_is_no_number_is_not_hidden() {
        assert_eq!(of(&[]).value(), f64::NEG_INFINITY);
        assert_eq!(of(&[f64::NEG_INFINITY, 1.0]).value(), 1.0);
        assert_eq!(of(&[1.0, f64::NEG_INFINITY]).value(), 1.0);
        assert!(of(&[1.0, f64::NAN]).value().is_nan());
        assert!(of(&[f64::NAN, 1.0, 2.0]).value().is_nan());
    }
}
