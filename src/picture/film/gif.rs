//! GIF: 256 greys for all frames, or the colours of each.

use super::{Film, FilmEncoder};
use gif::{Encoder, EncodingError, Frame, Repeat};
use image::RgbImage;
use std::borrow::Cow;
use std::io::{self, BufWriter, ErrorKind, Write};

/// How thoroughly 256 colours are looked for where a frame has more: 1 (best) to 30 (fastest).
const SPEED: i32 = 10;

/// A GIF that is being written. It repeats without end.
pub(super) struct GifFilm<W: Write> {
    out: Encoder<BufWriter<W>>,
    size: [u16; 2],
    rate: u64,
    pushed: u64,
}

impl<W: Write> GifFilm<W> {
    pub fn new(out: W, film: &Film) -> io::Result<Self> {
        let [width, height] = film.size.map(u16::try_from);
        let (Ok(width), Ok(height)) = (width, height) else { return Err(ErrorKind::InvalidInput.into()) };
        let greys: Vec<u8> = (0..=255).flat_map(|grey| [grey; 3]).collect();
        let mut out = Encoder::new(BufWriter::new(out), width, height, &greys).map_err(own)?;
        out.set_repeat(Repeat::Infinite).map_err(own)?;
        Ok(Self { out, size: [width, height], rate: film.rate.into(), pushed: 0 })
    }

    /// When the frame of this number begins, in hundredths of a second: what GIF counts by. Roundings do not add up.
    fn begins(&self, number: u64) -> u64 {
        (100 * number + self.rate / 2) / self.rate.max(1)
    }
}

impl<W: Write> FilmEncoder for GifFilm<W> {
    fn push(&mut self, frame: &RgbImage) -> io::Result<()> {
        let ([width, height], pixels) = (self.size, frame.as_raw());
        let is_grey = pixels.chunks_exact(3).all(|pixel| matches!(pixel, [r, g, b] if r == g && g == b));
        let mut frame = match is_grey {
            true => {
                let greys: Vec<u8> = pixels.iter().copied().step_by(3).collect();
                Frame { width, height, buffer: Cow::Owned(greys), ..Frame::default() }
            }
            // Exact up to 256 colours.
            false => Frame::from_rgb_speed(width, height, pixels, SPEED),
        };
        let delay = self.begins(self.pushed + 1) - self.begins(self.pushed);
        frame.delay = u16::try_from(delay).unwrap_or(u16::MAX);
        self.pushed += 1;
        self.out.write_frame(&frame).map_err(own)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.out.into_inner().map_err(own)?.flush()
    }
}

/// The file system's own error, where it is one.
fn own(error: EncodingError) -> io::Error {
    match error {
        EncodingError::Io(error) => error,
        other => io::Error::other(other),
    }
}
