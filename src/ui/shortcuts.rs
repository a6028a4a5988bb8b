//! The keyboard. Keys act only when nothing has its focus, so that a focused button keeps its Space.

use crate::explore::viewport::Viewport;
use crate::ui::command::{Ask, Command, ExportSubject, FileCommand, ModelCommand, PlaneCommand, ViewCommand};
use crate::ui::slot::Slot;
use crate::ui::widgets;
use eframe::egui::{Context, Id, Key, KeyboardShortcut, Modifiers};

const OPEN: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::O);
const SAVE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::S);
const EXPORT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::E);
const UNDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Z);
const RESET: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::R);
const REDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);

/// What the keys depend on.
pub struct KeyboardState {
    /// What has the keyboard while the plane has it.
    pub plane_focus: Option<Id>,
    /// Whether the help is open.
    pub help: bool,
    /// Whether a panel has all of the room.
    pub maximised: bool,
    /// Whether the plane and the outputs are shown alone.
    pub presenting: bool,
    /// Whether a window asks for a path: what is typed is meant for it.
    pub asks: bool,
    /// Where the cursor stands.
    pub cursor: [f32; 2],
    /// Whose plane is shown.
    pub plane: Slot,
    /// What part of the planes is seen.
    pub viewport: Viewport,
}

/// What the keys that were pressed ask for.
pub fn commands(context: &Context, state: &KeyboardState, commands: &mut Vec<Command>) {
    widgets::note_popups(context);
    if context.input_mut(|input| input.consume_key(Modifiers::NONE, Key::F1)) {
        commands.push(ViewCommand::Help(!state.help).into());
    }
    let is_full = context.input(|input| input.viewport().fullscreen.unwrap_or(false));
    if context.input_mut(|input| input.consume_key(Modifiers::NONE, Key::F11)) {
        commands.push(ViewCommand::FullScreen(!is_full).into());
    }
    if context.input_mut(|input| input.consume_key(Modifiers::NONE, Key::F5)) {
        commands.push(ViewCommand::Present(!state.presenting).into());
    }
    let focused = context.memory(|memory| memory.focused());
    if (state.presenting || state.maximised) && widgets::escapes_below_dialogs(context) {
        context.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        let back = if state.presenting { ViewCommand::Present(false) } else { ViewCommand::Maximise(None) };
        commands.push(back.into());
    } else if is_full && focused.is_none() && widgets::escapes_below_dialogs(context) {
        commands.push(ViewCommand::FullScreen(false).into());
    }
    // The plane takes the focus on a click and leaves all but its own keys to the window.
    let on_plane = focused.is_some() && focused == state.plane_focus;
    if focused.is_some() && !on_plane {
        return;
    }
    if focused.is_none() && !state.asks {
        arrows(context, state, commands);
    }
    context.input_mut(|input| {
        // Redo first: a shortcut without Shift also matches with it.
        let with_command = [
            (REDO, Command::Redo),
            (UNDO, Command::Undo),
            (RESET, ModelCommand::ResetAll.into()),
            (OPEN, FileCommand::Ask(Ask::OpenData).into()),
            (SAVE, FileCommand::SaveAll.into()),
            (EXPORT, FileCommand::Ask(Ask::Export(ExportSubject::Plane(state.plane))).into()),
        ];
        for (shortcut, command) in with_command {
            if input.consume_shortcut(&shortcut) {
                commands.push(command);
            }
        }
        for (key, command) in [(Key::Space, ModelCommand::ToggleAll), (Key::S, ModelCommand::StepAll)] {
            if !state.asks && input.modifiers.is_none() && input.consume_key(Modifiers::NONE, key) {
                commands.push(command.into());
            }
        }
    });
}

/// Arrows move the cursor where nothing has the focus; the plane has its own.
fn arrows(context: &Context, state: &KeyboardState, commands: &mut Vec<Command>) {
    let (right, up, fine) = context.input(|input| {
        let count = |key| input.num_presses(key) as f32;
        let right = count(Key::ArrowRight) - count(Key::ArrowLeft);
        (right, count(Key::ArrowUp) - count(Key::ArrowDown), input.modifiers.shift)
    });
    if right != 0.0 || up != 0.0 {
        commands.push(PlaneCommand::Cursor(state.viewport.nudged(state.cursor, [right, up], fine)).into());
    }
}
