//! What many codes, or a decoder's answers to small steps, say of a latent space: directions worth looking along.

mod arithmetic;
mod attribute;
mod basis;
mod components;
mod effects;

pub use arithmetic::{Arithmetic, NearestCode};
pub use attribute::{Attribute, AttributeDirection};
pub use basis::PlaneBasis;
pub use components::{Components, MOST_CODES};
pub use effects::DimensionEffects;
