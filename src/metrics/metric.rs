//! What a metric is.

use super::test_fold::TestFold;
use crate::model::MetricId;

/// Something that training measures.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name: its key in the language tables (`series.<name>`) and in what the command line prints.
    pub id: MetricId,
    /// How many curves it has.
    pub columns: Columns,
    /// What it is drawn with.
    pub group: Group,
    /// What it counts in.
    pub unit: Unit,
    /// What it is measured on.
    pub source: MetricSource,
    /// How it comes about.
    pub compute: MetricCompute,
    /// Which of the curves' hues it has: the same for the training batch and for the test set.
    pub hue: u8,
}

/// How many curves a metric has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// One; its column in `metrics.csv` has the metric's name.
    One,
    /// One a latent dimension; the columns are `<column>_1`, `<column>_2`, …
    PerDimension {
        /// What the columns begin with.
        column: &'static str,
    },
}

/// Columns that are drawn in one plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// The terms of a likelihood.
    Likelihood,
    /// The losses and scores of adversarial training.
    Adversarial,
    /// How far posteriors are from the prior.
    Kl,
    /// How dense the distribution of codes is where images lie.
    CodeDensity,
    /// What the latent dimensions are used for.
    Latent,
    /// How much of the data a model reaches.
    Coverage,
    /// How far reconstructions are from their images.
    SquaredError,
    /// How well a flow's field is learned.
    Matching,
    /// How near they are.
    Psnr,
    /// How like test images what a model makes is.
    Likeness,
}

impl Group {
    /// Every group, in the order of the plots.
    pub const ALL: [Self; 10] = [
        Self::Likelihood,
        Self::Adversarial,
        Self::Kl,
        Self::CodeDensity,
        Self::Latent,
        Self::Coverage,
        Self::SquaredError,
        Self::Matching,
        Self::Psnr,
        Self::Likeness,
    ];

    /// Its key in the language tables (`group.<name>`).
    pub fn name(self) -> &'static str {
        match self {
            Self::Likelihood => "likelihood",
            Self::Adversarial => "adversarial",
            Self::Kl => "kl",
            Self::CodeDensity => "code_density",
            Self::Latent => "latent",
            Self::Coverage => "coverage",
            Self::SquaredError => "squared_error",
            Self::Matching => "matching",
            Self::Psnr => "psnr",
            Self::Likeness => "likeness",
        }
    }
}

/// What a metric counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Nats an image.
    Nats,
    /// An adversarial loss: no unit.
    Loss,
    /// A probability, 0 to 1.
    Score,
    /// The critic's own scale.
    Critic,
    /// A number of latent dimensions.
    Dimensions,
    /// A share of examples, 0 to 1.
    Share,
    /// Standard deviations of the prior.
    Deviations,
    /// Squares of the range of a pixel.
    SquaredRange,
    /// Decibels.
    Decibels,
    /// Likeness to test images: 1 is as they are.
    Likeness,
}

impl Unit {
    /// Its key in the language tables (`unit.<name>`).
    pub fn name(self) -> &'static str {
        match self {
            Self::Nats => "nats",
            Self::Loss => "loss",
            Self::Score => "score",
            Self::Critic => "critic",
            Self::Dimensions => "dimensions",
            Self::Share => "share",
            Self::Deviations => "deviations",
            Self::SquaredRange => "squared_range",
            Self::Decibels => "decibels",
            Self::Likeness => "likeness",
        }
    }

    /// Whether values are whole numbers.
    pub fn is_count(self) -> bool {
        self == Self::Dimensions
    }
}

/// What a metric is measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricSource {
    /// Each batch that is trained on.
    TrainingBatch,
    /// Test images, or samples beside them, at intervals.
    TestSet,
}

/// How a metric comes about.
#[derive(Clone, Copy, Debug)]
pub enum MetricCompute {
    /// The model gives it with its step or its test.
    ByModel,
    /// Folded from what the model gives on test images.
    FromTest(fn() -> Box<dyn TestFold>),
    /// Measured of the weights, more seldom than tests are made.
    BetweenSteps,
}

impl Metric {
    /// The key of its curve of a dimension (of its only curve, whatever the dimension).
    pub fn curve(&self, dimension: usize) -> MetricId {
        match self.columns {
            Columns::One => self.id,
            Columns::PerDimension { .. } => self.id.of_dimension(u16::try_from(dimension).unwrap_or(u16::MAX)),
        }
    }

    /// Whether it is measured on test images.
    pub fn is_test(&self) -> bool {
        self.source == MetricSource::TestSet
    }
}
