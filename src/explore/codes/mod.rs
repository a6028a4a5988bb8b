//! What many codes, or a decoder's answers to small steps, say of a latent space: directions worth looking along.

mod arithmetic;
mod attribute;
mod basis;
mod components;
mod effects;
mod point_map;

pub use arithmetic::{Arithmetic, NearestCode};
pub use attribute::{Attribute, AttributeDirection};
pub use basis::PlaneBasis;
pub use components::{Components, MOST_CODES};
pub use effects::DimensionEffects;
pub use point_map::{MOST_MAPPED, MapKind, PointMap};
