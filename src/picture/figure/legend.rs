//! What the colours of a figure's points mean: classes as rows, or a scale of numbers.

use super::{Drawn, LINE, MARGIN, Outcome, axis_words, font};
use crate::picture::ColorMap;
use plotters::prelude::*;

/// Letters of a name that there is room for.
const LETTERS: usize = 24;
/// Height of a scale, its width, and how many colours it is drawn with.
const SCALE: u32 = 12 * LINE;
const BAR: u32 = 12;
const STOPS: u32 = 64;
/// Places on a scale that have figures.
const FIGURES: u32 = 4;

/// A class and its colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureClass {
    /// What it is called.
    pub name: String,
    /// How its points are drawn.
    pub color: [u8; 3],
}

/// What the colours of points mean.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureLegend {
    /// Above it: the column's name.
    pub heading: Option<String>,
    /// The colours.
    pub key: FigureKey,
}

/// The colours of points.
#[derive(Clone, Debug, PartialEq)]
pub enum FigureKey {
    /// A colour each.
    Classes(Vec<FigureClass>),
    /// A colour map from the first number to the second.
    Scale {
        /// The numbers at its ends.
        ends: [f32; 2],
        /// The map.
        map: ColorMap,
    },
}

impl FigureLegend {
    fn heading(&self) -> Option<String> {
        self.heading.as_ref().map(|heading| heading.chars().take(LETTERS).collect())
    }

    fn figures(&self) -> Vec<(f32, String)> {
        let FigureKey::Scale { ends: [low, high], .. } = self.key else { return Vec::new() };
        let span = f64::from(high) - f64::from(low);
        let places = if span > 0.0 { FIGURES } else { 0 };
        let part = |place: u32| f64::from(place) / f64::from(FIGURES);
        let words = |part: f64| axis_words(f64::from(low) + part * span, if span > 0.0 { span } else { 1.0 });
        (0..=places).map(part).map(|part| (part as f32, words(part))).collect()
    }

    /// Width in pixels at size 1; 0 where there is nothing to say.
    pub(super) fn width(&self) -> u32 {
        let names: Vec<String> = match &self.key {
            FigureKey::Classes(classes) => classes.iter().map(|class| class.name.clone()).collect(),
            FigureKey::Scale { .. } => self.figures().into_iter().map(|(_, words)| words).collect(),
        };
        if names.is_empty() {
            return 0;
        }
        let longest = names.iter().chain(&self.heading).map(|name| name.chars().count()).max().unwrap_or(0);
        2 * MARGIN + 8 + 8 * longest.min(LETTERS) as u32
    }

    /// Height in pixels at size 1.
    pub(super) fn height(&self) -> u32 {
        let rows = match &self.key {
            FigureKey::Classes(classes) => LINE * classes.len() as u32,
            FigureKey::Scale { .. } => SCALE + LINE,
        };
        rows + if self.heading.is_some() { LINE } else { 0 }
    }

    /// Draws it with its upper left corner `at` these pixels at size 1.
    pub(super) fn draw<B: DrawingBackend>(&self, area: &Drawn<B>, [left, top]: [u32; 2], scale: u32) -> Outcome<B> {
        let at = |x: u32, y: u32| ((x * scale) as i32, (y * scale) as i32);
        let mut top = top;
        if let Some(heading) = self.heading() {
            area.draw_text(&heading, &font(13, scale), at(left, top + 1))?;
            top += LINE;
        }
        match &self.key {
            FigureKey::Classes(classes) => {
                for (row, FigureClass { name, color: [red, green, blue] }) in (0..).zip(classes) {
                    let y = top + row * LINE;
                    let dot = at(left + 6, y + LINE / 2);
                    area.draw(&Circle::new(dot, 4 * scale, RGBColor(*red, *green, *blue).filled()))?;
                    let name: String = name.chars().take(LETTERS).collect();
                    area.draw_text(&name, &font(13, scale), at(left + 16, y + 1))?;
                }
            }
            FigureKey::Scale { map, .. } => {
                let top = top + LINE / 2;
                for stop in 0..STOPS {
                    let [red, green, blue] = map.rgb(1.0 - (stop as f32 + 0.5) / STOPS as f32);
                    let edge = |stop: u32| top + SCALE * stop / STOPS;
                    let corners = [at(left, edge(stop)), at(left + BAR, edge(stop + 1))];
                    area.draw(&Rectangle::new(corners, RGBColor(red, green, blue).filled()))?;
                }
                for (part, words) in self.figures() {
                    let y = top + ((1.0 - part) * SCALE as f32) as u32;
                    area.draw_text(&words, &font(13, scale), at(left + BAR + 4, y.saturating_sub(LINE / 2)))?;
                }
            }
        }
        Ok(())
    }
}
