//! Lasso: linear regression with an L1 penalty, by coordinate descent on the Gram matrix (Friedman, Hastie and Tibshirani 2010).

/// α of the regressions whose weights say how important a dimension is, as Eastwood and Williams have it.
pub const LASSO_PENALTY: f64 = 0.02;
/// Rounds over all weights, at most.
const ROUNDS: usize = 10_000;
/// It has converged where no weight of standardised values changes by more.
const TOLERANCE: f64 = 1e-9;

/// The weights w that minimise ‖y − Xw‖²/(2n) + α‖w‖₁, given XᵀX/n (`[width, width]`) and Xᵀy/n (`[width]`). A column that is 0
/// has weight 0.
pub fn lasso(gram: &[f64], products: &[f64], penalty: f64) -> Vec<f64> {
    let width = products.len();
    let mut weights = vec![0.0; width];
    // Xᵀ(y − Xw)/n, kept up to date as weights change.
    let mut left = products.to_vec();
    for _ in 0..ROUNDS {
        let mut most = 0.0f64;
        for (place, row) in gram.chunks_exact(width.max(1)).enumerate() {
            let (Some(weight), Some(own), Some(residual)) = (weights.get_mut(place), row.get(place), left.get(place))
            else {
                continue;
            };
            if *own <= 0.0 {
                continue;
            }
            let target = residual + own * *weight;
            let new = target.signum() * (target.abs() - penalty).max(0.0) / own;
            let change = new - *weight;
            if change != 0.0 {
                *weight = new;
                left.iter_mut().zip(row).for_each(|(left, gram)| *left -= change * gram);
                most = most.max(change.abs());
            }
        }
        if most <= TOLERANCE {
            break;
        }
    }
    weights
}
