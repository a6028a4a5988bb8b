//! The curves of the models that are shown, for print.

use super::curves::{self, Measured, ShownCurve, groups, shown};
use super::plot::place;
use crate::history::{Axis, MarkKind};
use crate::metrics::Group;
use crate::picture::{FigureCurve, FigureMark, FigurePlot};
use crate::ui::settings::Curves;
use crate::ui::theme;
use crate::ui::view::{ModelView, View};
use eframe::egui::Theme;
use rust_i18n::t;

/// Points of a curve, at most.
const MOST_POINTS: usize = 1000;

/// What the training panel shows, in the same smoothing and on the same axes, on white paper and in English: the font of
/// pictures has Latin letters alone.
pub fn figure_plots(view: &View<'_>) -> Vec<FigurePlot> {
    let measured: Vec<Measured<'_>> = view.shown_models().map(Measured::of).collect();
    groups(&measured).into_iter().map(|group| plot(&measured, group, view.settings.curves)).collect()
}

fn plot(measured: &[Measured<'_>], group: Group, curves: Curves) -> FigurePlot {
    let mut of_group: Vec<_> = measured.iter().map(|of| (of, shown(&of.last, group))).collect();
    curves::mark_second(&mut of_group);
    let (mut lines, mut marks) = (Vec::new(), Vec::new());
    for (of, own) in &of_group {
        lines.extend(own.iter().map(|curve| line(of.model, curve, curves)));
        let happened = of.model.history.filter(|_| !own.is_empty()).map(|history| history.marks());
        marks.extend(happened.unwrap_or_default().into_iter().filter_map(|mark| {
            let what = match &mark.kind {
                MarkKind::Changed { key, value } => format!("{key} {value}"),
                MarkKind::Resumed => english("training.resumed"),
                MarkKind::Forked => english("training.forked"),
                MarkKind::Found { key } => english(&format!("finding.{key}")),
                MarkKind::Failed => english("training.failed"),
            };
            Some(FigureMark { x: place(&mark, curves.axis)?, words: format!("{}: {what}", of.model.label()) })
        }));
    }
    let x = english(if curves.axis == Axis::Step { "axis.steps" } else { "axis.seconds" });
    let heading = english(&format!("group.{}", group.name()));
    FigurePlot { heading, x, logarithmic: curves.logarithmic, curves: lines, marks }
}

fn line(model: &ModelView<'_>, curve: &ShownCurve, curves: Curves) -> FigureCurve {
    let name = english(&format!("series.{}", curve.id.name()));
    let name = curve.id.dimension().map_or_else(|| name.clone(), |dimension| format!("{name} {}", dimension + 1));
    let points = curves::points(model, curve, curves, (f64::NEG_INFINITY, f64::INFINITY), MOST_POINTS);
    FigureCurve {
        name: format!("{} {name}", model.label()),
        color: theme::rgb(curve.color_on(theme::palette(Theme::Light))),
        dashed: curve.metric.is_test(),
        points,
    }
}

fn english(key: &str) -> String {
    t!(key, locale = "en").into_owned()
}
