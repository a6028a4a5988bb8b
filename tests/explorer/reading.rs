//! Opening a folder of images: what a model would see is shown while one chooses, and what is chosen is what is opened.

use crate::screen::Screen;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use latentarium::dataset::ImageShape;
use latentarium::ui::slot::Slot;
use std::path::{Path, PathBuf};

fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/made").join(name)
}

fn path_in_the_window(screen: &Screen) -> String {
    screen.harness.get_by_label("Path").value().unwrap_or_default()
}

#[test]
fn a_folder_is_previewed_and_opened_as_it_was_chosen() {
    let mut screen = Screen::ready();
    screen.key(Modifiers::COMMAND, Key::O);
    screen.type_path(&made("formats"));
    for _ in 0..400 {
        if screen.harness.query_by_label("Preview of the images").is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
        screen.step();
    }
    let _ = screen.harness.get_by_label("11 images; a model sees 64×64×3");
    screen.click("Grey");
    screen.click("Whole");
    screen.click("Side");
    screen.step();
    assert!(
        path_in_the_window(&screen).ends_with("formats?side=64&fit=whole&color=grey"),
        "{}",
        path_in_the_window(&screen)
    );
    screen.click("Open");
    screen.until("the images", |session| session.data().is_some_and(|data| data.name == "formats"));
    let source = screen.session.borrow().data().unwrap().source.to_string();
    assert!(source.ends_with("formats?side=64&fit=whole&color=grey"), "{source}");
    assert_eq!(screen.session.borrow().data().unwrap().shape(), ImageShape::grey(64, 64));
    screen.until_made();
    // What was left out is said.
    let said = |screen: &Screen| {
        screen.session.borrow().messages().iter().any(|message| message.text.contains("1 of 11 files are no images"))
    };
    assert!(said(&screen));
}

#[test]
fn the_range_of_an_array_can_be_said() {
    let mut screen = Screen::ready();
    screen.key(Modifiers::COMMAND, Key::O);
    screen.type_path(&made("keras.npz"));
    screen.step();
    screen.harness.get_by_role_and_label(Role::ComboBox, "Values").click();
    screen.step();
    screen.step();
    screen.click("0 … 65535");
    screen.step();
    assert!(path_in_the_window(&screen).ends_with("keras.npz?range=0..65535"), "{}", path_in_the_window(&screen));
    screen.click("Open");
    screen.until("the images", |session| session.data().is_some_and(|data| data.name == "keras"));
    let brightest = screen.session.borrow().data().unwrap().train.image(0).into_iter().fold(0.0, f32::max);
    assert!(brightest < 0.01, "{brightest}");
    screen.until_made();
    // There are 40 images to learn from: a batch of 128 would be more.
    let batches = |screen: &Screen| Slot::BOTH.map(|slot| screen.session.borrow().model(slot).config.whole("batch"));
    assert_eq!(batches(&screen), [Some(32); 2]);
    screen.click(&format!("Step {}", Slot::A.name()));
    screen.until("a step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
}
