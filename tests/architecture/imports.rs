//! Which file imports which: by `use`, grouped or not, and by paths in the code. A re-export leads to where the thing is
//! defined.

use super::source::{SourceFile, words};
use std::collections::{BTreeMap, BTreeSet};

/// One path that a file names, from the root of the crate.
pub struct Import {
    /// Its parts, without `crate`.
    pub path: Vec<String>,
    /// Where it stands in the file.
    pub at: usize,
    /// Whether it is a re-export.
    pub is_public: bool,
}

/// The paths of a `use` tree: `a::{b, c::{d, e as f}}` is `a::b`, `a::c::d`, `a::c::e`.
fn expand(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, inner)) = tree.strip_suffix('}').and_then(|tree| tree.split_once('{')) else {
        return vec![tree.split_whitespace().next().unwrap_or_default().to_owned()];
    };
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    let filled = parts.iter().filter(|part| !part.trim().is_empty());
    filled.flat_map(|part| expand(part)).map(|part| format!("{before}{part}")).collect()
}

/// A path from the root of the crate; `None` where it is another crate's.
fn absolute(module: &[String], path: &str, modules: &BTreeMap<Vec<String>, usize>) -> Option<Vec<String>> {
    let mut parts: Vec<String> = path.split("::").map(str::to_owned).collect();
    let mut base = module.to_vec();
    match parts.first()?.as_str() {
        "crate" => base.clear(),
        "self" => {}
        "super" => {
            while parts.first().is_some_and(|part| part == "super") {
                base.pop();
                parts.remove(0);
            }
            base.extend(parts);
            return Some(base);
        }
        first => {
            base.push(first.to_owned());
            let is_module = modules.contains_key(&base);
            base.pop();
            base.extend(parts);
            return is_module.then_some(base);
        }
    }
    base.extend(parts.into_iter().skip(1));
    Some(base)
}

/// All modules, with the places of their files.
pub fn modules(files: &[SourceFile]) -> BTreeMap<Vec<String>, usize> {
    let modules = files.iter().enumerate().filter(|(_, file)| file.path != "main.rs");
    modules.map(|(index, file)| (file.module(), index)).collect()
}

/// Whether a `use` at the end of this text is one of `pub use`, `pub(crate) use`.
fn is_public(before: &str) -> bool {
    let before = before.trim_end();
    let bare = before.strip_suffix(')').and_then(|before| before.rfind('(').map(|at| &before[..at])).unwrap_or(before);
    words(bare).last().is_some_and(|(at, word)| word == "pub" && at + word.len() == bare.len())
}

/// What a text of a file imports.
pub fn imports(file: &SourceFile, text: &str, modules: &BTreeMap<Vec<String>, usize>) -> Vec<Import> {
    let module = file.module();
    let (mut out, mut end_of_use) = (Vec::new(), 0);
    for (at, word) in words(text) {
        let rest = &text[at + word.len()..];
        if at < end_of_use {
            continue;
        }
        if word == "use" && rest.starts_with(char::is_whitespace) {
            let tree = rest.split(';').next().unwrap_or_default();
            end_of_use = at + word.len() + tree.len();
            let is_public = is_public(&text[..at]);
            let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
            let paths = expand(&tree).into_iter().filter_map(|path| absolute(&module, &path, modules));
            out.extend(paths.map(|path| Import { path, at, is_public }));
        } else if ["crate", "super"].contains(&word) && rest.starts_with("::") {
            let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
            let path = format!("{word}{}", &rest[..length]);
            end_of_use = at + path.len();
            let path = absolute(&module, path.trim_end_matches(':'), modules);
            out.extend(path.map(|path| Import { path, at, is_public: false }));
        }
    }
    out
}

/// The file in which a path is defined.
fn defined_in(
    path: &[String],
    modules: &BTreeMap<Vec<String>, usize>,
    exports: &[Vec<Vec<String>>],
    depth: usize,
) -> Option<usize> {
    let length = (0..=path.len()).rev().find(|length| modules.contains_key(&path[..*length]))?;
    let (file, rest) = (modules[&path[..length]], &path[length..]);
    let Some(name) = rest.first().filter(|_| depth < 8) else { return Some(file) };
    for export in &exports[file] {
        let Some((last, above)) = export.split_last() else { continue };
        let found = if last == name {
            defined_in(&[&export[..], &rest[1..]].concat(), modules, exports, depth + 1)
        } else if last == "*" {
            let whole = modules.get(above);
            defined_in(&[above, rest].concat(), modules, exports, depth + 1).filter(|found| whole != Some(found))
        } else {
            None
        };
        if found.is_some() {
            return found;
        }
    }
    Some(file)
}

/// Sets of files each of which imports every other, directly or through others; tests are left out.
pub fn circles(files: &[SourceFile]) -> Vec<BTreeSet<&str>> {
    let modules = modules(files);
    let all: Vec<Vec<Import>> = files.iter().map(|file| imports(file, file.released(), &modules)).collect();
    let exports: Vec<Vec<Vec<String>>> = all
        .iter()
        .map(|imports| imports.iter().filter(|import| import.is_public).map(|import| import.path.clone()).collect())
        .collect();
    let next: Vec<BTreeSet<usize>> = all
        .iter()
        .enumerate()
        .map(|(own, imports)| {
            let private = imports.iter().filter(|import| !import.is_public);
            let found = private.filter_map(|import| defined_in(&import.path, &modules, &exports, 0));
            found.filter(|found| *found != own && files[*found].path != "lib.rs").collect()
        })
        .collect();
    let reached: Vec<BTreeSet<usize>> = (0..files.len())
        .map(|own| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![own]);
            while let Some(file) = open.pop() {
                open.extend(next[file].iter().filter(|next| seen.insert(**next)));
            }
            seen
        })
        .collect();
    let mut out: Vec<BTreeSet<&str>> = Vec::new();
    for own in (0..files.len()).filter(|own| reached[*own].contains(own)) {
        let circle = reached[own].iter().filter(|other| reached[**other].contains(&own));
        let circle: BTreeSet<&str> = circle.map(|other| files[*other].path.as_str()).collect();
        if !out.contains(&circle) {
            out.push(circle);
        }
    }
    out
}

#[test]
fn grouped_imports_are_taken_apart() {
    assert_eq!(expand("crate::{a, b::{c, d as e}, f::*}"), ["crate::a", "crate::b::c", "crate::b::d", "crate::f::*"]);
    assert_eq!(expand("super::a"), ["super::a"]);
    assert!(is_public("pub ") && is_public("pub(super) ") && !is_public("fn public() {} ") && !is_public(""));
}
