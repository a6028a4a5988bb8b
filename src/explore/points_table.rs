//! Encoded images as a table for other programs.

use super::encoded::{EncodedPoints, Encoding};
use crate::dataset::{Column, ColumnValues, Split, npy_header};

/// The most characters of a text in an array: its rows are equally long.
const MOST_TEXT: usize = 256;

/// What is known of encoded images: a row an image, with all that the data set says of it.
///
/// Columns: its place in the split, each column of the data set by its name, the step of the weights, its posterior's means
/// `z1…` and standard deviations `sigma1…`, and where it lies on a plane.
#[derive(Clone, Copy)]
pub struct EncodedTable<'a> {
    /// The posteriors.
    pub encoding: &'a Encoding,
    /// The images that they are of.
    pub split: &'a Split,
    /// Whether the standard deviations mean anything; else there are none.
    pub has_posterior: bool,
    /// Where they lie on a plane, if on any.
    pub points: Option<&'a EncodedPoints>,
}

impl EncodedTable<'_> {
    fn sigmas(&self) -> usize {
        if self.has_posterior { self.encoding.latent } else { 0 }
    }

    /// Means and standard deviations of one image.
    fn figures(&self, place: usize) -> Option<impl Iterator<Item = f32>> {
        let (mean, log_variance) = self.encoding.posterior(place)?;
        let deviations = log_variance.iter().take(self.sigmas()).map(|log_variance| (0.5 * log_variance).exp());
        Some(mean.iter().copied().chain(deviations))
    }

    /// As CSV, in UTF-8.
    ///
    /// # Errors
    /// The encoder's own.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut table = csv::Writer::from_writer(Vec::new());
        let numbered = |name: &'static str, count: usize| (1..=count).map(move |place| format!("{name}{place}"));
        let plane = if self.points.is_some() { &["plane_x", "plane_y"][..] } else { &[] };
        let names = std::iter::once("image".to_owned())
            .chain(self.split.columns().iter().map(|column| column.name.clone()))
            .chain(["step".to_owned()])
            .chain(numbered("z", self.encoding.latent))
            .chain(numbered("sigma", self.sigmas()))
            .chain(plane.iter().map(|name| (*name).to_owned()));
        table.write_record(names)?;
        let step = self.encoding.step.to_string();
        for (place, image) in self.encoding.images.iter().enumerate() {
            let Some(figures) = self.figures(place) else { break };
            let known = self.split.columns().iter().map(|column| text(column, *image as usize));
            let position = self.points.map(|points| points.position(place).unwrap_or([f32::NAN; 2]));
            let figures = figures.chain(position.into_iter().flatten()).map(|value| value.to_string());
            table.write_record([image.to_string()].into_iter().chain(known).chain([step.clone()]).chain(figures))?;
        }
        table.into_inner().map_err(|error| error.into_error().into())
    }

    /// As a NumPy array of named fields (`numpy.load(file)["z"]`), little-endian: `image` (u4), each column of the data set
    /// (classes and texts as `U`, numbers as `f4`), `step` (u8), `z` and `sigma` (`f4`, one of each a latent dimension), and
    /// `plane` (two `f4`).
    pub fn npy(&self) -> Vec<u8> {
        let count = self.encoding.count();
        let columns: Vec<(&Column, usize)> =
            self.split.columns().iter().map(|column| (column, self.width(column))).collect();
        let mut taken = Vec::new();
        let mut fields = vec![field("image", "<u4", "", &mut taken)];
        for (column, width) in &columns {
            let kind = if is_number(column) { "<f4".to_owned() } else { format!("<U{width}") };
            fields.push(field(&column.name, &kind, "", &mut taken));
        }
        fields.push(field("step", "<u8", "", &mut taken));
        let several = |size: usize| format!(", ({size},)");
        fields.push(field("z", "<f4", &several(self.encoding.latent), &mut taken));
        if self.has_posterior {
            fields.push(field("sigma", "<f4", &several(self.encoding.latent), &mut taken));
        }
        if self.points.is_some() {
            fields.push(field("plane", "<f4", &several(2), &mut taken));
        }
        let mut out = npy_header(&format!("[{}]", fields.join(", ")), &[count]);
        for (place, image) in self.encoding.images.iter().enumerate() {
            let Some(figures) = self.figures(place) else { break };
            out.extend(image.to_le_bytes());
            for (column, width) in &columns {
                match &column.values {
                    ColumnValues::Number(cells) => {
                        out.extend(cells.get(*image as usize).unwrap_or(f32::NAN).to_le_bytes());
                    }
                    _ => {
                        let text = text(column, *image as usize);
                        let signs = text.chars().map(u32::from).chain(std::iter::repeat(0)).take(*width);
                        signs.for_each(|sign| out.extend(sign.to_le_bytes()));
                    }
                }
            }
            out.extend(self.encoding.step.to_le_bytes());
            let position = self.points.map(|points| points.position(place).unwrap_or([f32::NAN; 2]));
            figures.chain(position.into_iter().flatten()).for_each(|value| out.extend(value.to_le_bytes()));
        }
        out
    }

    /// The characters that a column's texts need.
    fn width(&self, column: &Column) -> usize {
        let texts = self.encoding.images.iter().map(|image| text(column, *image as usize).chars().count());
        if is_number(column) { 0 } else { texts.max().unwrap_or(0).clamp(1, MOST_TEXT) }
    }
}

fn is_number(column: &Column) -> bool {
    matches!(column.values, ColumnValues::Number(_))
}

/// What a column says of an image, in words.
fn text(column: &Column, image: usize) -> String {
    let said = match &column.values {
        ColumnValues::Class { names, indices } => {
            indices.get(image).map(|class| names.get(usize::from(class)).cloned().unwrap_or_else(|| class.to_string()))
        }
        ColumnValues::Number(cells) => cells.get(image).map(|number| number.to_string()),
        ColumnValues::Text(cells) => cells.get(image).map(|text| text.to_string()),
    };
    said.unwrap_or_default()
}

/// A field of an array, under a name of its own that Python reads as it is.
fn field(name: &str, kind: &str, shape: &str, taken: &mut Vec<String>) -> String {
    let plain: String = name.chars().map(|sign| if sign.is_alphanumeric() { sign } else { '_' }).collect();
    let plain = if plain.is_empty() { "_".to_owned() } else { plain };
    let others = (2..).map(|number| format!("{plain}_{number}"));
    let own = std::iter::once(plain.clone()).chain(others).find(|name| !taken.contains(name)).unwrap_or(plain);
    taken.push(own.clone());
    format!("('{own}', '{kind}'{shape})")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::{Cells, ImageShape};
    use crate::explore::plane::Plane;
    use std::sync::Arc;
    use std::time::Duration;

    fn encoding() -> Encoding {
        Encoding {
            step: 7,
            latent: 2,
            mean: vec![1.0, -2.0, 0.5, 0.25],
            log_variance: vec![0.0; 4],
            kl_per_dimension: vec![0.0; 2],
            images: [1, 2].into(),
            labels: vec![1, 0],
            took: Duration::ZERO,
        }
    }

    fn split() -> Split {
        let column = |name: &str, values| Column { name: name.to_owned(), values };
        let columns = vec![
            Column::class([0, 1, 0], ["zero", "one, two"].map(str::to_owned)),
            column("step", ColumnValues::Number(Cells::Listed([0.0, 0.5, -1.5].into()))),
            column("who's", ColumnValues::Text(Cells::Listed(["", "é", "abc"].map(Arc::from).into()))),
        ];
        Split::of_bytes(ImageShape::grey(1, 1), vec![0, 1, 2], columns)
    }

    #[test]
    fn an_image_has_a_row() {
        let (encoding, split) = (encoding(), split());
        let points = EncodedPoints::new(Arc::new(encoding.clone()), Arc::new(Plane::of_two()));
        let table = EncodedTable { encoding: &encoding, split: &split, has_posterior: true, points: Some(&points) };
        let text = |table: EncodedTable<'_>| String::from_utf8(table.csv().unwrap()).unwrap();
        let expected = "image,class,step,who's,step,z1,z2,sigma1,sigma2,plane_x,plane_y\n\
                        1,\"one, two\",0.5,é,7,1,-2,1,1,1,-2\n\
                        2,zero,-1.5,abc,7,0.5,0.25,1,1,0.5,0.25\n";
        assert_eq!(text(table), expected);
        let bare = EncodedTable { has_posterior: false, points: None, ..table };
        assert!(text(bare).starts_with("image,class,step,who's,step,z1,z2\n1,\"one, two\",0.5,é,7,1,-2\n"));
    }

    #[test]
    fn an_array_has_the_same_in_named_fields() {
        let (encoding, split) = (encoding(), split());
        let table = EncodedTable { encoding: &encoding, split: &split, has_posterior: true, points: None };
        let bytes = table.npy();
        let row = 4 + 8 * 4 + 4 + 3 * 4 + 8 + 4 * 4;
        let (header, rows) = bytes.split_at(bytes.len() - 2 * row);
        let header = String::from_utf8_lossy(header);
        let fields = "[('image', '<u4'), ('class', '<U8'), ('step', '<f4'), ('who_s', '<U3'), ('step_2', '<u8'), \
                      ('z', '<f4', (2,)), ('sigma', '<f4', (2,))]";
        assert!(header.contains(fields) && header.contains("'shape': (2,)"), "{header}");
        assert_eq!(rows[..4], 1u32.to_le_bytes());
        assert_eq!(rows[4..8], u32::from('o').to_le_bytes());
        assert_eq!(rows[36..40], 0.5f32.to_le_bytes());
        assert_eq!(rows[row - 16..row - 8], [1.0f32.to_le_bytes(), (-2.0f32).to_le_bytes()].concat());
    }
}
