#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::metric::square_distance;
use super::*;
use crate::dataset::{self, Progress, Source};
use crate::explore::encoded::Encoding;
use crate::random::{Purpose, normal_rows};
use crate::snapshot::{Activation, Operation};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

/// Two layers of random weights.
fn decoder(latent: usize, values: usize, seed: u64) -> Network {
    let draws = |step, rows, width: usize, by: f32| -> Vec<f32> {
        normal_rows(seed, Purpose::Weights, step, rows, width).into_iter().map(|x| by * x).collect()
    };
    let hidden = 12;
    let first = (draws(0, hidden, latent, 2.5), draws(1, 1, hidden, 0.5));
    let second = (draws(2, values, hidden, 0.5), vec![0.0; values]);
    let operations = vec![
        Operation::linear("first", 0, first, Activation::Sigmoid),
        Operation::linear("second", 1, second, Activation::Sigmoid),
    ];
    Network::new(latent, operations).unwrap()
}

/// What a space of two dimensions looks like to itself.
fn identity() -> Network {
    let operation = Operation::linear("same", 0, (vec![1.0, 0.0, 0.0, 1.0], vec![0.0; 2]), Activation::Identity);
    Network::new(2, vec![operation]).unwrap()
}

fn waypoints(latent: usize, count: usize, seed: u64) -> Vec<Vec<f32>> {
    normal_rows(seed, Purpose::Latent, 0, count, latent).chunks_exact(latent).map(<[f32]>::to_vec).collect()
}

fn curve(kind: PathKind, closed: bool, waypoints: &[Vec<f32>], decoder: &Network) -> LatentCurve {
    let plan = PathPlan { kind, closed, waypoints: waypoints.to_vec() };
    plan.curve(decoder, None, &mut || true).unwrap()
}

/// The data of a toy as codes of two dimensions, each with a small deviation, and its classes.
fn codes(name: &str, count: usize, deviation: f32) -> (Encoding, Vec<Vec<f32>>) {
    let data = dataset::load(&Source::parse(name), &Progress::default()).unwrap();
    let mut mean = vec![0.0; 2 * count];
    for (index, row) in mean.chunks_exact_mut(2).enumerate() {
        data.train.read(index, row);
    }
    // Spread over the latent space as a prior has it.
    let middle: Vec<f32> = (0..2).map(|k| mean.iter().skip(k).step_by(2).sum::<f32>() / count as f32).collect();
    let square = |row: &[f32]| (row[0] - middle[0]).powi(2) + (row[1] - middle[1]).powi(2);
    let spread = (mean.chunks_exact(2).map(square).sum::<f32>() / (2.0 * count as f32)).sqrt();
    mean.chunks_exact_mut(2).for_each(|row| row.iter_mut().zip(&middle).for_each(|(x, m)| *x = (*x - m) / spread));
    let labels: Vec<u8> = (0..count).map(|index| data.train.class(index).unwrap_or(0) as u8).collect();
    let rows: Vec<Vec<f32>> = mean.chunks_exact(2).map(<[f32]>::to_vec).collect();
    let log_variance = vec![2.0 * deviation.ln(); 2 * count];
    let (images, took) = ((0..count as u32).collect(), Duration::ZERO);
    let kl_per_dimension = vec![1.0; 2];
    (Encoding { step: 0, latent: 2, mean, log_variance, kl_per_dimension, images, labels, took }, rows)
}

/// Whether a way leads from one place to the other inside the region, by cells of this side.
fn is_joined(support: &DataSupport, from: &[f32], to: &[f32], side: f64) -> bool {
    let cell = |z: &[f32]| [0, 1].map(|k| (f64::from(z[k]) / side).round() as i64);
    let is_inside = |[x, y]: [i64; 2]| support.is_supported(&[x as f64 * side, y as f64 * side]);
    let (mut open, mut seen) = (vec![cell(from)], BTreeSet::new());
    while let Some(at) = open.pop() {
        if !is_inside(at) || !seen.insert(at) {
            continue;
        }
        let [x, y] = at;
        open.extend([[x + 1, y], [x - 1, y], [x, y + 1], [x, y - 1]]);
    }
    seen.contains(&cell(to))
}

#[test]
fn shortest_ways_stay_with_curved_data_where_a_way_inside_exists() {
    for (name, deviation) in [("moons", 0.08), ("swiss-roll", 0.05)] {
        let (encoding, rows) = codes(name, 1500, deviation);
        let support = DataSupport::of(&encoding).unwrap();
        let inside = rows.iter().filter(|z| support.is_supported(&[f64::from(z[0]), f64::from(z[1])])).count();
        assert!(inside * 1000 >= rows.len() * 975, "{name}: {inside} of {}", rows.len());
        let (mut tested, mut left_by_straight) = (0, 0);
        for (round, decoder) in [identity(), decoder(2, 8, 3)].iter().enumerate() {
            for pair in 0..3 {
                let (a, b) = (17 * pair + 5 * round, 700 + 31 * pair + round);
                let is_inside = |z: &[f32]| support.is_supported(&[f64::from(z[0]), f64::from(z[1])]);
                let known = is_inside(&rows[a]) && is_inside(&rows[b]);
                if !known || encoding.labels[a] != encoding.labels[b] || !is_joined(&support, &rows[a], &rows[b], 0.05)
                {
                    continue;
                }
                let ends = [rows[a].clone(), rows[b].clone()];
                let plan = PathPlan { kind: PathKind::Geodesic, closed: false, waypoints: ends.to_vec() };
                let found = plan.curve(decoder, Some(&support), &mut || true).unwrap();
                let places = found.sampled(200, None);
                let out = places.chunks_exact(2).filter(|z| !is_inside(z)).count();
                assert_eq!(out, 0, "{name} {round} {a} to {b}");
                let straight = curve(PathKind::Straight, false, &ends, decoder).sampled(200, None);
                left_by_straight += usize::from(straight.chunks_exact(2).any(|z| !is_inside(z)));
                tested += 1;
            }
        }
        assert!(tested >= 2 && left_by_straight >= 2, "{name}: {tested} tested, {left_by_straight} curved");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_shortest_way_is_never_above_the_straight_line(
        latent in 1usize..5, seed in any::<u64>(), supported in any::<bool>(),
    ) {
        let decoder = decoder(latent, 6, seed);
        let ends = waypoints(latent, 2, seed ^ 1);
        let support = supported.then(|| {
            let mean = normal_rows(seed, Purpose::Posterior, 0, 60, latent);
            let log_variance = vec![-3.0; mean.len()];
            let (images, labels, kl_per_dimension) = ((0..60).collect(), vec![0; 60], vec![1.0; latent]);
            let took = Duration::ZERO;
            let codes = Encoding { step: 0, latent, mean, log_variance, kl_per_dimension, images, labels, took };
            DataSupport::of(&codes).unwrap()
        });
        let plan = PathPlan { kind: PathKind::Geodesic, closed: false, waypoints: ends.clone() };
        let found = plan.curve(&decoder, support.as_ref(), &mut || true).unwrap();
        let straight = curve(PathKind::Straight, false, &ends, &decoder);
        let mut metric = PathMetric::new(&decoder, support.as_ref(), &ends, &mut || true).unwrap();
        let mut energy = |curve: &LatentCurve| {
            let corners: Vec<f64> = curve.points().flatten().map(|z| f64::from(*z)).collect();
            metric.energy(&corners)
        };
        let (short, line) = (energy(&found), energy(&straight));
        prop_assert!(short <= line * (1.0 + 1e-5), "{} against {}", short, line);
    }

    #[test]
    fn paths_lead_through_their_waypoints_and_loops_close_to_the_bit(
        latent in 1usize..6, count in 2usize..5, seed in any::<u64>(), frames in 2usize..50, by_image in any::<bool>(),
    ) {
        let (decoder, points) = (decoder(latent, 5, seed), waypoints(latent, count, seed ^ 2));
        for kind in PathKind::ALL {
            for closed in [false, true] {
                let found = curve(kind, closed, &points, &decoder);
                let corners: Vec<&[f32]> = found.points().collect();
                for (number, point) in points.iter().enumerate() {
                    prop_assert_eq!(corners[number * PIECES], &point[..]);
                }
                prop_assert_eq!(corners.len(), (count - 1 + usize::from(closed)) * PIECES + 1);
                let end = if closed { &points[0] } else { &points[count - 1] };
                prop_assert_eq!(corners[corners.len() - 1], &end[..]);
                let sampled = found.sampled(frames, by_image.then_some(&decoder));
                prop_assert_eq!(sampled.len(), frames * latent);
                prop_assert_eq!(&sampled[..latent], &points[0][..]);
                if !closed {
                    prop_assert_eq!(&sampled[(frames - 1) * latent..], &end[..]);
                }
            }
        }
    }

    #[test]
    fn great_circles_keep_to_a_plane_and_change_their_radius_evenly(
        latent in 2usize..9, seed in any::<u64>(), stretch in 0.2f32..4.0,
    ) {
        let mut ends = waypoints(latent, 2, seed);
        ends[1].iter_mut().for_each(|z| *z *= stretch);
        let found = curve(PathKind::Spherical, false, &ends, &decoder(latent, 2, seed));
        let norm = |z: &[f32]| z.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        let (first, last) = (norm(&ends[0]), norm(&ends[1]));
        let corners: Vec<&[f32]> = found.points().collect();
        let directions: Vec<Vec<f32>> =
            corners.iter().map(|z| z.iter().map(|x| (f64::from(*x) / norm(z)) as f32).collect()).collect();
        let step = square_distance(&directions[0], &directions[1]);
        for (number, pair) in directions.windows(2).enumerate() {
            let radius = first + (last - first) * number as f64 / PIECES as f64;
            prop_assert!((norm(corners[number]) - radius).abs() < 1e-4 * (1.0 + radius));
            prop_assert!((square_distance(&pair[0], &pair[1]) - step).abs() < 1e-4 * step + 1e-8);
        }
    }
}

#[test]
fn opposite_ends_and_zero_have_a_way_too() {
    let decoder = identity();
    for ends in [[vec![1.0, 0.5], vec![-2.0, -1.0]], [vec![0.0, 0.0], vec![1.0, 2.0]], [vec![1.0, 1.0], vec![1.0, 1.0]]]
    {
        for kind in PathKind::ALL {
            let found = curve(kind, true, &ends, &decoder);
            assert!(found.points.iter().all(|z| z.is_finite()), "{kind:?} {ends:?}");
            assert!(found.sampled(7, Some(&decoder)).iter().all(|z| z.is_finite()));
        }
    }
    let circle = curve(PathKind::Spherical, false, &[vec![1.0, 0.0], vec![-1.0, 0.0]], &decoder);
    assert!(circle.points().all(|z| (z[0].hypot(z[1]) - 1.0).abs() < 1e-5));
}

#[test]
fn at_constant_speed_images_follow_each_other_at_equal_steps() {
    let decoder = decoder(2, 9, 11);
    let found = curve(PathKind::Straight, false, &[vec![-2.5, 0.3], vec![2.0, -1.0], vec![0.0, 2.0]], &decoder);
    let spread = |by: Option<&Network>| {
        let latents = found.sampled(40, by);
        let mut scratch = crate::snapshot::Scratch::default();
        let images = decoder.evaluate(&latents, 40, &mut scratch);
        let images: Vec<&[f32]> = images.chunks_exact(9).collect();
        let steps: Vec<f64> = images.windows(2).map(|pair| square_distance(pair[0], pair[1]).sqrt()).collect();
        let largest = steps.iter().copied().fold(0.0, f64::max);
        largest / steps.iter().copied().fold(f64::INFINITY, f64::min)
    };
    assert!(spread(Some(&decoder)) < 1.2, "{}", spread(Some(&decoder)));
    assert!(spread(None) > 2.0, "{}", spread(None));
}

#[test]
fn what_is_cancelled_or_no_path_gives_none() {
    let decoder = identity();
    let plan = PathPlan { kind: PathKind::Geodesic, closed: false, waypoints: vec![vec![0.0; 2], vec![1.0; 2]] };
    assert!(plan.curve(&decoder, None, &mut || false).is_none());
    for waypoints in [vec![vec![0.0; 2]], vec![vec![0.0; 3], vec![0.0; 2]], vec![vec![f32::NAN; 2], vec![0.0; 2]]] {
        assert!(PathPlan { waypoints, ..plan.clone() }.curve(&decoder, None, &mut || true).is_none());
    }
}

/// A latent number a pixel makes thousands of them, and each is moved by itself: a piece at a time, so that a cancelled path ends soon
/// and holds no more than a piece.
#[test]
fn a_path_through_many_dimensions_is_cancelled_between_pieces() {
    let latent = 3072;
    let sum = Operation::linear("sum", 0, (vec![0.01; latent], vec![0.0]), Activation::Identity);
    let decoder = Network::new(latent, vec![sum]).unwrap();
    let waypoints = vec![vec![0.0; latent], vec![1.0; latent]];
    let plan = PathPlan { kind: PathKind::Geodesic, closed: false, waypoints };
    let mut asked = 0;
    let found = plan.curve(&decoder, None, &mut || {
        asked += 1;
        asked < 5
    });
    assert!(found.is_none() && asked == 5, "{asked}");
}

/// Of many codes and many dimensions each step of the graph costs, and some decoders take long for each image.
#[test]
fn what_is_asked_on_the_way_grows_with_what_is_done() {
    let (latent, count) = (3, 300);
    let decoder = decoder(latent, 4, 4);
    let codes = Encoding {
        step: 0,
        latent,
        mean: normal_rows(5, Purpose::Weights, 0, count, latent),
        log_variance: vec![-2.0; count * latent],
        kl_per_dimension: vec![1.0; latent],
        images: (0..count as u32).collect(),
        labels: vec![0; count],
        took: Duration::ZERO,
    };
    let support = DataSupport::of(&codes).unwrap();
    let waypoints = vec![vec![-1.0; latent], vec![1.0; latent]];
    let mut metric = PathMetric::new(&decoder, Some(&support), &waypoints, &mut || true).unwrap();
    let mut asked = 0;
    let mut graph = |most: usize| {
        asked = 0;
        let made = PathGraph::new(&mut metric, &waypoints, &mut || {
            asked += 1;
            asked < most
        });
        (made.is_some(), asked)
    };
    // Images and prices of all nodes, and twelve steps from each.
    let (is_made, all) = graph(usize::MAX);
    assert!(is_made && all >= (2 + 12) * count / 32, "{all}");
    for most in 1..=all {
        assert_eq!(graph(most), (false, most));
    }
}
