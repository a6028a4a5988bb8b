//! What a hidden Markov model of binary images consists of: the rows of an image, and the parameters.
//!
//! An image is read from its first row to its last; a row holds its pixels of all channels. The chain is stationary: how a row
//! looks depends on its state alone, and the next state on this one, at whatever height they are.

use crate::dataset::ImageShape;
use crate::model::exact::bits::PixelBits;
use crate::model::exact::numbers::{normalise, softplus};

/// How an image, which lies plane by plane, is cut into rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageRows(ImageShape);

/// Where a pixel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// Its row.
    pub row: usize,
    /// Its place in the row, `channel · width + column`.
    pub element: usize,
}

impl ImageRows {
    /// Of images of a shape.
    pub fn new(shape: ImageShape) -> Self {
        Self(shape)
    }

    /// Rows of an image.
    pub fn count(self) -> usize {
        self.0.height
    }

    /// Pixels of a row, of all channels.
    pub fn length(self) -> usize {
        self.0.channels * self.0.width
    }

    /// Pixels of an image.
    pub fn pixels(self) -> usize {
        self.0.values()
    }

    /// Where a pixel of an image stands.
    pub fn place(self, pixel: usize) -> RowPlace {
        let (width, area) = (self.0.width.max(1), (self.0.width * self.0.height).max(1));
        RowPlace { row: pixel % area / width, element: pixel / area * width + pixel % width }
    }
}

/// The parameters, as single numbers: so are they saved, and go on from there to the bit.
#[derive(Clone, Debug, PartialEq)]
pub struct HiddenMarkov {
    rows: ImageRows,
    /// p(state of the first row), `[states]`, up to a factor that is undone where they are used.
    pub(super) initial: Vec<f32>,
    /// p(next state | state), `[states, states]`, the next one last; the same of each row.
    pub(super) transitions: Vec<f32>,
    /// log p/(1 − p) of each pixel of a row, `[states, length]`.
    pub(super) logits: Vec<f32>,
}

impl HiddenMarkov {
    /// One that has not begun: all states alike, pixels as often on as off.
    pub fn nothing(rows: ImageRows, states: usize) -> Self {
        let even = 1.0 / states.max(1) as f32;
        let (initial, transitions) = (vec![even; states], vec![even; states * states]);
        Self { rows, initial, transitions, logits: vec![0.0; states * rows.length()] }
    }

    /// With these parameters; `None` if the lengths do not belong together.
    pub fn restore(rows: ImageRows, initial: Vec<f32>, transitions: Vec<f32>, logits: Vec<f32>) -> Option<Self> {
        let states = initial.len();
        let fits = transitions.len() == states * states && logits.len() == states * rows.length();
        fits.then_some(Self { rows, initial, transitions, logits })
    }

    /// How images are cut.
    pub fn rows(&self) -> ImageRows {
        self.rows
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.initial.len()
    }

    /// p(state of the first row), `[states]`, up to a factor.
    pub fn initial(&self) -> &[f32] {
        &self.initial
    }

    /// p(next state | state), `[states, states]`, each row up to a factor.
    pub fn transitions(&self) -> &[f32] {
        &self.transitions
    }

    /// log p/(1 − p) of each pixel of a row, `[states, length]`.
    pub fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// The parameters as sums over images need them.
    pub fn terms(&self) -> ChainTerms {
        let double = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<f64>>();
        let (states, length) = (self.states(), self.rows.length());
        let (mut initial, mut transitions) = (double(&self.initial), double(&self.transitions));
        normalise(&mut initial);
        transitions.chunks_exact_mut(states.max(1)).for_each(|row| {
            normalise(row);
        });
        let logits = transposed(&double(&self.logits), length);
        let mut bases = vec![0.0; states];
        for pixel in logits.chunks_exact(states.max(1)) {
            bases.iter_mut().zip(pixel).for_each(|(base, logit)| *base -= softplus(*logit));
        }
        ChainTerms { rows: self.rows, initial, to: transposed(&transitions, states), transitions, bases, logits }
    }
}

/// The parameters in double precision; probabilities sum to 1.
#[derive(Debug)]
pub struct ChainTerms {
    rows: ImageRows,
    /// p(state of the first row), `[states]`.
    pub initial: Vec<f64>,
    /// p(next state | state), `[from, to]`.
    pub transitions: Vec<f64>,
    /// The same, `[to, from]`.
    pub to: Vec<f64>,
    /// Σ log(1 − p) over the pixels of a row, `[states]`.
    bases: Vec<f64>,
    /// `[length, states]`: those of a pixel beside each other.
    logits: Vec<f64>,
}

impl ChainTerms {
    /// How many states there are.
    pub fn states(&self) -> usize {
        self.initial.len()
    }

    /// How images are cut.
    pub fn rows(&self) -> ImageRows {
        self.rows
    }

    /// log p/(1 − p) of an element of a row, by state.
    pub fn logits(&self, element: usize) -> &[f64] {
        let states = self.states();
        self.logits.get(element * states..(element + 1) * states).unwrap_or_default()
    }

    /// log p(row | state) of each row of an image, `[rows, states]`.
    pub fn of_image(&self, images: &PixelBits, image: usize, out: &mut Vec<f64>) {
        let states = self.states();
        out.clear();
        // Most pixels of most rows are off, which is in the bases.
        (0..self.rows.count()).for_each(|_| out.extend_from_slice(&self.bases));
        for pixel in images.ones(image) {
            let RowPlace { row, element } = self.rows.place(pixel);
            let logs = out.iter_mut().skip(row * states);
            logs.zip(self.logits(element)).for_each(|(log, logit)| *log += logit);
        }
    }

    /// log p(what is kept of a row | state) of each row of an image, `[rows, states]`; of `kept`, `[pixels]`, `None` is missing.
    pub fn of_kept(&self, kept: &[Option<bool>]) -> Vec<f64> {
        let states = self.states();
        let mut out = vec![0.0; self.rows.count() * states];
        for (pixel, on) in kept.iter().enumerate().filter_map(|(pixel, kept)| Some((pixel, (*kept)?))) {
            let RowPlace { row, element } = self.rows.place(pixel);
            let logs = out.iter_mut().skip(row * states);
            logs.zip(self.logits(element)).for_each(|(log, logit)| *log -= softplus(if on { -logit } else { *logit }));
        }
        out
    }
}

/// Rows of `width` numbers as columns.
fn transposed(rows: &[f64], width: usize) -> Vec<f64> {
    (0..width).flat_map(|at| rows.iter().skip(at).step_by(width)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_its_pixels_of_all_channels() {
        let rows = ImageRows::new(ImageShape { channels: 3, height: 4, width: 5 });
        assert_eq!((rows.count(), rows.length(), rows.pixels()), (4, 15, 60));
        let mut known = [false; 60];
        for channel in 0..3 {
            for (row, column) in (0..4).flat_map(|row| (0..5).map(move |column| (row, column))) {
                let place = rows.place(channel * 20 + row * 5 + column);
                assert_eq!(place, RowPlace { row, element: channel * 5 + column });
                assert!(!std::mem::replace(&mut known[place.row * 15 + place.element], true));
            }
        }
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let rows = ImageRows::new(ImageShape::grey(3, 4));
        let made = |initial, transitions, logits| {
            let zeros = |count| vec![0.0; count];
            HiddenMarkov::restore(rows, zeros(initial), zeros(transitions), zeros(logits)).is_some()
        };
        assert!(made(2, 4, 8));
        assert!(!made(2, 3, 8) && !made(3, 4, 8) && !made(2, 4, 24));
    }
}
