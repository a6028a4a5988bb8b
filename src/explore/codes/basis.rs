//! What a plane can be laid along beside dimensions and random directions.

use super::attribute::{Attribute, AttributeDirection};
use super::components::Components;
use crate::dataset::Split;
use crate::explore::encoded::Encoding;
use crate::explore::plane::{Plane, PlaneAxis};
use crate::message::{Message, message};
use serde::{Deserialize, Serialize};

/// What a plane is laid along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaneBasis {
    /// The first two principal components of the codes, through their mean.
    Components,
    /// Through the three anchors.
    Anchors,
    /// One direction along the difference of mean codes.
    Attribute(PlaneAxis, Attribute),
}

impl PlaneBasis {
    /// The plane that the codes of images of `split` give, from the one that is there; the anchors' plane is not of codes. Not a
    /// thing for a frame: of many dimensions the components take seconds, and fail where `go_on` says no.
    ///
    /// # Errors
    /// A sentence that says why the codes have no such direction.
    pub fn of_codes(
        &self,
        plane: &Plane,
        encoding: &Encoding,
        split: &Split,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Plane, Message> {
        let latent = encoding.latent;
        match self {
            Self::Components => Components::of(&encoding.mean, latent, 2, go_on)
                .and_then(|components| components.plane())
                .ok_or_else(|| message!("the codes have no principal components: there are too few of them")),
            Self::Attribute(axis, attribute) => {
                let name = attribute.name(split);
                let sides = attribute.sides(split, &encoding.images);
                let direction = AttributeDirection::of(&encoding.mean, latent, &sides);
                let laid = direction.and_then(|direction| direction.laid(plane, *axis, name.clone()));
                laid.ok_or_else(|| {
                    message!("the codes do not differ by {name}: too few have it, or too few have not", name)
                })
            }
            Self::Anchors => Err(message!("expected three anchors that do not lie in a line")),
        }
    }
}
