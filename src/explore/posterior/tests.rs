//! What is found on planes, against closed forms and sums in double precision.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::dataset::ImageShape;
use crate::explore::plane::Plane;
use crate::explore::tiles::Lattice;
use crate::metrics::{Fineness, PlaneNormal, VaeDensity, grid};
use crate::random::{Purpose, normal_rows};
use crate::snapshot::{Activation, Likelihood, Network, Operation, Snapshot};

const PIXELS: usize = 6;
const SIGMA: f32 = 0.5;

fn draws(number: u64, count: usize) -> Vec<f32> {
    normal_rows(number, Purpose::Weights, 0, 1, count)
}

fn snapshot(latent: usize, likelihood: Likelihood, encoder: Option<Network>, decoder: Vec<Operation>) -> Snapshot {
    Snapshot {
        step: 5,
        image: ImageShape::grey(2, 3),
        latent,
        likelihood: Some(likelihood),
        decoder: Network::new(latent, decoder).unwrap(),
        encoder,
        critic: None,
        prior: Default::default(),
    }
}

/// x = Wz + b + σε with W `[PIXELS, latent]`, and an encoder that is off.
fn linear_gaussian(latent: usize) -> Snapshot {
    let (weight, bias) = (draws(1, PIXELS * latent), draws(2, PIXELS));
    let encoder: Vec<f32> = draws(3, 2 * latent * PIXELS).iter().map(|w| 0.2 * w).collect();
    let encoder = Operation::linear("encoder", 0, (encoder, vec![-2.0; 2 * latent]), Activation::Identity);
    let decoder = Operation::linear("decoder", 0, (weight, bias), Activation::Identity);
    let encoder = Some(Network::new(PIXELS, vec![encoder]).unwrap());
    snapshot(latent, Likelihood::Gaussian { sigma: SIGMA }, encoder, vec![decoder])
}

/// Posterior and evidence on a plane in closed form: positions are counted as on the plane.
struct ClosedForm {
    posterior: PlaneNormal,
    log_p: f64,
}

fn closed_form(snapshot: &Snapshot, plane: &Plane, image: &[f32]) -> ClosedForm {
    let operation = &snapshot.decoder.operations()[0];
    let latent = snapshot.latent;
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    // The prior on the plane lies about the place that is nearest to 0.
    let middle = [&plane.u, &plane.v].map(|direction| -dot(&plane.origin, direction));
    let from: Vec<f64> = (0..latent)
        .map(|i| f64::from(plane.origin[i]) + middle[0] * f64::from(plane.u[i]) + middle[1] * f64::from(plane.v[i]))
        .collect();
    let rows: Vec<[f64; 2]> =
        operation.weight.chunks(latent).map(|row| [dot(row, &plane.u), dot(row, &plane.v)]).collect();
    let rest: Vec<f64> = (operation.weight.chunks(latent).zip(operation.bias.iter()).zip(image))
        .map(|((row, bias), x)| {
            f64::from(*x) - f64::from(*bias) - row.iter().zip(&from).map(|(w, z)| f64::from(*w) * z).sum::<f64>()
        })
        .collect();
    let precision = 1.0 / f64::from(SIGMA * SIGMA);
    let sum = |of: &dyn Fn(&[f64; 2], f64) -> f64| rows.iter().zip(&rest).map(|(w, r)| of(w, *r)).sum::<f64>();
    let a = 1.0 + precision * sum(&|w, _| w[0] * w[0]);
    let b = precision * sum(&|w, _| w[0] * w[1]);
    let c = 1.0 + precision * sum(&|w, _| w[1] * w[1]);
    let up = [precision * sum(&|w, r| w[0] * r), precision * sum(&|w, r| w[1] * r)];
    let det = a * c - b * b;
    let mean = [(c * up[0] - b * up[1]) / det, (a * up[1] - b * up[0]) / det];
    let n = PIXELS as f64;
    let log_p = -0.5 * (n * (std::f64::consts::TAU / precision).ln() + det.ln() + precision * sum(&|_, r| r * r))
        + 0.5 * (up[0] * mean[0] + up[1] * mean[1]);
    let mean = [mean[0] + middle[0], mean[1] + middle[1]];
    ClosedForm { posterior: PlaneNormal { mean, covariance: [c / det, -b / det, a / det] }, log_p }
}

/// KL(q ‖ p) of two normals.
fn kl(q: &PlaneNormal, p: &PlaneNormal) -> f64 {
    let det = |[xx, xy, yy]: [f64; 3]| xx * yy - xy * xy;
    let (qd, pd, [pxx, pxy, pyy], [qxx, qxy, qyy]) = (det(q.covariance), det(p.covariance), p.covariance, q.covariance);
    let [x, y] = [p.mean[0] - q.mean[0], p.mean[1] - q.mean[1]];
    let trace = (pyy * qxx - 2.0 * pxy * qxy + pxx * qyy) / pd;
    let distance = (pyy * x * x - 2.0 * pxy * x * y + pxx * y * y) / pd;
    0.5 * (trace + distance - 2.0 + (pd / qd).ln())
}

fn density_of(normal: &PlaneNormal, [x, y]: [f32; 2]) -> f64 {
    let ([xx, xy, yy], [x, y]) = (normal.covariance, [f64::from(x) - normal.mean[0], f64::from(y) - normal.mean[1]]);
    let det = xx * yy - xy * xy;
    (-0.5 * (yy * x * x - 2.0 * xy * x * y + xx * y * y) / det).exp() / (std::f64::consts::TAU * det.sqrt())
}

/// A plane of two dimensions, and slanting ones off 0 of more.
fn planes() -> Vec<Plane> {
    let slanting = |latent: usize| Plane { origin: draws(7, latent), ..Plane::random(latent, 3) };
    vec![Plane::of_two(), Plane { origin: vec![0.4, -0.3], ..Plane::of_two() }, slanting(3), slanting(5)]
}

/// Fine cells over all that the prior reaches.
fn fine(middle: [f32; 2]) -> Lattice {
    let cell = 0.1;
    let [column, row] = middle.map(|x| (x / cell) as i64 - 64);
    Lattice { cell, column, row, columns: 128, rows: 128 }
}

#[test]
fn a_linear_gaussian_model_agrees_with_its_closed_form_on_every_plane() {
    for plane in planes() {
        let snapshot = linear_gaussian(plane.latent());
        let mut table = EvidenceTable::new(&snapshot, &plane).unwrap();
        let slice = table.slice().clone();
        let heat = PosteriorTable::decode(slice.clone(), fine(slice.middle), &mut || true).unwrap();
        for image in draws(11, 8 * PIXELS).chunks(PIXELS) {
            let truth = closed_form(&snapshot, &plane, image);
            let found = table.of_image(image, &mut || true).unwrap();
            assert_eq!(found.is_part, plane.latent() > 2);
            assert!((found.evidence.log_p - truth.log_p).abs() < 1e-3, "{found:?} of {}", truth.log_p);
            let gap = kl(&found.posterior, &truth.posterior);
            assert!((found.evidence.gap() - gap).abs() < 1e-3, "{found:?} of {gap}");

            let posterior = heat.posterior(image).unwrap();
            let sum: f64 = posterior.mass.iter().map(|mass| f64::from(*mass)).sum();
            assert!((sum - 1.0).abs() < 1e-3, "{sum}");
            assert!((posterior.log_sum - truth.log_p).abs() < 1e-3, "{} of {}", posterior.log_sum, truth.log_p);
            for position in posterior.lattice.middles().into_iter().step_by(37) {
                let (one, expected) = (posterior.density_at(position).unwrap(), density_of(&truth.posterior, position));
                assert!((f64::from(one) - expected).abs() < 1e-3 * expected.max(1.0), "{one} of {expected}");
            }
            assert_eq!(posterior.density_at([1e3, 0.0]), None);
        }
    }
}

/// A decoder that bends, and an encoder that knows little.
fn bent(likelihood: Likelihood) -> Snapshot {
    let last = if likelihood == Likelihood::Bernoulli { Activation::Sigmoid } else { Activation::Identity };
    let decoder = vec![
        Operation::linear(
            "first",
            0,
            (draws(21, 2 * 8).iter().map(|w| 2.0 * w).collect::<Vec<_>>(), draws(22, 8)),
            Activation::Sigmoid,
        ),
        Operation::linear("second", 1, (draws(23, 8 * PIXELS), draws(24, PIXELS)), last),
    ];
    let encoder: Vec<f32> = draws(25, 4 * PIXELS).iter().map(|w| 0.3 * w).collect();
    let encoder = Operation::linear("encoder", 0, (encoder, vec![0.1, -0.2, -1.0, -0.5]), Activation::Identity);
    snapshot(2, likelihood, Some(Network::new(PIXELS, vec![encoder]).unwrap()), decoder)
}

#[test]
fn the_gap_is_the_divergence_of_q_from_the_posterior_and_never_below_nothing() {
    let images: Vec<f32> = draws(31, 30 * PIXELS).iter().map(|x| f32::from(u8::from(*x > 0.0))).collect();
    for likelihood in [Likelihood::Bernoulli, Likelihood::Gaussian { sigma: 0.6 }] {
        let snapshot = bent(likelihood);
        let mut table = EvidenceTable::new(&snapshot, &Plane::of_two()).unwrap();
        let heat = PosteriorTable::decode(table.slice().clone(), fine([0.0; 2]), &mut || true).unwrap();
        let all = table.of_images(&images, &|_| true).unwrap();
        let integrated = grid(&VaeDensity::new(&snapshot).unwrap(), &images, Fineness::default(), &|_| true).unwrap();
        for ((image, of_all), integrated) in images.chunks(PIXELS).zip(&all).zip(&integrated) {
            let found = table.of_image(image, &mut || true).unwrap();
            assert!((found.evidence.log_p - integrated.log_p).abs() < 0.01, "{found:?} of {integrated:?}");
            assert!((found.evidence.gap() - of_all.evidence.gap()).abs() < 0.01, "{found:?} of {of_all:?}");
            assert!(found.evidence.gap() > -0.01, "{found:?}");
            // The same as a sum over the cells that the heat is of.
            let posterior = heat.posterior(image).unwrap();
            let area = f64::from(posterior.lattice.cell).powi(2);
            let direct: f64 = (posterior.lattice.middles().iter().zip(&posterior.mass))
                .map(|(position, mass)| {
                    let q = area * density_of(&found.posterior, *position);
                    if q > 1e-12 { q * (q / f64::from(mass.max(f32::MIN_POSITIVE))).ln() } else { 0.0 }
                })
                .sum();
            assert!((found.evidence.gap() - direct).abs() < 0.05, "{found:?} of {direct}");
        }
    }
}

#[test]
fn what_nobody_looks_at_any_more_is_abandoned() {
    let snapshot = bent(Likelihood::Bernoulli);
    let mut table = EvidenceTable::new(&snapshot, &Plane::of_two()).unwrap();
    assert!(table.of_image(&[1.0; PIXELS], &mut || false).is_err());
    assert!(table.of_image(&[1.0; PIXELS - 1], &mut || true).is_err());
    let mut asked = 0;
    let mut current = || {
        asked += 1;
        asked < 3
    };
    assert!(PosteriorTable::decode(table.slice().clone(), fine([0.0; 2]), &mut current).is_none());
    assert_eq!(asked, 3);
    assert!(EvidenceTable::new(&snapshot, &Plane::random(3, 1)).is_err());
}
