//! What the sources must not hold. Each rule gives the places that break it.

use super::imports::{imports, modules};
use super::source::{SourceFile, words};
use std::collections::BTreeMap;

/// The folder or file of `src` that a file belongs to: `ui`, `snapshot`.
fn area(file: &SourceFile) -> &str {
    file.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// Imports that go up the map, the highest of which is first.
pub fn upward(files: &[SourceFile], map: &[&str]) -> Vec<String> {
    let modules = modules(files);
    let mut out = Vec::new();
    for file in files {
        let Some(own) = map.iter().position(|name| *name == area(file)) else { continue };
        for import in imports(file, &file.bare, &modules) {
            let target = import.path.first().and_then(|first| map.iter().position(|name| name == first));
            if target.is_some_and(|target| target < own) {
                out.push(format!("{} ({})", file.place(import.at), import.path.join("::")));
            }
        }
    }
    out
}

/// Whether a word is one of the window's libraries, or a library of theirs: `egui_plot`.
fn is_of_window(word: &str) -> bool {
    ["egui", "eframe", "wgpu"].contains(&word.split('_').next().unwrap_or_default())
}

/// The window's libraries where there is no window.
pub fn windows(files: &[SourceFile]) -> Vec<String> {
    const ABOVE: [&str; 6] = ["main", "lib", "cli", "app", "ui", "gpu"];
    let below = files.iter().filter(|file| !ABOVE.contains(&area(file)));
    let mut out = Vec::new();
    for file in below {
        out.extend(words(&file.bare).filter(|(_, word)| is_of_window(word)).map(|(at, _)| file.place(at)));
    }
    out
}

/// What is done for one family of models by name, outside of `model`; `names` are the ids of families and presets.
pub fn families(files: &[SourceFile], names: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files.iter().filter(|file| area(file) != "model") {
        let (text, released) = (&file.code, file.released());
        for (at, word) in words(released) {
            let after = released[at + word.len()..].trim_start();
            let of_value = word == "family" && after.starts_with("()");
            let of_id = after.strip_prefix("().id").map(str::trim_start);
            let line = released[..at].rsplit('\n').next().unwrap_or_default();
            let compared = of_id.is_some_and(|rest| rest.starts_with("==") || rest.starts_with("!="));
            let matched = words(line).any(|(_, word)| word == "match" || word == "matches");
            if (word == "Family" && after.starts_with("::")) || (of_value && (compared || matched)) {
                out.push(file.place(at));
            }
        }
        for name in names {
            let literal = format!("\"{name}\"");
            for (at, _) in text[..released.len()].match_indices(&literal) {
                let (before, after) = (text[..at].trim_end(), text[at + literal.len()..].trim_start());
                let is_pattern = ["=>", "|", "if "].iter().any(|mark| after.starts_with(mark));
                let is_compared = ["==", "!="].iter().any(|mark| before.ends_with(mark) || after.starts_with(mark));
                if is_pattern || is_compared {
                    out.push(file.place(at));
                }
            }
        }
    }
    out
}

/// Arrays of two models, or of what belongs to two: there may be any number.
pub fn pairs(files: &[SourceFile]) -> Vec<String> {
    let of_model = |word: &str| {
        ["Config", "Trainer", "Opened", "History"].contains(&word)
            || word.starts_with("Model")
            || word.starts_with("Snapshot")
    };
    let mut out = Vec::new();
    for file in files {
        let text = file.released();
        for (end, _) in text.match_indices("; 2]") {
            let mut depth = 0;
            let begin = text[..end].char_indices().rev().find(|(_, c)| {
                depth += i32::from(*c == ']') - i32::from(*c == '[');
                depth < 0
            });
            if let Some((at, _)) = begin.filter(|(at, _)| words(&text[*at..end]).any(|(_, word)| of_model(word))) {
                out.push(file.place(at));
            }
        }
    }
    out
}

/// Files of more than 400 lines.
pub fn long(files: &[SourceFile]) -> Vec<String> {
    let lines = files.iter().map(|file| (&file.path, file.code.lines().count()));
    lines.filter(|(_, lines)| *lines > 400).map(|(path, lines)| format!("{path}: {lines} lines")).collect()
}

/// Names that more than one public type has.
pub fn names(files: &[SourceFile]) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in files {
        for line in file.released().lines() {
            let mut words = line.split_whitespace();
            let kind = words.next().filter(|word| *word == "pub").and_then(|_| words.next()).unwrap_or_default();
            if ["struct", "enum", "trait", "type", "union"].contains(&kind)
                && let Some((_, name)) = words.next().and_then(|name| self::words(name).next())
            {
                places.entry(name).or_default().push(&file.path);
            }
        }
    }
    let shared = places.into_iter().filter(|(_, places)| places.len() > 1);
    shared.map(|(name, places)| format!("{name}: {}", places.join(", "))).collect()
}
