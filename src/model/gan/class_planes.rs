//! How a discriminator is told the class of the images that it reads.

use crate::dataset::ImageShape;
use crate::model::classes::one_hot;
use crate::model::layers::{LayerSettings, Layers};
use candle_core::{Result, Tensor};

/// Beside an image of as many pixels a class is as loud as the image where an eighth of them is white.
const PIXELS_OF_A_WHITE_ONE: f64 = 8.0;

/// The class beside images: a number a class for dense layers, and a plane a class for convolutions; those of other classes than an
/// image's own are 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClassPlanes {
    classes: usize,
    /// Numbers a class.
    each: usize,
    /// Those of an image's own class. A single 1 would weigh next to nothing beside hundreds of pixels, and penalties on the
    /// discriminator's gradient would keep it so.
    own: f64,
    /// What the discriminator reads.
    pub shape: ImageShape,
}

impl ClassPlanes {
    /// Beside images of a shape, for a discriminator of these layers.
    pub fn new(layers: &LayerSettings, image: ImageShape, classes: usize) -> Self {
        match layers.network {
            Layers::Dense => Self {
                classes,
                each: 1,
                own: (image.values() as f64 / PIXELS_OF_A_WHITE_ONE).sqrt().max(1.0),
                shape: ImageShape::grey(1, image.values() + classes),
            },
            Layers::Convolutional | Layers::Pooled => Self {
                classes,
                each: image.height * image.width,
                own: 1.0,
                shape: ImageShape { channels: image.channels + classes, ..image },
            },
        }
    }

    /// Images `[batch, pixels]` and their classes, `[batch, shape.values()]`.
    pub fn beside(&self, images: &Tensor, classes: &[usize]) -> Result<Tensor> {
        let rows = images.dim(0)?;
        let told = one_hot(classes, self.classes, images.device())?.affine(self.own, 0.0)?;
        let planes = told.unsqueeze(2)?.broadcast_as((rows, self.classes, self.each))?.contiguous()?;
        Tensor::cat(&[images, &planes.reshape((rows, self.classes * self.each))?], 1)
    }
}
