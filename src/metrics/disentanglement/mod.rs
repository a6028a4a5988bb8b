//! How far single latent dimensions stand for single known factors of the data: figures of codes (posterior means) and factors.
//! Each is a file, with the paper that defines it.

mod code_table;
mod dci;
mod factor;
mod factor_vae;
mod lasso;
mod mutual_information_gap;
mod separated_attribute;

pub use code_table::CodeTable;
pub use dci::{Dci, dci, dci_of_importance};
pub use factor::Factor;
pub use factor_vae::{FactorVotes, factor_vae_score};
pub use lasso::{LASSO_PENALTY, lasso};
pub use mutual_information_gap::mutual_information_gap;
pub use separated_attribute::separated_attribute_predictability;

/// The mean over factors of how far the best dimension is before the second, of scores `[factors][latent]`; `None` where there are
/// no factors or fewer than two dimensions.
fn mean_gap(scores: &[Vec<f64>]) -> Option<f64> {
    let gap = |scores: &Vec<f64>| {
        let mut sorted = scores.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        match sorted[..] {
            [best, second, ..] => Some(best - second),
            _ => None,
        }
    };
    let gaps: Vec<f64> = scores.iter().map(gap).collect::<Option<_>>()?;
    (!gaps.is_empty()).then(|| gaps.iter().sum::<f64>() / gaps.len() as f64)
}
