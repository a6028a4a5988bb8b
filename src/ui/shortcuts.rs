//! The keyboard. Keys act only when nothing has its focus, so that a focused button keeps its Space.

use crate::trainer::Part;
use crate::ui::command::{Command, Picture, Slot};
use crate::ui::dialogs::Ask;
use eframe::egui::{Context, Key, KeyboardShortcut, Modifiers};

const OPEN: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::O);
const SAVE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::S);
const EXPORT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::E);
const UNDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Z);
const REDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);

/// What the keys that were pressed ask for.
pub fn commands(context: &Context, help_is_open: bool, commands: &mut Vec<Command>) {
    if context.input_mut(|input| input.consume_key(Modifiers::NONE, Key::F1)) {
        commands.push(Command::Help(!help_is_open));
    }
    let focused = context.memory(|memory| memory.focused().is_some()) || context.egui_wants_keyboard_input();
    if focused {
        return;
    }
    context.input_mut(|input| {
        // Redo first: a shortcut without Shift also matches with it.
        let with_command = [
            (REDO, Command::Redo),
            (UNDO, Command::Undo),
            (OPEN, Command::Ask(Ask::OpenData)),
            (SAVE, Command::SaveBoth),
            (EXPORT, Command::Ask(Ask::Export(Picture::Sheet))),
        ];
        for (shortcut, command) in with_command {
            if input.consume_shortcut(&shortcut) {
                commands.push(command);
            }
        }
        for (key, command) in
            [(Key::Space, Command::ToggleBoth), (Key::S, Command::StepBoth), (Key::R, Command::ResetBoth)]
        {
            if input.modifiers.is_none() && input.consume_key(Modifiers::NONE, key) {
                commands.push(command);
            }
        }
    });
}

/// A single step of one model.
pub const fn step(slot: Slot) -> Command {
    Command::Step(slot, Part::Whole)
}
