//! Films: frames of one size, written one after another as a GIF, an animated PNG or an MP4. What is cancelled leaves no file.

mod apng;
mod error;
mod gif;
mod mp4;
mod scene;
mod timeline;
mod yuv;

pub use error::FilmError;
pub use scene::{enlarged, enlargement, image_frame, plane_frame};
pub use timeline::{FilmedPlane, FilmedPoints, TimelineFilm};

use crate::disk;
use image::RgbImage;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::RangeInclusive;
use std::path::Path;

/// Frames of a film.
pub const FILM_FRAMES: RangeInclusive<usize> = 1..=10_000;
/// Frames a second.
pub const FILM_RATES: RangeInclusive<u32> = 1..=50;
/// Pixels along a film's longer side.
pub const FILM_SIDES: RangeInclusive<u32> = 16..=3840;
/// The most pixels along its shorter side: what the encoder of H.264 takes.
const SHORTER: u32 = 2160;

/// What a film is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilmFormat {
    /// At most 256 colours a frame, so that greys and the colour maps are exact; shown by everything.
    Gif,
    /// Every pixel as it is.
    Apng,
    /// H.264: small, and shown by everything that shows films; frames are close to what they were (40 dB and more).
    Mp4,
}

impl FilmFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Gif, Self::Apng, Self::Mp4];

    /// How a file of it ends, without the dot.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Gif => "gif",
            Self::Apng => "png",
            Self::Mp4 => "mp4",
        }
    }

    /// The format that a path's ending says; `None` for another ending or none.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?;
        Self::ALL.into_iter().find(|format| ending.eq_ignore_ascii_case(format.ending()))
    }

    /// The size that frames of `size` have in a file. H.264 knows even sides of 16 and more alone: the last column and the
    /// last row are repeated until they are.
    pub fn padded(self, size: [u32; 2]) -> [u32; 2] {
        match self {
            Self::Mp4 => size.map(|side| side.next_multiple_of(2).max(16)),
            Self::Gif | Self::Apng => size,
        }
    }
}

/// What is known of a film before its first frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Film {
    /// What it is written as.
    pub format: FilmFormat,
    /// Width and height of its frames.
    pub size: [u32; 2],
    /// How many there are.
    pub frames: usize,
    /// Frames a second.
    pub rate: u32,
}

/// Takes one frame after another.
trait FilmEncoder {
    fn push(&mut self, frame: &RgbImage) -> io::Result<()>;
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// What a film's frames are given to, one after another.
pub type EachFrame<'a> = &'a mut dyn FnMut(&RgbImage) -> io::Result<()>;

impl Film {
    /// Whether such a film can be written.
    ///
    /// # Errors
    /// Which number is beyond its limits.
    pub fn check(&self) -> Result<(), FilmError> {
        let [width, height] = self.size;
        if !FILM_FRAMES.contains(&self.frames) {
            return Err(FilmError::Frames { found: self.frames });
        }
        if !FILM_RATES.contains(&self.rate) {
            return Err(FilmError::Rate { found: self.rate });
        }
        if width.min(height) == 0 || width.max(height) > *FILM_SIDES.end() || width.min(height) > SHORTER {
            return Err(FilmError::Size { found: self.size });
        }
        Ok(())
    }

    /// Writes it to a path, whole or not at all: `fill` gives its frames, all of them of this size.
    ///
    /// # Errors
    /// A number beyond its limits, the file system's own, or what `fill` ends it with.
    pub fn write(&self, path: &Path, fill: impl FnOnce(EachFrame<'_>) -> io::Result<()>) -> Result<(), FilmError> {
        self.check()?;
        let written = disk::export_with(path, |file| {
            let mut encoder = self.encoder(file)?;
            let mut pushed = 0;
            fill(&mut |frame| {
                pushed += 1;
                if pushed > self.frames || <[u32; 2]>::from(frame.dimensions()) != self.size {
                    return Err(io::Error::new(ErrorKind::InvalidInput, "a frame that does not belong to the film"));
                }
                encoder.push(frame)
            })?;
            if pushed < self.frames {
                return Err(io::Error::new(ErrorKind::InvalidInput, "fewer frames than the film has"));
            }
            encoder.finish()
        });
        written.map_err(|error| FilmError::File { path: path.to_owned(), error })
    }

    fn encoder<'a>(&self, file: &'a mut File) -> io::Result<Box<dyn FilmEncoder + 'a>> {
        Ok(match self.format {
            FilmFormat::Gif => Box::new(gif::GifFilm::new(file, self)?),
            FilmFormat::Apng => Box::new(apng::ApngFilm::new(file, self)?),
            FilmFormat::Mp4 => Box::new(mp4::Mp4Film::new(file, self)?),
        })
    }
}
