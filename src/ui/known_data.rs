//! Data sets that are opened by name: those that come with the program, and those that are downloaded on request.

use crate::dataset::BUILT_IN;
use crate::dataset::download::{DOWNLOADS, Download};
use crate::ui::text::tr;
use crate::ui::widgets;
use eframe::egui::{Button, Ui};
use rust_i18n::t;

/// A button each; gives the name of one that was clicked. `cached` are those that need no download any more.
pub fn ui(ui: &mut Ui, cached: &[&str]) -> Option<&'static str> {
    let mut clicked = None;
    ui.horizontal_wrapped(|ui| {
        ui.label(tr("dialog.built_in"));
        for built_in in BUILT_IN {
            if widgets::button(ui, true, &name(built_in.name()), &tr("dialog.built_in_tip")).clicked() {
                clicked = Some(built_in.name());
            }
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.label(tr("dialog.download"));
        for download in DOWNLOADS {
            let (words, tip) = words(download, cached);
            if widgets::button(ui, true, &words, &tip).clicked() {
                clicked = Some(download.name);
            }
        }
    });
    clicked
}

/// The same as lines of a menu.
pub fn menu(ui: &mut Ui, cached: &[&str]) -> Option<&'static str> {
    let mut clicked = None;
    for built_in in BUILT_IN {
        if ui.button(name(built_in.name())).on_hover_text(tr("dialog.built_in_tip")).clicked() {
            clicked = Some(built_in.name());
        }
    }
    ui.separator();
    for download in DOWNLOADS {
        let (words, tip) = words(download, cached);
        if ui.add(Button::new(words)).on_hover_text(tip).clicked() {
            clicked = Some(download.name);
        }
    }
    clicked
}

fn name(of: &str) -> String {
    tr(&format!("data.{of}"))
}

/// What a download is called, with what would come, and what is said of it.
fn words(download: &Download, cached: &[&str]) -> (String, String) {
    let (name, what) = (name(download.name), tr(&format!("download.{}", download.name)));
    if cached.contains(&download.name) {
        return (
            t!("dialog.download_here", name = name).into_owned(),
            t!("dialog.download_here_tip", what = what).into_owned(),
        );
    }
    let size = download.bytes().div_ceil(1_000_000);
    let words = t!("dialog.download_size", name = name, size = size);
    (words.into_owned(), t!("dialog.download_tip", what = what, size = size).into_owned())
}
