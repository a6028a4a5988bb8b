//! The plane with all that can be drawn on it.

use crate::app::Session;
use crate::ui::command::ViewCommand;
use crate::ui::plane::layers::LAYERS;

/// Switches every layer of the plane on.
pub fn show_all(session: &mut Session) {
    let mut settings = session.settings().clone();
    LAYERS.iter().for_each(|layer| settings.plane.show.set(layer.id, true));
    session.apply(ViewCommand::Settings(Box::new(settings)));
}
