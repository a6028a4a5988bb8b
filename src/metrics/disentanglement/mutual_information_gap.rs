//! MIG, the mutual information gap (Chen et al. 2018), with codes in 20 bins as in disentanglement_lib (Locatello et al. 2019).

use super::code_table::CodeTable;
use super::factor::{Factor, binned};
use super::mean_gap;

const BINS: usize = 20;

/// The mean over factors of the gap between the two dimensions that have the most mutual information with it, over the factor's
/// entropy: 0 to 1. Of these examples, of which some may come more than once; `None` where there are no factors or fewer than two
/// dimensions.
pub fn mutual_information_gap(codes: &CodeTable, factors: &[Factor], examples: &[usize]) -> Option<f64> {
    let codes: Vec<Vec<usize>> = codes.of(examples).map(|values| binned(&values, BINS)).collect();
    let scores = factors.iter().map(|factor| {
        let levels = factor.of(examples);
        let entropy = mutual_information(&levels, &levels);
        let share = |codes: &Vec<usize>| if entropy > 0.0 { mutual_information(codes, &levels) / entropy } else { 0.0 };
        codes.iter().map(share).collect()
    });
    mean_gap(&scores.collect::<Vec<Vec<f64>>>())
}

/// Σ p(a, b) ln(p(a, b) / (p(a) p(b))) of counts, in nats.
fn mutual_information(left: &[usize], right: &[usize]) -> f64 {
    let size = |levels: &[usize]| levels.iter().max().map_or(0, |most| most + 1);
    let (width, count) = (size(right), left.len() as f64);
    let mut both = vec![0.0f64; size(left) * width];
    let (mut of_left, mut of_right) = (vec![0.0f64; size(left)], vec![0.0f64; width]);
    for (a, b) in left.iter().zip(right) {
        let cells = [both.get_mut(a * width + b), of_left.get_mut(*a), of_right.get_mut(*b)];
        cells.into_iter().flatten().for_each(|cell| *cell += 1.0 / count);
    }
    let rows = both.chunks_exact(width.max(1)).zip(&of_left);
    let terms = rows.flat_map(|(row, a)| row.iter().zip(&of_right).map(move |(both, b)| (both, a * b)));
    terms.filter(|(both, _)| **both > 0.0).map(|(both, independent)| both * (both / independent).ln()).sum()
}
