//! What is on the screen: one file a panel. Panels draw and return Commands; they mutate nothing but their own looks.

pub mod activations;
pub mod ask;
pub mod command;
pub mod compare;
pub mod damaged;
pub mod dialogs;
pub mod dropped;
mod export;
pub mod fork;
pub mod help;
mod known_data;
pub mod layout;
pub mod log;
pub mod menu;
pub mod messages;
pub mod model_card;
pub mod output;
pub mod pane;
pub mod panel;
pub mod panels;
pub mod plane;
pub mod present;
pub mod reading;
pub mod settings;
pub mod setup;
pub mod shortcuts;
pub mod slot;
pub mod text;
pub mod theme;
pub mod toasts;
pub mod training;
pub mod view;
pub mod widgets;

pub use pane::Pane;
pub use panel::{Panel, PanelNeeds};
pub use panels::Panels;
