//! What is on the screen: one file a panel. Panels draw and return Commands; they mutate nothing but their own looks.

pub mod output;
pub mod plane;
