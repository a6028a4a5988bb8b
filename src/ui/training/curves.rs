//! Which curves are drawn, what they are called, and their points.

use crate::metrics::{self, Columns, Group, Metric};
use crate::model::MetricId;
use crate::ui::settings::Curves;
use crate::ui::text::tr;
use crate::ui::theme::{self, Palette};
use crate::ui::view::ModelView;
use eframe::egui::{Color32, Ui};

/// Curves of one metric that are drawn of a model, at most: of more dimensions those with the largest last values.
const MOST_DIMENSIONS: usize = 10;

/// A model with the last value of each of its curves.
pub(super) struct Measured<'a> {
    pub model: &'a ModelView<'a>,
    pub last: Vec<(MetricId, f32)>,
}

impl<'a> Measured<'a> {
    /// What a model measured last.
    pub fn of(model: &'a ModelView<'a>) -> Self {
        let mut last = model.history.map(|history| history.last_values()).unwrap_or_default();
        // Without a prior the total is the reconstruction, and would lie over its curve.
        last.retain(|(id, _)| model.has_prior() || ![MetricId::TOTAL, MetricId::TEST_TOTAL].contains(id));
        Self { model, last }
    }
}

/// One curve of one model.
pub(super) struct ShownCurve {
    pub metric: &'static Metric,
    pub id: MetricId,
    /// Its last value.
    pub last: f32,
    hue: usize,
    /// Whether it is the same on test images of the one before it.
    pub is_twin: bool,
    /// Whether another model has it too, and comes before.
    is_second: bool,
}

impl ShownCurve {
    /// Its colour: a hue a quantity; of two models that have it the second's is nearer to the text's.
    pub fn color(&self, ui: &Ui) -> Color32 {
        self.color_on(theme::of(ui))
    }

    /// Its colour among those of a theme.
    pub fn color_on(&self, palette: &Palette) -> Color32 {
        theme::curve_color(self.hue, self.is_second, palette)
    }

    /// What the legend calls it behind its twin.
    pub fn short_name(&self) -> String {
        if self.is_twin { tr("training.test") } else { self.name() }
    }

    /// What it is called.
    pub fn name(&self) -> String {
        let name = tr(&format!("series.{}", self.id.name()));
        self.id.dimension().map_or_else(|| name.clone(), |dimension| format!("{name} {}", dimension + 1))
    }
}

/// The curves of a group, of those that a model has.
pub(super) fn shown(last: &[(MetricId, f32)], group: Group) -> Vec<ShownCurve> {
    let curves = metrics::all().filter(|metric| metric.group == group).flat_map(|metric| {
        let own: Vec<(MetricId, f32)> = last.iter().copied().filter(|(id, _)| id.name() == metric.id.name()).collect();
        match metric.columns {
            Columns::One => {
                let hue = usize::from(metric.hue);
                own.into_iter()
                    .map(|(id, last)| ShownCurve { metric, id, last, hue, is_twin: false, is_second: false })
                    .collect()
            }
            Columns::PerDimension { .. } => largest(metric, own),
        }
    });
    with_twins(curves.collect())
}

/// Puts each curve of test images behind its twin of training.
fn with_twins(mut curves: Vec<ShownCurve>) -> Vec<ShownCurve> {
    let mut test: Vec<ShownCurve> = curves.extract_if(.., |curve| curve.metric.is_test()).collect();
    // −ELBO is not the test's total where β is not 1.
    for twin in test.iter_mut().filter(|curve| curve.id != MetricId::TEST_TOTAL) {
        twin.is_twin = curves.iter().any(|curve| Some(curve.id.name()) == twin.id.name().strip_prefix("test_"));
    }
    let (twins, others): (Vec<_>, Vec<_>) = test.into_iter().partition(|curve| curve.is_twin);
    for twin in twins {
        let place = curves.iter().position(|curve| Some(curve.id.name()) == twin.id.name().strip_prefix("test_"));
        curves.insert(place.map_or(curves.len(), |place| place + 1), twin);
    }
    curves.extend(others);
    curves
}

/// The dimensions with the largest last values, in order of dimension, each with a hue of its own.
fn largest(metric: &'static Metric, mut last: Vec<(MetricId, f32)>) -> Vec<ShownCurve> {
    last.sort_by(|one, other| other.1.total_cmp(&one.1));
    last.truncate(MOST_DIMENSIONS);
    last.sort_by_key(|(id, _)| *id);
    let curve = |(place, (id, last)): (usize, (MetricId, f32))| {
        let hue = usize::from(metric.hue) + place;
        ShownCurve { metric, id, last, hue, is_twin: false, is_second: false }
    };
    last.into_iter().enumerate().map(curve).collect()
}

/// Marks the curves of a second model that the first has too.
pub(super) fn mark_second(shown: &mut [(&Measured<'_>, Vec<ShownCurve>)]) {
    if let [(_, first), (_, second)] = shown {
        for curve in second {
            curve.is_second = first.iter().any(|other| other.id == curve.id);
        }
    }
}

/// The groups of which any model has a curve.
pub(super) fn groups(measured: &[Measured<'_>]) -> Vec<Group> {
    let mut found: Vec<Group> = Vec::new();
    for (id, _) in measured.iter().flat_map(|of| &of.last) {
        if let Some(metric) = metrics::of_curve(*id)
            && !found.contains(&metric.group)
        {
            found.push(metric.group);
        }
    }
    Group::ALL.into_iter().filter(|group| found.contains(group)).collect()
}

/// The points to draw of one curve, logarithms already taken where the scale is logarithmic.
pub(super) fn points(
    model: &ModelView<'_>,
    shown: &ShownCurve,
    curves: Curves,
    seen: (f64, f64),
    most: usize,
) -> Vec<[f64; 2]> {
    let Some(history) = model.history else { return Vec::new() };
    let smoothing = if shown.metric.is_test() { 0.0 } else { curves.smoothing };
    let points = history.with(shown.id, |curve| curve.visible(curves.axis, seen, most, smoothing));
    let mut points = points.unwrap_or_default();
    if curves.logarithmic {
        points.retain(|point| point[1] > 0.0);
        for point in &mut points {
            point[1] = point[1].log10();
        }
    }
    points.retain(|point| point[1].is_finite());
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_dimensions_the_ten_largest_are_drawn() {
        for metric in metrics::all().filter(|metric| metric.columns != Columns::One) {
            let value = |dimension: usize| (dimension * 37 % 512) as f32;
            let last: Vec<(MetricId, f32)> = (0..512).map(|place| (metric.curve(place), value(place))).collect();
            let shown = shown(&last, metric.group);
            let of_metric = || shown.iter().filter(|curve| curve.metric.id == metric.id);
            let values = of_metric().filter_map(|curve| curve.id.dimension());
            let mut values: Vec<usize> = values.map(|place| value(place.into()) as usize).collect();
            values.sort_unstable();
            assert_eq!(values, (502..512).collect::<Vec<_>>());
            let order: Vec<_> = of_metric().map(|curve| (curve.id, curve.hue)).collect();
            assert!(order.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
        }
    }

    #[test]
    fn a_quantity_has_one_hue_and_two_of_a_plot_have_two() {
        for group in Group::ALL {
            let of_group: Vec<&Metric> = metrics::all().filter(|metric| metric.group == group).collect();
            let training = of_group.iter().filter(|metric| !metric.is_test());
            let mut hues: Vec<u8> = training.map(|metric| metric.hue).collect();
            // Of the two penalties a model has one.
            hues.sort_unstable();
            hues.dedup();
            let pairs = of_group.iter().filter(|metric| metric.is_test() && metric.columns == Columns::One);
            for test in pairs {
                let name = test.id.name().strip_prefix("test_").unwrap_or(test.id.name());
                if let Some(twin) = of_group.iter().find(|metric| metric.id.name() == name) {
                    assert_eq!(test.hue, twin.hue, "{name}");
                }
            }
            assert!(hues.iter().all(|hue| usize::from(*hue) < theme::CURVES.len()), "{group:?}");
        }
    }
}
