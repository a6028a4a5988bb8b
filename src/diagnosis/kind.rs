//! What goes wrong, by name.

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// The batch has values that are not numbers.
    BrokenData,
    /// Images have no differences.
    ConstantData,
    /// Values lie outside 0 to 1, or hardly reach beyond 0.
    DataRange,
    /// The images of a batch are too much alike.
    Unshuffled,
    /// A normal distribution for pixels that are 0 or 1.
    UnfitLikelihood,
    /// Updates are as large as the weights.
    RateTooHigh,
    /// Updates change nothing.
    RateTooLow,
    /// A loss or weight is not a number.
    NotANumber,
    /// Units of a layer give 0 for every image.
    DeadUnits,
    /// Gradients die out on their way back.
    VanishingGradients,
    /// Gradients have grown out of all proportion.
    ExplodingGradients,
    /// Codes lie far outside the prior.
    KlScale,
    /// Latent dimensions say nothing.
    PosteriorCollapse,
    /// Samples are all alike.
    ModeCollapse,
    /// The discriminator tells all images apart.
    StrongDiscriminator,
    /// It tells none apart.
    WeakDiscriminator,
    /// Outputs stand at the ends of the sigmoid.
    SaturatedOutputs,
    /// Test images get worse while training images get better.
    Overfitting,
}
