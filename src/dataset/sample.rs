//! What one example of a data set is.

/// What one example is, and with it how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sample {
    /// An image; its values lie in [0, 1].
    Image(ImageShape),
    /// A point of a space of so many dimensions; its values are real numbers, drawn as a place among others.
    Point {
        /// Coordinates.
        dims: usize,
    },
}

impl Sample {
    /// Values in one example.
    pub const fn values(self) -> usize {
        match self {
            Self::Image(shape) => shape.values(),
            Self::Point { dims } => dims,
        }
    }

    /// The shape of an image; of a point one row of its coordinates, which is how networks and files count its values and
    /// not how it is drawn.
    pub const fn shape(self) -> ImageShape {
        match self {
            Self::Image(shape) => shape,
            Self::Point { dims } => ImageShape::grey(1, dims),
        }
    }

    /// Whether it is a place in a space and no image.
    pub const fn is_point(self) -> bool {
        matches!(self, Self::Point { .. })
    }
}

impl From<ImageShape> for Sample {
    fn from(shape: ImageShape) -> Self {
        Self::Image(shape)
    }
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Image(shape) => write!(f, "{shape}"),
            Self::Point { dims } => write!(f, "ℝ{}", superscript(*dims)),
        }
    }
}

/// A whole number as it stands above a letter.
fn superscript(number: usize) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let above = |digit: char| digit.to_digit(10).and_then(|digit| DIGITS.get(digit as usize).copied());
    number.to_string().chars().filter_map(above).collect()
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
