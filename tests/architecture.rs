//! The arrow rule of `src/lib.rs`: an import goes down the list or sideways, never up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

fn source_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn imports_go_down_the_map_never_up() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let library = fs::read_to_string(source.join("lib.rs")).unwrap();
    let map: Vec<&str> = library
        .lines()
        .filter_map(|line| line.strip_prefix("//! - [`")?.split_once('`').map(|(name, _)| name))
        .collect();
    let declared = library.lines().filter(|line| line.starts_with("pub mod ")).count();
    assert_eq!(map.len(), declared, "the map names every module once: {map:?}");

    let mut files = Vec::new();
    source_files(&source, &mut files);
    assert!(files.len() > 50, "{}", files.len());
    let mut upward = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&source).unwrap();
        let module = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        let Some(own) = map.iter().position(|name| *name == module) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for part in line.split("crate::").skip(1) {
                let target = part.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap();
                if map.iter().position(|name| *name == target).is_some_and(|target| target < own) {
                    upward.push(format!("{}:{}: {}", inside.display(), number + 1, line.trim()));
                }
            }
        }
    }
    assert!(upward.is_empty(), "imports that go up:\n{}", upward.join("\n"));
}
