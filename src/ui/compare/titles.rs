//! What the columns of a sheet and the images in them are called.

use crate::explore::compare::{ImageFigures, ReconstructionKind, Sheet, SheetColumn};
use crate::snapshot::Likelihood;
use crate::ui::slot::Slot;
use crate::ui::text::{number, tr};
use rust_i18n::t;

/// The place that a model of the sheet stands at.
pub(super) fn slot_of(model: usize) -> Option<Slot> {
    Slot::BOTH.get(model).copied()
}

/// The letter of a model of the sheet.
pub(super) fn letter_of(model: usize) -> &'static str {
    slot_of(model).map_or("", Slot::name)
}

fn of_model(key: &str, model: usize) -> String {
    t!(key, model = letter_of(model)).into_owned()
}

fn is_inverted(sheet: &Sheet, model: usize) -> bool {
    sheet.models.get(model).is_some_and(|model| model.kind == ReconstructionKind::Inversion)
}

fn is_fitted(sheet: &Sheet, model: usize) -> bool {
    sheet.models.get(model).is_some_and(|model| model.fitted)
}

/// What a column is called.
pub(super) fn title(sheet: &Sheet, column: SheetColumn) -> String {
    match column {
        SheetColumn::Original => tr("compare.original"),
        SheetColumn::Reconstruction(model) if is_inverted(sheet, model) => of_model("compare.closest", model),
        SheetColumn::Reconstruction(model) => of_model("compare.reconstruction", model),
        SheetColumn::Error(model) => of_model("compare.error", model),
        SheetColumn::Sample(model) => {
            let fitted = is_fitted(sheet, model);
            let name = of_model(if fitted { "compare.sample_fitted" } else { "compare.sample" }, model);
            let truncation = sheet.source.truncation;
            if truncation == 1.0 { name } else { format!("{name} · ψ {truncation:.2}") }
        }
        SheetColumn::Nearest(model) => of_model("compare.nearest", model),
    }
}

/// What that means.
pub(super) fn tip(sheet: &Sheet, column: SheetColumn) -> String {
    match column {
        SheetColumn::Original => tr("compare.original_tip"),
        SheetColumn::Reconstruction(model) if is_inverted(sheet, model) => of_model("compare.closest_tip", model),
        SheetColumn::Reconstruction(model) => of_model("compare.reconstruction_tip", model),
        SheetColumn::Error(model) => of_model("compare.error_tip", model),
        SheetColumn::Sample(model) if is_fitted(sheet, model) => of_model("compare.sample_fitted_tip", model),
        SheetColumn::Sample(model) => of_model("compare.sample_tip", model),
        SheetColumn::Nearest(model) => of_model("compare.nearest_tip", model),
    }
}

/// A column's title in few letters, where it has such a one.
pub(super) fn short_title(sheet: &Sheet, column: SheetColumn) -> String {
    match column {
        SheetColumn::Reconstruction(model) if !is_inverted(sheet, model) => {
            of_model("compare.reconstruction_short", model)
        }
        _ => title(sheet, column),
    }
}

/// The class of a test image, or its place where the data has no classes.
pub(super) fn class_name(sheet: &Sheet, row: usize, names: &[String]) -> String {
    let Some(original) = sheet.originals.get(row) else { return String::new() };
    let name = original.class.and_then(|class| names.get(class));
    name.cloned().unwrap_or_else(|| format!("#{}", original.index))
}

/// What an image of a sheet is called, by its column and its row; `names` are those of the data's classes.
pub fn image_name(sheet: &Sheet, column: SheetColumn, row: usize, names: &[String]) -> String {
    let title = title(sheet, column);
    if column.is_of_samples() {
        return format!("{title} {}", row + 1);
    }
    format!("{title} {} · {}", row + 1, class_name(sheet, row, names))
}

/// What a likelihood is called.
pub(super) fn likelihood_name(likelihood: Likelihood) -> String {
    tr(match likelihood {
        Likelihood::Bernoulli => "likelihood.bernoulli",
        Likelihood::Gaussian { .. } => "likelihood.gaussian",
    })
}

/// Figures in two short lines; what there is none of is left out.
pub(super) fn figure_lines(figures: &ImageFigures) -> [String; 2] {
    let join = |words: [Option<String>; 2]| words.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let ImageFigures { squared_error, psnr, ssim, nats } = *figures;
    let error = format!("{} {}", tr("compare.mse"), number(squared_error));
    let ssim = ssim.map(|ssim| format!("{} {ssim:.3}", tr("compare.ssim")));
    let nats = nats.map(|nats| t!("compare.nats_short", nats = number(nats)).into_owned());
    [join([Some(error), Some(t!("compare.psnr_short", psnr = format!("{psnr:.1}")).into_owned())]), join([ssim, nats])]
}
