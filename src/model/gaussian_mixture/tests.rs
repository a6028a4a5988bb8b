#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::em::{BLOCK, GaussianMixture};
use crate::model::exact::blocks::in_pools;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

fn stream(step: u64, sample: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(1000 * step + sample + 5)
}

/// Codes `[count, dims]` in three groups, of which every second is in the first.
fn codes(count: usize, dims: usize) -> Vec<f32> {
    let mut generator = ChaCha8Rng::seed_from_u64(7);
    let mut codes = Vec::new();
    for row in 0..count {
        let group = [0, 1, 0, 2][row % 4] as f32;
        let mut before: f32 = 0.0;
        for at in 0..dims {
            let z: f32 = StandardNormal.sample(&mut generator);
            before = 0.5 * before + z;
            codes.push(before + if at % 2 == 0 { 6.0 * group } else { -4.0 * group });
        }
    }
    codes
}

#[test]
fn no_pass_lowers_log_p() {
    for (dims, components) in [(1, 3), (2, 5), (7, 4)] {
        let codes = codes(900, dims);
        let mut model = GaussianMixture::new(&codes, dims, components, &stream);
        let passes: Vec<f64> = (0..60).map(|_| model.step(&codes, &|| true).unwrap().log_p).collect();
        assert!(passes.windows(2).all(|pair| pair[1] >= pair[0] - 1e-6), "{passes:?}");
        assert!(passes[59] > passes[0] + 0.3, "{passes:?}");
    }
}

/// log p(component, code) of each component, by the inverse of a 2×2 covariance.
fn joint(model: &GaussianMixture, code: &[f32]) -> Vec<f64> {
    let found = model.parameters();
    let parts = found.weights.iter().zip(found.means.chunks_exact(2)).zip(found.covariances.chunks_exact(4));
    let one = |((weight, mean), covariance): ((&f32, &[f32]), &[f32])| {
        let [x, y] = [0, 1].map(|at| f64::from(code[at]) - f64::from(mean[at]));
        let [a, b, _, d] = [0, 1, 2, 3].map(|at| f64::from(covariance[at]));
        let determinant = a * d - b * b;
        let distance = (d * x * x - 2.0 * b * x * y + a * y * y) / determinant;
        f64::from(*weight).ln() - 0.5 * (distance + determinant.ln()) - std::f64::consts::TAU.ln()
    };
    parts.map(one).collect()
}

#[test]
fn a_pass_is_the_one_of_the_book() {
    let codes = codes(50, 2);
    let mut model = GaussianMixture::new(&codes, 2, 3, &stream);
    model.step(&codes, &|| true).unwrap();
    let rows: Vec<&[f32]> = codes.chunks_exact(2).collect();
    let joints: Vec<Vec<f64>> = rows.iter().map(|row| joint(&model, row)).collect();
    let sums: Vec<f64> = joints.iter().map(|joint| joint.iter().map(|log| log.exp()).sum()).collect();
    let mean = sums.iter().map(|sum| sum.ln()).sum::<f64>() / 50.0;
    assert!((model.step(&codes, &|| true).unwrap().log_p - mean).abs() < 1e-6);
    let found = model.parameters();
    for at in 0..3 {
        let shares: Vec<f64> = joints.iter().zip(&sums).map(|(joint, sum)| joint[at].exp() / sum).collect();
        let n: f64 = shares.iter().sum();
        assert!((f64::from(found.weights[at]) - n / 50.0).abs() < 1e-5);
        let both = || rows.iter().zip(&shares);
        let centre = [0, 1].map(|dim| both().map(|(row, p)| p * f64::from(row[dim])).sum::<f64>() / n);
        for a in 0..2 {
            assert!((f64::from(found.means[at * 2 + a]) - centre[a]).abs() < 1e-4);
            for b in 0..2 {
                let term = |row: &[f32]| (f64::from(row[a]) - centre[a]) * (f64::from(row[b]) - centre[b]);
                let value = both().map(|(row, p)| p * term(row)).sum::<f64>() / n;
                assert!((f64::from(found.covariances[at * 4 + a * 2 + b]) - value).abs() < 1e-4);
            }
        }
    }
}

#[test]
fn groups_are_found() {
    let codes = codes(1200, 2);
    let mut model = GaussianMixture::new(&codes, 2, 3, &stream);
    (0..40).for_each(|_| assert!(model.step(&codes, &|| true).is_some()));
    let found = model.parameters();
    let mut weights = found.weights.clone();
    weights.sort_by(f32::total_cmp);
    assert!(weights.iter().zip([0.25, 0.25, 0.5]).all(|(a, b)| (a - b).abs() < 0.03), "{weights:?}");
    let first = found.weights.iter().position(|weight| *weight > 0.4).unwrap();
    let covariance = &found.covariances[first * 4..first * 4 + 4];
    assert!(covariance.iter().zip([1.0, 0.5, 0.5, 1.25]).all(|(a, b)| (a - b).abs() < 0.25), "{covariance:?}");
    assert!(found.means[first * 2..first * 2 + 2].iter().all(|x| x.abs() < 0.2));
}

#[test]
fn many_codes_have_the_figures_of_each() {
    let codes = codes(BLOCK + 30, 2);
    let mut model = GaussianMixture::new(&codes, 2, 4, &stream);
    (0..3).for_each(|_| assert!(model.step(&codes, &|| true).is_some()));
    let log_ps = model.log_ps(&codes, &|| true).unwrap();
    assert_eq!(log_ps.len(), BLOCK + 30);
    for (code, log_p) in codes.chunks_exact(2).zip(log_ps) {
        let sum: f64 = joint(&model, code).iter().map(|log| log.exp()).sum();
        assert!((sum.ln() - log_p).abs() < 1e-5);
    }
}

#[test]
fn equal_codes_are_held_by_the_floor() {
    let mut flat = codes(400, 3);
    flat.chunks_exact_mut(3).for_each(|code| code[2] = 1.0);
    flat[..300].fill(2.0);
    let mut model = GaussianMixture::new(&flat, 3, 4, &stream);
    let floor = f64::from(model.parameters().floor);
    let mut last = f64::NEG_INFINITY;
    for _ in 0..40 {
        let log_p = model.step(&flat, &|| true).unwrap().log_p;
        assert!(log_p.is_finite() && log_p >= last - 1e-5, "{log_p} {last}");
        last = log_p;
    }
    for covariance in model.parameters().covariances.chunks_exact(9) {
        assert!((0..3).all(|at| f64::from(covariance[at * 4]) >= floor * 0.999));
    }
    let mut same = GaussianMixture::new(&[1.5; 40], 4, 3, &stream);
    assert!((0..3).all(|_| same.step(&[1.5; 40], &|| true).unwrap().log_p.is_finite()));
    let mut nothing = GaussianMixture::new(&[], 4, 3, &stream);
    assert!(nothing.step(&[], &|| true).is_some());
}

#[test]
fn first_means_are_codes_and_far_from_each_other() {
    let codes = codes(800, 2);
    for seed in 0..10 {
        let model = GaussianMixture::new(&codes, 2, 3, &|a, b| stream(a + seed, b));
        let means = model.parameters().means;
        assert!(means.chunks_exact(2).all(|mean| codes.chunks_exact(2).any(|code| code == mean)));
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            assert!(means[a * 2..a * 2 + 2] != means[b * 2..b * 2 + 2]);
        }
    }
}

#[test]
fn a_saved_model_goes_on_to_the_bit() {
    let codes = codes(300, 3);
    let mut model = GaussianMixture::new(&codes, 3, 3, &stream);
    model.step(&codes, &|| true).unwrap();
    let mut again = GaussianMixture::restore(3, model.parameters()).unwrap();
    assert_eq!(model.step(&codes, &|| false), None);
    assert_eq!(model, again);
    assert_eq!(model.step(&codes, &|| true), again.step(&codes, &|| true));
    assert_eq!(model, again);
    assert_eq!(GaussianMixture::restore(4, model.parameters()), None);
}

#[test]
fn no_number_of_threads_changes_it() {
    let codes = codes(3 * BLOCK + 5, 3);
    let [one, two, four] = in_pools(|| {
        let mut model = GaussianMixture::new(&codes, 3, 4, &stream);
        let passes = [0; 3].map(|_| model.step(&codes, &|| true).unwrap());
        (model.log_ps(&codes, &|| true), passes, model)
    });
    assert!(one == two && one == four);
}
