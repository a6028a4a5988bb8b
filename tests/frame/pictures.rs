//! Any panel as a picture: to the pixel what is seen of it, without the menu that asked for it.

use crate::window::{SIZES, Window};
use eframe::egui::accesskit::Role;
use eframe::egui::{ColorImage, Event, Key, Modifiers, OutputCommand, Rect};
use egui_kittest::kittest::Queryable;
use image::RgbaImage;
use latentarium::gpu;
use latentarium::ui::Pane;
use latentarium::ui::command::{ExportSubject, FileCommand};
use latentarium::ui::slot::Slot;
use std::time::{Duration, Instant};

/// Whether pictures can be taken; says so where not, and fails where they must be.
fn can_draw() -> bool {
    if gpu::probe().is_some() {
        return true;
    }
    assert!(std::env::var_os("LATENTARIUM_REQUIRE_GPU").is_none(), "there is no graphics adapter, and one is required");
    eprintln!("skipped: there is no graphics adapter to take pictures with");
    false
}

fn copied(window: &mut Window) -> ColorImage {
    let began = Instant::now();
    loop {
        let commands = &window.harness.output().platform_output.commands;
        let image = commands.iter().find_map(|command| match command {
            OutputCommand::CopyImage(image) => Some(image.clone()),
            _ => None,
        });
        if let Some(image) = image {
            return image;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "nothing was copied");
        std::thread::sleep(Duration::from_millis(5));
        window.harness.step();
    }
}

/// The share of the pixels of a place that differ by more than a step of rounding.
fn differing(window: &RgbaImage, place: Rect, picture: &ColorImage) -> f64 {
    let (left, top) = (place.left().round().max(0.0) as u32, place.top().round().max(0.0) as u32);
    let [width, height] = picture.size;
    let differs = |(x, y): (usize, usize)| {
        let (one, other) = (picture[(x, y)].to_array(), window.get_pixel(left + x as u32, top + y as u32).0);
        (0..3).any(|channel| one[channel].abs_diff(other[channel]) > 2)
    };
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    all.filter(|at| differs(*at)).count() as f64 / (width * height) as f64
}

#[test]
fn a_panel_is_copied_by_the_menu_of_its_tab_as_it_is_seen() {
    if !can_draw() {
        return;
    }
    let mut window = Window::open(SIZES[1]);
    window.train();
    window.until("all points, and tiles", |session| {
        let all = session.data().map(|data| data.test.count());
        session.points(Slot::A).map(|points| points.count()) == all && session.decode_is_settled()
    });
    for (tab, id) in [("Latent plane", "plane"), ("Log", "log")] {
        let tab_button = |window: &Window| window.harness.get_all_by_label(tab).next().unwrap().rect().center();
        if window.session.borrow().panel_place(&Pane::of(id)).is_none() {
            window.harness.get_all_by_label(tab).next().unwrap().click();
            window.steps(30);
        }
        window.harness.event(Event::PointerGone);
        // A message would lie over what is seen; it is not in the picture.
        window.until("messages to go away", |session| !session.says_something());
        window.steps(4);
        let seen = window.harness.render().unwrap();
        let place = window.session.borrow().panel_place(&Pane::of(id)).unwrap();
        let at = tab_button(&window);
        assert!(at.y < place.top(), "{tab}");
        window.harness.get_all_by_label(tab).next().unwrap().click_secondary();
        window.steps(3);
        let entry = window.harness.get_by_label("Copy panel as picture");
        assert!(entry.rect().intersects(place), "{tab}: its menu lies over it");
        entry.click();
        window.harness.step();
        let picture = copied(&mut window);
        let size = [place.width().round() as usize, place.height().round() as usize];
        assert!((0..2).all(|axis| picture.size[axis].abs_diff(size[axis]) <= 1), "{tab}: {:?}, {size:?}", picture.size);
        let colors: std::collections::BTreeSet<[u8; 4]> = picture.pixels.iter().map(|color| color.to_array()).collect();
        assert!(colors.len() > 8, "{tab}: {} colours", colors.len());
        let share = differing(&seen, place, &picture);
        assert!(share < 0.005, "{tab}: {:.2} % of it are not what was seen", 100.0 * share);
    }
}

#[test]
fn a_panels_picture_is_saved_where_a_path_is_typed() {
    if !can_draw() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open(SIZES[1]);
    window.harness.get_by_label("File").click();
    window.steps(3);
    window.harness.get_by_label("Export").hover();
    window.steps(30);
    window.harness.get_by_label("Panel as it is seen").hover();
    window.steps(30);
    window.harness.get_by_label_contains("Output…").click();
    let began = Instant::now();
    while window.harness.query_by_label("Path").is_none() {
        assert!(began.elapsed() < Duration::from_secs(60), "no path is asked for");
        window.steps(1);
    }
    let place = window.session.borrow().panel_place(&Pane::of("output")).unwrap();
    window.steps(5);
    window.harness.get_by_label("Path").focus();
    window.steps(1);
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.steps(1);
    let path = folder.path().join("panel.png");
    window.harness.get_by_label("Path").type_text(&path.display().to_string());
    window.steps(2);
    window.harness.get_by_role_and_label(Role::Button, "Export").click();
    window.until("a file", |_| path.is_file());
    let picture = image::open(&path).unwrap().to_rgb8();
    let size = [place.width().round() as u32, place.height().round() as u32];
    assert!(picture.width().abs_diff(size[0]) <= 1 && picture.height().abs_diff(size[1]) <= 1, "{size:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    // Nothing asks for a path any more: it is not kept.
    window.steps(2);
    let again = FileCommand::Export(ExportSubject::Panel, folder.path().join("again.png"));
    window.session.borrow_mut().apply(again);
    window.steps(2);
    assert!(window.harness.query_by_label_contains("There is no picture of the panel").is_some());
}
