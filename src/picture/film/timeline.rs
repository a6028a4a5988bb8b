//! Films of training: the plane at one step after another, the window's and the command line's alike.

use super::{Film, FilmFormat, enlarged, enlargement, plane_frame};
use crate::dataset::Split;
use crate::explore::data_plane::{DataBounds, MappedGrid};
use crate::explore::encoded::Encoding;
use crate::explore::plane::Plane;
use crate::explore::tiles::{AtlasLimits, Lattice, TileGrid};
use crate::explore::timeline::PastReader;
use crate::explore::viewer::CpuDecoder;
use crate::message::{Explain, Message, message};
use crate::picture::{ColorMap, DataPlaneFigure, FigureStyle, pixels, tiles};
use crate::snapshot::{Scratch, Snapshot};
use image::{Rgb, RgbImage};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

/// The side of a point, in shares of the frame's longer side: one of so many.
const POINT_SHARE: u32 = 280;

/// What each frame shows of a plane.
#[derive(Clone)]
pub enum FilmedPlane {
    /// `side × side` images from −range to range.
    Square {
        /// Images a side.
        side: usize,
        /// Half the side of what is shown, in the plane's units.
        range: f32,
    },
    /// The cells that a window shows, and the data on them.
    Cells {
        /// Which they are.
        lattice: Lattice,
        /// The data, where it is drawn.
        points: Option<FilmedPoints>,
    },
    /// Of a model of points: a lattice of the plane where the decoder puts it.
    Mapped {
        /// The lattice.
        grid: MappedGrid,
        /// What is seen of the data's plane.
        bounds: DataBounds,
        /// Above it, before the step.
        heading: String,
    },
}

/// Examples that are encoded anew for each frame.
#[derive(Clone)]
pub struct FilmedPoints {
    /// Where they are.
    pub split: Split,
    /// Their places in it, rising, `[count]`.
    pub images: Arc<[u32]>,
    /// How each is drawn, `[count]`.
    pub colors: Vec<[u8; 3]>,
}

/// A film of a plane as training went on.
#[derive(Clone)]
pub struct TimelineFilm {
    /// The plane, the same in all frames.
    pub plane: Arc<Plane>,
    /// What is shown of it.
    pub shown: FilmedPlane,
    /// The colours of grey images.
    pub map: ColorMap,
    /// What it is written as.
    pub format: FilmFormat,
    /// Pixels along the longer side, at most: where cells have more, their images are made smaller.
    pub longest: u32,
    /// Frames a second.
    pub rate: u32,
}

impl TimelineFilm {
    /// Writes it to a path, whole or not at all, a frame a step. `go_on` is asked now and then; `done` is given the frames that
    /// are written.
    ///
    /// # Errors
    /// What cannot be read or written, or that `go_on` said no.
    pub fn write(
        &self,
        path: &Path,
        past: &mut PastReader,
        go_on: &dyn Fn() -> bool,
        done: &dyn Fn(usize),
    ) -> Result<(), Message> {
        let first = self.frame(&*past.snapshot(0)?, go_on)?;
        let film = Film { format: self.format, size: first.dimensions().into(), frames: past.count(), rate: self.rate };
        let (mut first, mut no_frame) = (Some(first), None);
        let written = film.write(path, |each| {
            (0..past.count()).try_for_each(|place| {
                let frame = match first.take() {
                    Some(frame) => Ok(frame),
                    None => past.snapshot(place).and_then(|snapshot| self.frame(&snapshot, go_on)),
                };
                let frame = frame.map_err(|message| {
                    no_frame = Some(message);
                    std::io::Error::from(ErrorKind::Interrupted)
                })?;
                each(&frame)?;
                done(place + 1);
                Ok(())
            })
        });
        match no_frame {
            Some(message) => Err(message),
            None => written.map_err(|error| error.message()),
        }
    }

    /// One of its frames, as large as in the film.
    ///
    /// # Errors
    /// Where the plane does not belong to the network, or `go_on` said no.
    pub fn frame(&self, snapshot: &Snapshot, go_on: &dyn Fn() -> bool) -> Result<RgbImage, Message> {
        let picture = self.picture(snapshot, go_on)?;
        let factor = enlargement(self.format, picture.dimensions().into(), self.longest);
        Ok(enlarged(&picture, factor))
    }

    /// The same, one pixel a pixel of what is decoded.
    fn picture(&self, snapshot: &Snapshot, go_on: &dyn Fn() -> bool) -> Result<RgbImage, Message> {
        let ended = || message!("interrupted");
        match &self.shown {
            FilmedPlane::Square { side, range } => {
                let shown = (snapshot, &*self.plane);
                let each = || if go_on() { Ok(()) } else { Err(ErrorKind::Interrupted.into()) };
                plane_frame(shown, (*side, *range), self.map, each).map_err(|_| ended())
            }
            FilmedPlane::Cells { lattice, points } => {
                // A cell has one pixel at least.
                let side = lattice.columns.max(lattice.rows).max(self.longest as usize);
                let limits = AtlasLimits { side, ..AtlasLimits::default() };
                let (decoder, mut wanted) = (&mut CpuDecoder::default(), go_on);
                let grid = TileGrid::decode(decoder, snapshot, &self.plane, *lattice, limits, &mut wanted);
                let other = || if go_on() { message!("the plane does not belong to the network") } else { ended() };
                let mut picture = tiles(&grid.ok_or_else(other)?, self.map);
                if let Some(points) = points {
                    let encoding = points.encoding(snapshot, go_on);
                    if !go_on() {
                        return Err(ended());
                    }
                    if let Some(encoding) = encoding {
                        points.draw(&encoding, &self.plane, lattice, &mut picture);
                    }
                }
                Ok(picture)
            }
            FilmedPlane::Mapped { grid, bounds, heading } => {
                let (lines, heading) = (grid.of(snapshot, &self.plane), format!("{heading}, step {}", snapshot.step));
                let figure = DataPlaneFigure { bounds: *bounds, points: Vec::new(), lines, heading };
                pixels(&figure, &FigureStyle::default()).map_err(|error| error.message())
            }
        }
    }
}

impl FilmedPoints {
    /// Their codes; `None` where `go_on` said no, or there is no encoder.
    fn encoding(&self, snapshot: &Snapshot, go_on: &dyn Fn() -> bool) -> Option<Encoding> {
        let mut current = go_on;
        Encoding::of_images(snapshot, &self.split, &self.images, &mut Scratch::default(), &mut current)
    }

    /// Draws what lies in the lattice as small squares.
    fn draw(&self, encoding: &Encoding, plane: &Plane, lattice: &Lattice, picture: &mut RgbImage) {
        let (low, high) = lattice.bounds();
        let size = [picture.width(), picture.height()];
        let side = (size[0].max(size[1]) / POINT_SHARE).max(1);
        for (mean, color) in encoding.mean.chunks_exact(encoding.latent.max(1)).zip(&self.colors) {
            let [x, y] = plane.plane_from_latent(mean);
            // Rows go downwards.
            let parts = [(x - low[0]) / (high[0] - low[0]), (high[1] - y) / (high[1] - low[1])];
            if !parts.iter().all(|part| (0.0..1.0).contains(part)) {
                continue;
            }
            let at = [0, 1].map(|axis| ((parts[axis] * size[axis] as f32) as u32).saturating_sub(side / 2));
            for (x, y) in (0..side * side).map(|pixel| (at[0] + pixel % side, at[1] + pixel / side)) {
                if let Some(pixel) = picture.get_pixel_mut_checked(x, y) {
                    *pixel = Rgb(*color);
                }
            }
        }
    }
}
