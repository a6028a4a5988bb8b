//! Opening data by a typed path.

use crate::screen::Screen;
use eframe::egui::{DroppedFile, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::app::{Level, Session};
use latentarium::dataset::download::{self, Download};
use latentarium::dataset::{Source, npy_header};
use latentarium::ui::command::{Ask, DataCommand};
use latentarium::ui::slot::Slot;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn idx(folder: &Path, name: &str, sizes: &[u32], bytes: &[u8]) {
    let mut file = vec![0, 0, 8, sizes.len() as u8];
    for size in sizes {
        file.extend(size.to_be_bytes());
    }
    file.extend(bytes);
    std::fs::write(folder.join(name), file).unwrap();
}

/// A data set of bright and dark images of 12×10 pixels.
fn small_data(folder: &Path) -> PathBuf {
    let folder = folder.join("small");
    std::fs::create_dir(&folder).unwrap();
    for (name, count) in [("train", 256u32), ("t10k", 64)] {
        let labels: Vec<u8> = (0..count).map(|index| (index % 2) as u8).collect();
        let pixels: Vec<u8> = labels.iter().flat_map(|label| vec![label * 200 + 20; 120]).collect();
        idx(&folder, &format!("{name}-images-idx3-ubyte"), &[count, 12, 10], &pixels);
        idx(&folder, &format!("{name}-labels-idx1-ubyte"), &[count], &labels);
    }
    folder
}

#[test]
fn keys_do_nothing_while_a_path_is_typed() {
    let mut screen = Screen::ready();
    screen.key(Modifiers::COMMAND, Key::O);
    screen.step();
    assert!(screen.harness.get_by_label("Path").is_focused());
    screen.key(Modifiers::NONE, Key::Space);
    screen.key(Modifiers::NONE, Key::S);
    assert_eq!(screen.steps(Slot::A), 0);
    assert!(!screen.session.borrow().model(Slot::A).is_training());
}

#[test]
fn data_is_opened_by_a_typed_path_and_both_models_are_made_for_it() {
    let mut screen = Screen::ready();
    let path = small_data(screen.folder.path());
    screen.key(Modifiers::COMMAND, Key::O);
    screen.type_path(&path);
    screen.click("Open");
    screen.until("the small data", |session| session.data().is_some_and(|data| data.shape().height == 12));
    screen.until_made();
    for slot in Slot::BOTH {
        screen.click(&format!("Step {}", slot.name()));
        screen.until("a step on the new data", |session| {
            session.model(slot).status().is_some_and(|status| status.step == 1)
                && session.model(slot).shown().is_some_and(|snapshot| snapshot.image.width == 10)
        });
    }
}

#[test]
fn colour_images_are_opened_and_colour_maps_are_off_for_them() {
    let mut screen = Screen::ready();
    let off = |screen: &mut Screen| {
        screen.click("View");
        let off = screen.harness.get_by_label("Viridis").accesskit_node().is_disabled();
        let said =
            screen.harness.query_by_label("These images are in colour: a colormap applies to grey images").is_some();
        assert_eq!(off, said);
        screen.key(Modifiers::NONE, Key::Escape);
        off
    };
    assert!(!off(&mut screen), "digits are grey");
    let path = screen.folder.path().join("colours");
    std::fs::create_dir(&path).unwrap();
    for (name, count) in [("data_batch_1.bin", 130), ("test_batch.bin", 20)] {
        let record = |index: usize| [vec![(index % 10) as u8], vec![index as u8; 1024], vec![90; 2048]].concat();
        std::fs::write(path.join(name), (0..count).flat_map(record).collect::<Vec<u8>>()).unwrap();
    }
    screen.key(Modifiers::COMMAND, Key::O);
    screen.type_path(&path);
    screen.key(Modifiers::NONE, Key::Enter);
    screen.until("the colours", |session| session.data().is_some_and(|data| data.name == "cifar-10"));
    assert!(off(&mut screen));
    screen.until_made();
    screen.key(Modifiers::NONE, Key::S);
    screen.until("a sheet in colour", |session| {
        session.sheet().is_some_and(|sheet| sheet.shape().is_color() && !sheet.originals.is_empty())
    });
    screen.until("points in colour", |session| session.points(Slot::A).is_some_and(|points| points.count() == 20));
}

#[test]
fn data_that_cannot_be_opened_is_named_and_the_old_stays() {
    let mut screen = Screen::ready();
    let path = screen.folder.path().join("nothing");
    screen.key(Modifiers::COMMAND, Key::O);
    screen.type_path(&path);
    screen.key(Modifiers::NONE, Key::Enter);
    screen.until("a message", |session| session.last_message().is_some_and(|(level, _)| *level == Level::Failed));
    assert!(screen.message().1.contains("nothing"), "{:?}", screen.message());
    assert_eq!(screen.session.borrow().data().unwrap().name, "digits");
    assert!(!screen.session.borrow().is_opening());
    // What is typed next is another path, not keys that act.
    screen.step();
    screen.step();
    assert!(screen.harness.get_by_label("Path").is_focused());
    screen.harness.get_by_label("Path").type_text("sprites");
    screen.step();
    assert_eq!(screen.harness.get_by_label("Path").value().as_deref(), Some("sprites"), "in place of what was refused");
    screen.key(Modifiers::NONE, Key::S);
    assert_eq!(screen.steps(Slot::A), 0);
}

#[test]
fn models_that_come_with_the_program_are_shown_on_their_own_data_alone() {
    let mut screen = Screen::ready_first();
    let is_ready_made = |session: &Session| Slot::BOTH.into_iter().any(|slot| session.model(slot).is_ready_made());
    screen.until("models of digits", is_ready_made);
    let path = screen.folder.path().join("own.npy");
    let pixels: Vec<u8> = (0..40 * 784u32).map(|index| (index * 7 % 251) as u8).collect();
    std::fs::write(&path, [npy_header("'|u1'", &[40, 28, 28]), pixels].concat()).unwrap();
    screen.session.borrow_mut().apply(DataCommand::Open(Source::path(path)));
    screen.until("own data", |session| session.data().is_some_and(|data| data.name == "own") && session.is_ready());
    screen.until("the beginning", |session| session.model(Slot::A).shown().is_some_and(|shown| shown.step == 0));
    assert!(!is_ready_made(&screen.session.borrow()));
}

#[test]
fn data_that_is_downloaded_stands_beside_what_is_built_in_with_its_size() {
    let mut screen = Screen::ready_first();
    let words = |name: &str| {
        let download = Download::named(name).unwrap();
        let shown = ["MNIST", "Fashion-MNIST", "KMNIST", "EMNIST", "CIFAR-10"]
            .into_iter()
            .find(|shown| shown.to_lowercase() == name)
            .unwrap();
        match download::in_cache(download) {
            Some(_) => format!("{shown} · here"),
            None => format!("{shown} · {} MB", download.bytes().div_ceil(1_000_000)),
        }
    };
    screen.key(Modifiers::COMMAND, Key::O);
    screen.step();
    for name in ["mnist", "fashion-mnist", "kmnist", "emnist", "cifar-10"] {
        let words = words(name);
        assert!(screen.harness.query_by_label(&words).is_some(), "{words}");
    }
    screen.key(Modifiers::NONE, Key::Escape);
    screen.click("File");
    screen.click("Open known data");
    screen.click("Sprites");
    screen.until("sprites", |session| session.data().is_some_and(|data| data.name == "sprites"));
    assert_eq!(screen.session.borrow().settings().recent.of(Ask::OpenData), ["sprites"]);
}

/// A file or folder that was dropped.
#[derive(Debug)]
pub struct Dropped(pub PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        panic!("the window reads no files")
    }
}

#[test]
fn what_is_dropped_on_the_window_is_opened_and_kept_among_the_recent() {
    let mut screen = Screen::ready_first();
    let path = small_data(screen.folder.path());
    screen.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
    screen.step();
    screen.until("the small data", |session| session.data().is_some_and(|data| data.shape().height == 12));
    assert_eq!(screen.session.borrow().settings().recent.of(Ask::OpenData), [path.display().to_string()]);
    // Several files are those of their folder.
    screen.session.borrow_mut().apply(DataCommand::Open(Source::parse("digits")));
    screen.until("digits", |session| session.data().is_some_and(|data| data.name == "digits"));
    for name in ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
        screen.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.join(name))));
    }
    screen.step();
    screen.until("the small data", |session| session.data().is_some_and(|data| data.shape().height == 12));
    let expected = [path.display().to_string(), "digits".to_owned()];
    assert_eq!(screen.session.borrow().settings().recent.of(Ask::OpenData), expected);
}
