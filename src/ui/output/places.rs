//! Where the outputs and the nearest image stand, so that the outputs are as large as the panel allows.

use crate::ui::theme;
use eframe::egui::Vec2;

/// How they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutputForm {
    /// Both outputs beside each other, the nearest image smaller below them, with words beside it.
    Beside,
    /// The same with the outputs above each other.
    Above,
    /// All three in a line, the words below.
    Line,
}

/// Where everything stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OutputPlaces {
    pub form: OutputForm,
    /// The side of an output, in points.
    pub side: f32,
}

/// Height of the name and the figure of an image, with the distances around them.
const CAPTION: f32 = 2.0 * theme::LINE + theme::GRID;
/// Least height that is left for the nearest image below the outputs.
const STRIP: f32 = 8.0 * theme::GRID;
/// Height of the words below a line of images.
const NOTE: f32 = 2.0 * theme::LINE;
/// An output is never smaller.
const SMALLEST: f32 = 6.0 * theme::GRID;
const GAP: f32 = theme::GRID / 2.0;

impl OutputPlaces {
    /// The places in a panel of this size, in points, with so many images of probabilities beside the nearest one.
    pub fn in_panel(size: Vec2, heats: usize) -> Self {
        let beside = ((size.x - GAP) / 2.0).min(size.y - CAPTION - STRIP - GAP);
        let above = size.x.min((size.y - 2.0 * CAPTION - STRIP - GAP) / 2.0);
        let line = ((size.x - (2 + heats) as f32 * GAP) / (3 + heats) as f32).min(size.y - CAPTION - NOTE);
        let forms = [(OutputForm::Beside, beside), (OutputForm::Above, above), (OutputForm::Line, line)];
        let best = forms.into_iter().max_by(|one, other| one.1.total_cmp(&other.1));
        let (form, side) = best.unwrap_or((OutputForm::Beside, beside));
        Self { form, side: side.max(SMALLEST) }
    }

    /// The side of the nearest image in a panel of this size whose outputs have this side, and of the images of probabilities: what is left.
    pub fn nearest_side(self, size: Vec2, side: f32, heats: usize) -> f32 {
        let used = match self.form {
            OutputForm::Beside => side + CAPTION + GAP,
            OutputForm::Above => 2.0 * (side + CAPTION) + GAP,
            OutputForm::Line => return side,
        };
        // Words stand beside them.
        let widest = if heats == 0 { 0.5 * size.x } else { 0.75 * size.x / (1 + heats) as f32 };
        (size.y - used).min(widest).clamp(SMALLEST, side.max(SMALLEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::vec2;

    #[test]
    fn outputs_are_as_large_as_the_panel_allows() {
        let wide = OutputPlaces::in_panel(vec2(416.0, 390.0), 0);
        assert_eq!((wide.form, wide.side), (OutputForm::Beside, 206.0));
        let tall = OutputPlaces::in_panel(vec2(208.0, 570.0), 0);
        assert!(tall.form == OutputForm::Above && tall.side >= 190.0, "{tall:?}");
        let low = OutputPlaces::in_panel(vec2(900.0, 260.0), 0);
        assert!(low.form == OutputForm::Line && low.side >= 170.0, "{low:?}");
        for size in [vec2(1.0, 1.0), vec2(40.0, 900.0), vec2(900.0, 40.0)] {
            let places = OutputPlaces::in_panel(size, 2);
            assert!(places.side >= SMALLEST && places.nearest_side(size, places.side, 2) >= SMALLEST);
        }
    }
}
