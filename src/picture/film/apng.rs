//! Animated PNG: every pixel as it is.

use super::{Film, FilmEncoder};
use image::RgbImage;
use png::{BitDepth, ColorType, Encoder, EncodingError, Writer};
use std::io::{self, BufWriter, Write};

/// An animated PNG that is being written. It repeats without end.
pub(super) struct ApngFilm<W: Write> {
    out: Writer<BufWriter<W>>,
}

impl<W: Write> ApngFilm<W> {
    pub fn new(out: W, film: &Film) -> io::Result<Self> {
        let [width, height] = film.size;
        let mut encoder = Encoder::new(BufWriter::new(out), width, height);
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_animated(film.frames as u32, 0).map_err(own)?;
        encoder.set_frame_delay(1, film.rate as u16).map_err(own)?;
        encoder.validate_sequence(true);
        Ok(Self { out: encoder.write_header().map_err(own)? })
    }
}

impl<W: Write> FilmEncoder for ApngFilm<W> {
    fn push(&mut self, frame: &RgbImage) -> io::Result<()> {
        self.out.write_image_data(frame.as_raw()).map_err(own)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.out.finish().map_err(own)
    }
}

/// The file system's own error, where it is one.
fn own(error: EncodingError) -> io::Error {
    match error {
        EncodingError::IoError(error) => error,
        other => other.into(),
    }
}
