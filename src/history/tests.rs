#![allow(clippy::unwrap_used)]

use super::curve::BRANCH;
use super::*;
use crate::random::{Purpose, normal_rows};
use proptest::prelude::*;

fn point(step: u64, value: f32) -> CurvePoint {
    CurvePoint { step, seconds: step as f32 * 0.5, value }
}

fn filled(mut curve: Curve, values: &[f32]) -> Curve {
    values.iter().enumerate().for_each(|(index, value)| curve.push(point(index as u64 + 1, *value)));
    curve
}

fn curve(values: &[f32]) -> Curve {
    filled(Curve::default(), values)
}

#[test]
fn few_points_are_drawn_as_they_are() {
    let points = curve(&[3.0, 1.0, 2.0]).visible(Axis::Step, (0.0, 10.0), 100, 0.0);
    assert_eq!(points, [[1.0, 3.0], [2.0, 1.0], [3.0, 2.0]]);
    let points = curve(&[3.0, 1.0, 2.0]).visible(Axis::Seconds, (0.0, 10.0), 100, 0.0);
    assert_eq!(points, [[0.5, 3.0], [1.0, 1.0], [1.5, 2.0]]);
    assert!(curve(&[]).visible(Axis::Step, (0.0, 10.0), 100, 0.9).is_empty());
}

#[test]
fn smoothing_is_the_debiased_moving_average() {
    let points = curve(&[4.0, 0.0, 2.0]).visible(Axis::Step, (0.0, 10.0), 100, 0.5);
    let expected = [4.0, 4.0 / 3.0, (0.5 * (0.5 * 2.0) + 1.0) / 0.875];
    for (point, expected) in points.iter().zip(expected) {
        assert!((point[1] - expected).abs() < 1e-6, "{points:?}");
    }
}

/// A loss that falls: few pixels show it as it is, from its first steps on.
#[test]
fn a_long_smoothed_curve_keeps_its_shape_on_few_pixels() {
    let value = |step: usize| 130.0 + 400.0 * (-(step as f32) / 150.0).exp();
    for count in [6_600, 9_700, 12_600, 100_000] {
        let values: Vec<f32> = (1..=count).map(value).collect();
        let points = curve(&values).visible(Axis::Step, (0.0, 1e9), 120, 0.9);
        assert!((100..=300).contains(&points.len()), "{count}: {} points", points.len());
        // Averages lag behind by the weights' ten steps and a block, which is a part of a pixel.
        let pixel = count as f64 / 120.0;
        for point in &points {
            let (low, high) =
                (f64::from(value(point[0] as usize)), f64::from(value(((point[0] - 20.0 - pixel).max(0.0)) as usize)));
            assert!((low - 0.1..=high + 0.1).contains(&point[1]), "{count}: {point:?}, {low} to {high}");
        }
        assert!(points[0][0] <= 2.0 * pixel + 600.0 && points[points.len() - 1][0] == count as f64, "{count}");
    }
}

#[test]
fn what_is_no_number_hides_no_extreme() {
    let values: Vec<f32> = (0..64).map(|index| if index % 3 == 0 { f32::NAN } else { index as f32 }).collect();
    let points = curve(&values).visible(Axis::Step, (0.0, 100.0), 10, 0.0);
    let finite = || points.iter().map(|point| point[1]).filter(|y| y.is_finite());
    assert_eq!((finite().fold(f64::MAX, f64::min), finite().fold(f64::MIN, f64::max)), (1.0, 62.0));
}

#[test]
fn the_newest_points_are_whole_and_all_that_is_kept_was_recorded() {
    let values = normal_rows(3, Purpose::Sample, 0, 1, 50_000);
    let curve = curve(&values);
    assert_eq!((curve.len(), curve.last()), (50_000, Some((50_000, values[49_999]))));
    let newest: Vec<CurvePoint> = curve.points().collect();
    assert!(newest.len() > WHOLE_POINTS - 2 * BRANCH && newest.len() <= WHOLE_POINTS, "{}", newest.len());
    let thinned: Vec<CurvePoint> = curve.thinned().collect();
    assert!(thinned.ends_with(&newest) && thinned.len() < 20_000, "{}", thinned.len());
    assert!(thinned.windows(2).all(|pair| pair[0].step < pair[1].step));
    assert!(thinned.iter().all(|kept| *kept == point(kept.step, values[kept.step as usize - 1])));
    let smallest = |values: &mut dyn Iterator<Item = f32>| values.fold(f32::INFINITY, f32::min);
    assert_eq!(smallest(&mut thinned.iter().map(|kept| kept.value)), smallest(&mut values.iter().copied()));
}

#[test]
fn what_is_kept_hardly_grows() {
    const MEGABYTE: usize = 1 << 20;
    let history = History::default();
    let bytes = || history.lock().values().map(Curve::bytes).sum::<usize>();
    let mut after = Vec::new();
    for step in 1..=200_000u64 {
        let value = (step as f32).sin();
        let measured = [MetricId::RECONSTRUCTION, MetricId::KL, MetricId::TOTAL].map(|id| (id, value));
        history.push(step, step as f32, &measured);
        if step.is_multiple_of(100) {
            let tested = [MetricId::TEST_RECONSTRUCTION, MetricId::TEST_KL, MetricId::TEST_TOTAL];
            history.push(step, step as f32, &tested.map(|id| (id, value)));
            let dimensions = [0, 1].map(|dimension| (MetricId::new("a_dimension").of_dimension(dimension), value));
            history.push(step, step as f32, &dimensions);
        }
        if [20_000, 200_000].contains(&step) {
            after.push(bytes());
        }
    }
    assert_eq!(history.len(), 3 * 200_000 + 5 * 2_000);
    assert!(after[1] - after[0] < 2 * MEGABYTE && after[1] < 4 * MEGABYTE, "{after:?}");
    let mut long = Curve::default();
    (0..3_000_000u64).for_each(|step| long.push(point(step, 0.0)));
    assert!(long.bytes() < 2 * MEGABYTE, "{}", long.bytes());
}

/// A curve that keeps little, so that a few thousand points are many, or the usual one.
fn kept_points() -> impl Strategy<Value = Option<usize>> {
    prop_oneof![Just(None), Just(Some(64)), Just(Some(256))]
}

fn kept(whole: Option<usize>, values: &[f32]) -> Curve {
    filled(whole.map_or_else(Curve::default, Curve::with_whole), values)
}

proptest! {
    /// However many points, and however few of them are kept: what is drawn is bounded, in order, and reaches the
    /// smallest and the largest value.
    #[test]
    fn a_decimated_curve_keeps_its_extremes(
        values in prop::collection::vec(-1e3f32..1e3, 1..6000), most in 10usize..400, whole in kept_points(),
    ) {
        let curve = kept(whole, &values);
        let points = curve.visible(Axis::Step, (0.0, 1e9), most, 0.0);
        prop_assert!(points.len() <= most + 2 * BRANCH, "{} points for {most}", points.len());
        prop_assert!(points.windows(2).all(|pair| pair[0][0] < pair[1][0]));
        let fold = |f: fn(f64, f64) -> f64, start| points.iter().map(|point| point[1]).fold(start, f);
        prop_assert_eq!(fold(f64::min, f64::INFINITY) as f32, values.iter().copied().fold(f32::INFINITY, f32::min));
        prop_assert_eq!(fold(f64::max, f64::NEG_INFINITY) as f32, values.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    }

    /// Any part of a curve: bounded, what is drawn was recorded, and the extremes inside the part are reached or passed
    /// by a block that reaches over its edge.
    #[test]
    fn a_part_of_a_curve_keeps_its_extremes(
        values in prop::collection::vec(-1e3f32..1e3, 1..6000),
        (from, to) in (0.0f64..6000.0, 0.0f64..6000.0),
        most in 10usize..400, whole in kept_points(), by_seconds in any::<bool>(),
    ) {
        let (from, to) = (from.min(to), from.max(to));
        let (axis, scale) = if by_seconds { (Axis::Seconds, 0.5) } else { (Axis::Step, 1.0) };
        let curve = kept(whole, &values);
        let points = curve.visible(axis, (scale * from, scale * to), most, 0.0);
        prop_assert!(points.len() <= most + 2 * BRANCH, "{} points for {most}", points.len());
        let step = |point: &[f64; 2]| (point[0] / scale) as usize;
        prop_assert!(points.iter().all(|point| f64::from(values[step(point) - 1]) == point[1]));
        let inside: Vec<f64> = (1..=values.len())
            .filter(|step| (from..=to).contains(&(*step as f64)))
            .map(|step| f64::from(values[step - 1]))
            .collect();
        let low = points.iter().map(|point| point[1]).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(|point| point[1]).fold(f64::NEG_INFINITY, f64::max);
        prop_assert!(inside.iter().all(|value| (low..=high).contains(value)));
    }

    /// A smoothed curve over blocks stays near the one over all points, which an independent sum gives.
    #[test]
    fn smoothing_does_not_depend_on_decimation(seed in 0u64..50, whole in prop_oneof![Just(None), Just(Some(256))]) {
        let noise = normal_rows(seed, Purpose::Sample, 0, 1, 4000);
        let values: Vec<f32> = noise.iter().enumerate().map(|(i, n)| 10.0 + (i as f32 / 700.0).sin() + 0.1 * n).collect();
        let (mut average, mut weight) = (0.0, 0.0);
        let fine: Vec<f64> = values.iter().map(|value| {
            average = 0.98 * average + 0.02 * f64::from(*value);
            weight = 0.98 * weight + 0.02;
            average / weight
        }).collect();
        let coarse = kept(whole, &values).visible(Axis::Step, (0.0, 1e9), 600, 0.98);
        prop_assert!(coarse.len() >= 40, "{}", coarse.len());
        for point in coarse.iter().filter(|point| point[0] > 480.0) {
            let near = fine[point[0] as usize - 1];
            prop_assert!((near - point[1]).abs() < 0.06, "{near} {point:?}");
        }
    }
}

#[test]
fn the_seconds_of_any_step_are_known_also_where_points_were_thinned() {
    let mut curve = Curve::with_whole(64);
    // A hundred steps a second, and a pause.
    let seconds = |step: u64| step as f32 * 0.01 + if step > 30_000 { 50.0 } else { 0.0 };
    for step in (2..40_000).step_by(2) {
        curve.push(CurvePoint { step, seconds: seconds(step), value: 0.0 });
    }
    assert_eq!(curve.seconds_at(0), 0.0);
    for step in (3..40_000).step_by(97).filter(|step| !(25_000..35_000).contains(step)) {
        let found = curve.seconds_at(step);
        assert!((found - seconds(step)).abs() < 0.05 * seconds(step) + 0.1, "{step}: {found} of {}", seconds(step));
    }
    assert!((curve.seconds_at(39_995) - seconds(39_995)).abs() < 1e-3, "the newest are whole");
    assert_eq!(curve.seconds_at(1_000_000), seconds(39_998), "no later than the last");
    let rising: Vec<f32> = (0..40_000).map(|step| curve.seconds_at(step)).collect();
    assert!(rising.windows(2).all(|pair| pair[0] <= pair[1]));
    assert_eq!(History::default().seconds_of(&[1]), None);
}
