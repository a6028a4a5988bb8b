//! Where a direction of a plane comes from that runs along no dimension.

use serde::{Deserialize, Serialize};

/// Where a direction of a plane comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectionSource {
    /// A principal component of the codes.
    Component {
        /// Its number, from 1: the first has the largest variance.
        number: u32,
        /// Its part of the codes' variance, in [0, 1].
        share: f32,
    },
    /// It leads from anchor to anchor.
    Anchors,
    /// It is the difference of the mean codes of two parts of the data.
    Attribute(AttributeFigures),
}

/// What a difference of mean codes is of, and how sure it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributeFigures {
    /// The class or the column.
    pub name: String,
    /// Length of the difference, in latent units.
    pub distance: f32,
    /// Standard error of that length.
    pub error: f32,
    /// How far the direction is off as a rule, in degrees: the standard error across it, seen from its beginning.
    pub angle_deg: f32,
}
