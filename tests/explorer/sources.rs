//! Each kind of source by each way that a hand has: the same data as the command line opens, and models that learn from it.

use crate::common::write_halved_digits;
use crate::data::Dropped;
use crate::screen::Screen;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use latentarium::app::Session;
use latentarium::dataset::{DatasetId, Progress, Source, load};
use latentarium::ui::command::{DataCommand, ModelCommand};
use latentarium::ui::slot::Slot;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Files and folders of every format, most of them made by NumPy and Pillow.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/made");
    let cifar = folder.join("colours");
    fs::create_dir(&cifar).unwrap();
    for (name, count) in [("data_batch_1.bin", 40), ("test_batch.bin", 10)] {
        let record = |index: usize| [vec![(index % 10) as u8], vec![index as u8; 1024], vec![90; 2048]].concat();
        fs::write(cifar.join(name), (0..count).flat_map(record).collect::<Vec<u8>>()).unwrap();
    }
    let points: String = (0..60).map(|index| format!("{},{}\n", index % 7, index % 5)).collect();
    fs::write(folder.join("grid.points"), format!("x,y\n{points}")).unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/npy/images.npy");
    fs::copy(corpus, folder.join("array.npy")).unwrap();
    let here = ["idx", "keras.npz", "folders", "table.csv"].map(|name| made.join(name));
    here.into_iter().chain([cifar, folder.join("grid.points"), folder.join("array.npy")]).collect()
}

fn is_open(id: &DatasetId) -> impl Fn(&Session) -> bool {
    move |session| session.data().is_some_and(|data| data.id == *id) && session.is_ready()
}

/// Back to the data that each source takes the place of.
fn back(screen: &mut Screen) {
    let usual = screen.folder.path().join("digits");
    screen.session.borrow_mut().apply(DataCommand::Open(Source::path(usual)));
    screen.until("digits", |session| session.data().is_some_and(|data| data.name == "digits") && session.is_ready());
}

/// Presses the button, wherever the preview of a folder that comes meanwhile moves it; again where it came in between.
fn confirm(screen: &mut Screen) {
    for _ in 0..50 {
        if let Some(open) = screen.harness.query_by_label("Open") {
            open.click_accesskit();
        }
        screen.step();
        screen.step();
        if screen.session.borrow().is_opening() || screen.harness.query_by_label("Path").is_none() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Both models, a VAE and a GAN, make a step.
fn learn(screen: &mut Screen, path: &Path) {
    screen.session.borrow_mut().apply(ModelCommand::StepAll);
    screen.until(&format!("a step on {}", path.display()), |session| {
        Slot::BOTH.into_iter().all(|slot| session.model(slot).status().is_some_and(|status| status.step >= 1))
    });
}

#[test]
fn every_source_is_opened_by_a_typed_path_by_the_menu_and_by_a_drop() {
    // It opens many, one after another: alone it takes a tenth of the time.
    let mut screen = Screen::ready_alone();
    write_halved_digits(screen.folder.path());
    back(&mut screen);
    for path in sources(screen.folder.path()) {
        let expected = load(&Source::path(path.clone()), &Progress::default()).unwrap().id;
        screen.key(Modifiers::COMMAND, Key::O);
        screen.type_path(&path);
        confirm(&mut screen);
        screen.until("by a typed path", is_open(&expected));
        learn(&mut screen, &path);
        back(&mut screen);
        screen.click("File");
        screen.click("Open data… Ctrl+O");
        screen.click("Recent");
        screen.click(&path.display().to_string());
        confirm(&mut screen);
        screen.until("by the menu", is_open(&expected));
        back(&mut screen);
        screen.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
        screen.step();
        screen.until("by a drop", is_open(&expected));
        back(&mut screen);
    }
    let messages = screen.session.borrow().messages().iter().map(|message| message.text.clone()).collect::<Vec<_>>();
    assert!(!messages.iter().any(|text| text.contains("failed")), "{messages:?}");
    assert!(screen.harness.query_by_label("Of other data").is_some(), "what learned rests");
}
