//! Whose posterior is looked at on the plane: the point under the pointer, else what was selected last elsewhere.

use crate::explore::browse::{DataPart, ExamplePlace};
use crate::explore::encoded::EncodedPoints;
use crate::explore::posterior::PosteriorSubject;
use crate::ui::view::View;

/// What is selected in other panels.
#[derive(Default)]
pub(super) struct SelectedImage {
    /// On the compare sheet.
    sheet: Option<ExamplePlace>,
    /// In the data panel.
    example: Option<ExamplePlace>,
    /// What changed last of both.
    latest: Option<ExamplePlace>,
}

impl SelectedImage {
    /// Takes note of what is selected now.
    pub fn follow(&mut self, view: &View<'_>) {
        let test = |index| ExamplePlace { part: DataPart::Test, index };
        let sheet = view.sheet.selection.map(test);
        let example = view.browse.browse.example;
        if sheet != self.sheet {
            (self.sheet, self.latest) = (sheet, sheet.or(example));
        }
        if example != self.example {
            (self.example, self.latest) = (example, example.or(sheet));
        }
    }

    /// The image whose posterior is looked at: the hovered point's, else the selected one, else what is drawn.
    pub fn subject(&self, hovered: Option<(usize, &EncodedPoints)>, view: &View<'_>) -> Option<PosteriorSubject> {
        let hovered = hovered.and_then(|(index, points)| points.image(index));
        let hovered = hovered.map(|index| ExamplePlace { part: DataPart::Test, index });
        let drawing = view.pad.image.map(|_| PosteriorSubject::Drawing);
        hovered.or(self.latest).map(PosteriorSubject::Example).or(drawing)
    }
}
