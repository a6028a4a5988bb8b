//! The rules that keep the program's parts apart: imports go down the map of `src/lib.rs` or sideways, never up and never
//! in a circle; the window's libraries stay above; nothing outside `model` knows a family by name; nothing is made for two
//! models; a file has 400 lines at most; a public type's name is its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod imports;
mod planted;
mod rules;
mod source;

use imports::circles;
use latentarium::model::{FAMILIES, presets};
use source::program;

fn assert_none(rule: &str, places: &[String]) {
    assert!(places.is_empty(), "{rule}:\n{}", places.join("\n"));
}

#[test]
fn imports_go_down_the_map_never_up() {
    let library = include_str!("../../src/lib.rs");
    let listed = library.lines().filter_map(|line| line.strip_prefix("//! - [`")?.split_once('`'));
    let map: Vec<&str> = listed.map(|(name, _)| name).collect();
    let mut named = map.clone();
    named.sort_unstable();
    let declared: Vec<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(named, declared, "the map names every module once");
    let files = program();
    assert!(files.len() > 50, "{}", files.len());
    assert_none("imports that go up", &rules::upward(&files, &map));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let files = program();
    let circles = circles(&files);
    assert!(circles.is_empty(), "circles of files: {circles:#?}");
}

#[test]
fn the_windows_libraries_are_named_only_by_what_draws() {
    assert_none("egui, eframe or wgpu below ui and gpu", &rules::windows(&program()));
}

#[test]
fn only_the_models_know_families_by_name() {
    let names: Vec<&str> = FAMILIES.iter().map(|family| family.id).chain(presets()).collect();
    assert!(names.len() > 2, "{names:?}");
    assert_none("a family is told apart outside of model", &rules::families(&program(), &names));
}

#[test]
fn nothing_is_made_for_two_models() {
    assert_none("arrays of two", &rules::pairs(&program()));
}

#[test]
fn a_file_has_at_most_400_lines() {
    assert_none("long files", &rules::long(&program()));
}

#[test]
fn a_public_types_name_is_its_own() {
    assert_none("names of more than one public type", &rules::names(&program()));
}
