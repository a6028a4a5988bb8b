//! What one example of a data set is.

/// What one example is, and with it how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sample {
    /// An image.
    Image(ImageShape),
}

impl Sample {
    /// Values in one example.
    pub const fn values(self) -> usize {
        match self {
            Self::Image(shape) => shape.values(),
        }
    }

    /// The image that an example is drawn as.
    pub const fn shape(self) -> ImageShape {
        match self {
            Self::Image(shape) => shape,
        }
    }
}

/// The shape of one image: channels × height × width, planes one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ImageShape {
    /// 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl ImageShape {
    /// A grey image of `height × width`.
    pub const fn grey(height: usize, width: usize) -> Self {
        Self { channels: 1, height, width }
    }

    /// Whether an image has colours of its own: red, green and blue.
    pub const fn is_color(self) -> bool {
        self.channels == 3
    }

    /// Values in one image.
    pub const fn values(self) -> usize {
        self.channels * self.height * self.width
    }
}

impl std::fmt::Display for ImageShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×{}×{}", self.height, self.width, self.channels)
    }
}
