//! What hands do: on what is there to be clicked, dragged and typed into, with keys, and with commands as lessons give them.

use crate::chance::Chance;
use crate::commands;
use crate::window::Window;
use eframe::egui::accesskit::{NodeId, Role};
use eframe::egui::{
    DroppedFile, Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, Rect, TouchPhase, Vec2, pos2,
};
use egui_kittest::Node;
use egui_kittest::kittest::NodeT;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Roles of what a hand can do something with.
const ROLES: [Role; 12] = [
    Role::Button,
    Role::CheckBox,
    Role::ComboBox,
    Role::Slider,
    Role::SpinButton,
    Role::TextInput,
    Role::RadioButton,
    Role::MenuItem,
    Role::Tab,
    Role::Link,
    Role::Image,
    Role::ListItem,
];

/// The keys that something listens to.
const KEYS: [(Modifiers, Key); 24] = [
    (Modifiers::NONE, Key::Space),
    (Modifiers::NONE, Key::S),
    (Modifiers::COMMAND, Key::S),
    (Modifiers::COMMAND, Key::O),
    (Modifiers::COMMAND, Key::E),
    (Modifiers::COMMAND, Key::R),
    (Modifiers::COMMAND, Key::Z),
    (Modifiers::COMMAND, Key::Z),
    (Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z),
    (Modifiers::NONE, Key::F1),
    (Modifiers::NONE, Key::F5),
    (Modifiers::NONE, Key::F11),
    (Modifiers::NONE, Key::Escape),
    (Modifiers::NONE, Key::Escape),
    (Modifiers::NONE, Key::Enter),
    (Modifiers::NONE, Key::Tab),
    (Modifiers::NONE, Key::ArrowLeft),
    (Modifiers::NONE, Key::ArrowRight),
    (Modifiers::SHIFT, Key::ArrowUp),
    (Modifiers::NONE, Key::ArrowDown),
    (Modifiers::NONE, Key::Home),
    (Modifiers::NONE, Key::End),
    (Modifiers::NONE, Key::Delete),
    (Modifiers::COMMAND, Key::A),
];

const SIZES: [[f32; 2]; 6] =
    [[1024.0, 640.0], [1440.0, 900.0], [1920.0, 1080.0], [1280.0, 720.0], [640.0, 480.0], [2560.0, 1440.0]];

#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the window reads no files".to_owned())
    }
}

/// What is known from one action to the next.
pub struct Hands {
    folder: PathBuf,
    /// What was there before the last action: what came since is a menu or a window, as a rule.
    known: HashSet<NodeId>,
}

fn can_be_used(node: &Node<'_>) -> bool {
    let inner = node.accesskit_node();
    ROLES.contains(&inner.role()) && !inner.is_disabled() && inner.bounding_box().is_some()
}

fn place(node: &Node<'_>) -> Rect {
    let rect = node.rect();
    if rect.is_finite() { rect } else { Rect::ZERO }
}

fn within(rect: Rect, chance: &mut Chance) -> Pos2 {
    let part = |chance: &mut Chance| chance.real(0.0..1.0) as f32;
    pos2(rect.left() + part(chance) * rect.width(), rect.top() + part(chance) * rect.height())
}

impl Hands {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), known: HashSet::new() }
    }

    /// Does one thing, of which a frame is still to come; says what.
    pub fn act(&mut self, window: &mut Window, chance: &mut Chance) -> String {
        match chance.below(100) {
            0..45 => self.on_a_node(window, chance),
            45..55 => self.key(window, chance),
            55..65 => self.drag(window, chance),
            65..68 => self.scroll(window, chance),
            68..98 => {
                let command = commands::command(&window.session.borrow(), &self.folder, chance);
                let mut words = format!("{command:?}");
                if words.len() > 300 {
                    words = words.chars().take(300).chain(['…']).collect();
                }
                window.session.borrow_mut().apply(command);
                words
            }
            98 => {
                let [width, height] = chance.one_of(&SIZES);
                window.harness.set_size(Vec2::new(width, height));
                format!("window {width}×{height}")
            }
            _ => {
                let path = commands::data_path(&self.folder, chance);
                window.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
                format!("drop {}", path.display())
            }
        }
    }

    /// A click, now and then of the other button, a value that is set or text that is typed.
    fn on_a_node(&mut self, window: &Window, chance: &mut Chance) -> String {
        let nodes: Vec<Node<'_>> = window.harness.root().children_recursive().filter(can_be_used).collect();
        let ids: HashSet<NodeId> = nodes.iter().map(|node| node.accesskit_node().locate().0).collect();
        let is_new = |node: &&Node<'_>| !self.known.contains(&node.accesskit_node().locate().0);
        let fresh: Vec<&Node<'_>> = nodes.iter().filter(is_new).collect();
        let from_fresh = !fresh.is_empty() && fresh.len() < nodes.len() && !chance.once_in(3);
        let index = chance.below(if from_fresh { fresh.len() } else { nodes.len() });
        let chosen = if from_fresh { fresh.get(index).copied() } else { nodes.get(index) };
        self.known = ids;
        let Some(node) = chosen else { return "nothing to click".to_owned() };
        let inner = node.accesskit_node();
        let name = format!("{:?} {:?}", inner.role(), inner.label().unwrap_or_default());
        match inner.role() {
            Role::Slider | Role::SpinButton if !chance.once_in(4) => {
                let (least, most) =
                    (inner.min_numeric_value().unwrap_or(0.0), inner.max_numeric_value().unwrap_or(100.0));
                let most = most.clamp(least, least + 1e4);
                let value = if most > least { chance.real(least..most) } else { least };
                node.set_value_accesskit(value);
                format!("set {name} to {value:.4}")
            }
            Role::TextInput => {
                node.focus();
                let text = commands::text(&self.folder, chance);
                if chance.once_in(2) {
                    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
                }
                node.type_text(&text);
                if chance.once_in(2) {
                    window.harness.key_press(Key::Enter);
                }
                format!("type {text:?} into {name}")
            }
            _ if chance.once_in(12) => {
                node.click_secondary();
                format!("click with the other button {name}")
            }
            _ if chance.once_in(3) => {
                node.click();
                format!("click {name}")
            }
            _ => {
                node.click_accesskit();
                format!("press {name}")
            }
        }
    }

    fn key(&self, window: &Window, chance: &mut Chance) -> String {
        let (modifiers, key) = chance.one_of(&KEYS);
        window.harness.key_press_modifiers(modifiers, key);
        format!("key {modifiers:?} {key:?}")
    }

    /// From a place of a control or of the plane to another, over a few frames.
    fn drag(&self, window: &mut Window, chance: &mut Chance) -> String {
        let screen = window.harness.ctx.content_rect();
        let nodes: Vec<Node<'_>> = window.harness.root().children_recursive().filter(can_be_used).collect();
        let control = nodes.get(chance.below(nodes.len())).map_or(screen, place);
        let area = if chance.once_in(2) { control } else { screen };
        let (from, to) = (within(area, chance), within(if chance.once_in(3) { screen } else { area }, chance));
        window.harness.drag_at(from);
        for part in 1..=4 {
            window.harness.hover_at(from + (to - from) * (part as f32 / 4.0));
        }
        window.harness.drop_at(to);
        format!("drag {from:?} to {to:?}")
    }

    fn scroll(&self, window: &Window, chance: &mut Chance) -> String {
        let at = within(window.harness.ctx.content_rect(), chance);
        let delta = Vec2::new(0.0, chance.one_of(&[-200.0, -20.0, 20.0, 200.0]));
        let modifiers = chance.one_of(&[Modifiers::NONE, Modifiers::NONE, Modifiers::COMMAND]);
        window.harness.hover_at(at);
        let (unit, phase) = (MouseWheelUnit::Point, TouchPhase::Move);
        window.harness.event(Event::MouseWheel { unit, delta, phase, modifiers, source: MouseWheelSource::Wheel });
        format!("scroll {delta:?} at {at:?}")
    }
}
