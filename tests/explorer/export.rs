//! What a person takes away: figures and tables.

use crate::screen::Screen;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use latentarium::ui::slot::Slot;

/// Exports what is chosen in the window that Ctrl+E opens, to a file of `name`.
fn export(screen: &mut Screen, subject: &str, name: &str) -> std::path::PathBuf {
    let path = screen.folder.path().join("exports").join(name);
    screen.key(Modifiers::COMMAND, Key::E);
    if subject != "Plane of A" {
        screen.harness.get_by_role_and_label(Role::ComboBox, "What").click();
        screen.step();
        screen.step();
        // Another panel has a button of this name; the list is drawn above it.
        let found = screen.harness.query_all_by_role_and_label(Role::Button, subject).last();
        found.expect("a choice").click();
        screen.step();
    }
    screen.step();
    screen.harness.get_by_label("Path").focus();
    screen.step();
    screen.key(Modifiers::COMMAND, Key::A);
    screen.type_path(&path);
    screen.harness.get_by_role_and_label(Role::Button, "Export").click();
    screen.step();
    screen.step();
    path
}

#[test]
fn everything_is_exported_in_each_of_its_formats() {
    let mut screen = Screen::ready();
    std::fs::create_dir(screen.folder.path().join("exports")).unwrap();
    screen.click("Train all");
    screen.until("a sheet, curves and points", |session| {
        let steps = session.model(Slot::A).status().map_or(0, |status| status.step);
        session.sheet().is_some() && session.points(Slot::A).is_some() && steps > 20
    });
    let cases: [(&str, &str, &[u8]); 7] = [
        ("Plane of A", "plane.png", b"\x89PNG"),
        ("Plane of B", "plane.svg", b"<svg"),
        ("Curves", "curves.png", b"\x89PNG"),
        ("Curves", "curves.svg", b"<svg"),
        ("Curves", "curves.csv", b"model,metric,step,seconds,value\n"),
        ("Compare sheet", "sheet.png", b"\x89PNG"),
        ("Points of A", "points.csv", b"image,class,step,z1,z2,sigma1,sigma2,plane_x,plane_y\n"),
    ];
    for (subject, name, begin) in cases {
        let path = export(&mut screen, subject, name);
        screen.until(name, |_| path.is_file());
        let written = std::fs::read(&path).unwrap();
        assert!(written.starts_with(begin) && written.len() > 1000, "{name}: {} bytes", written.len());
    }
    let path = export(&mut screen, "Curves", "curves.jpg");
    screen.until("a sentence", |_| true);
    let says = "expected a file that ends with .png, .svg, .csv";
    assert!(screen.harness.query_all_by_label_contains(says).next().is_some());
    assert!(!path.exists());
}
