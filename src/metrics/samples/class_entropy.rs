//! Which classes a set of images is of, and how evenly.

/// The share of each of `count` classes among examples; those without a class are in none.
pub fn shares(classes: impl Iterator<Item = Option<usize>>, count: usize) -> Vec<f64> {
    let (mut counts, mut total) = (vec![0.0f64; count], 0.0);
    for class in classes {
        total += 1.0;
        if let Some(count) = class.and_then(|class| counts.get_mut(class)) {
            *count += 1.0;
        }
    }
    counts.into_iter().map(|count| count / f64::max(total, 1.0)).collect()
}

/// −Σ p·ln p of class shares, in nats: 0 where all are of one class, ln(classes) where all classes are as frequent.
pub fn class_entropy(shares: &[f64]) -> f64 {
    shares.iter().filter(|share| **share > 0.0).map(|share| -share * share.ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_shares_have_the_entropy_of_their_number() {
        let even = shares([0, 1, 2, 3].into_iter().map(Some), 4);
        assert_eq!(even, [0.25; 4]);
        assert!((class_entropy(&even) - 4f64.ln()).abs() < 1e-12);
        assert_eq!(class_entropy(&shares([Some(1), None].into_iter(), 2)), 0.5 * 2f64.ln());
        assert_eq!(class_entropy(&shares([Some(1)].into_iter(), 2)), 0.0);
    }
}
