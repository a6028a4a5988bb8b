//! Each rule finds what is planted in made-up sources, and lets the rest be.

use super::imports::circles;
use super::rules;
use super::source::SourceFile;

fn sources(files: &[(&str, &str)]) -> Vec<SourceFile> {
    files.iter().map(|(path, text)| SourceFile::new(path, text)).collect()
}

/// The rule finds these lines of a file, by their numbers.
fn assert_lines(places: &[String], path: &str, lines: &[usize]) {
    let wanted: Vec<String> = lines.iter().map(|line| format!("{path}:{line}:")).collect();
    let found: Vec<&str> = places.iter().filter_map(|place| place.split(' ').next()).collect();
    assert_eq!(found, wanted, "{places:#?}");
}

#[test]
fn an_import_that_goes_up_is_found_grouped_inline_and_relative() {
    let text = "use crate::low::a;\nuse crate::{low::b, top::{c, d}};\n// use crate::top::e;\nfn f() { crate::top::g(\"crate::top\") }\n\
                use super::top;\n";
    let files = sources(&[("top.rs", "use crate::low::a;"), ("middle.rs", text), ("low.rs", "")]);
    assert_lines(&rules::upward(&files, &["top", "middle", "low"]), "middle.rs", &[2, 2, 4, 5]);
}

#[test]
fn a_circle_is_found_through_re_exports_but_not_through_tests() {
    let tests = "#[cfg(test)]\nmod tests {\n use crate::a::two::Two;\n}\n";
    let files = sources(&[
        ("a/mod.rs", "mod one;\nmod two;\npub use one::One;\npub use two::{Two, Other};"),
        ("a/one.rs", "use crate::a::Two;"),
        ("a/two.rs", "fn f() -> super::One {}"),
        ("b.rs", "use crate::a::One;"),
        ("c.rs", tests),
    ]);
    let found: Vec<Vec<&str>> = circles(&files).into_iter().map(|circle| circle.into_iter().collect()).collect();
    assert_eq!(found, [["a/one.rs", "a/two.rs"]]);
    let files = sources(&[("a.rs", "use crate::b::B;"), ("b.rs", "use crate::c::C;"), ("c.rs", "use super::a::A;")]);
    assert_eq!(circles(&files).iter().map(|circle| circle.len()).collect::<Vec<_>>(), [3]);
    assert!(circles(&sources(&[("a.rs", "use crate::b::B;"), ("b.rs", tests)])).is_empty());
}

#[test]
fn a_windows_library_below_is_found() {
    let text = "use eframe::egui;\n// egui\nlet a = \"wgpu\";\nlet b: egui_plot::Line;";
    let files = sources(&[("nn/mod.rs", text), ("ui/mod.rs", text), ("cli/mod.rs", text), ("app.rs", text)]);
    assert_lines(&rules::windows(&files), "nn/mod.rs", &[1, 1, 4]);
}

#[test]
fn a_family_by_name_is_found() {
    let text = "if config.family().id == x {}\nmatch config.family().id {\n\"vae\" => a,\n\"gan\" | _ => b }\n\
                let c = Family::Vae;\nif \"gan\" != id {}\nspawn(\"vae\");\nlet d = config.family().fields;\n";
    let files = sources(&[("app.rs", text), ("model/family.rs", text)]);
    let mut places = rules::families(&files, &["vae", "gan"]);
    places.sort();
    assert_lines(&places, "app.rs", &[1, 2, 3, 4, 5, 6]);
}

#[test]
fn an_array_of_two_models_is_found() {
    let text = "a: [ModelView<'a>; 2],\nb: [Option<Arc<Snapshot>>; 2],\nc: [f32; 2],\nd: &[[&Trainer; 2]],\ne: [[f32; 2]; 2],\n\
                f: [MetricId; 2]\n";
    assert_lines(&rules::pairs(&sources(&[("a.rs", text)])), "a.rs", &[1, 2, 4]);
}

#[test]
fn a_long_file_and_a_name_that_two_types_have_are_found() {
    let long = "\n".repeat(401);
    let files = sources(&[("a.rs", &long), ("b.rs", &long[1..])]);
    assert_eq!(rules::long(&files), ["a.rs: 401 lines"]);
    let files = sources(&[
        ("a.rs", "pub struct State<T> {\n    x: T }\npub enum Own {}\nstruct Inner;"),
        ("b.rs", "pub trait State {}\n// pub struct Own;\npub(crate) struct Inner;\npub struct Inner;"),
    ]);
    assert_eq!(rules::names(&files), ["State: a.rs, b.rs"]);
}
