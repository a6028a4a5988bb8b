//! Paths that go on where what was typed ends.

use crate::ui::dialogs::{MOST_COMPLETIONS, PathCompletion};
use std::path::{MAIN_SEPARATOR, Path};

/// What the disk knows of a path that is being typed: whether it is a file, and the paths that begin with it, in order.
pub(super) fn complete(text: &str) -> PathCompletion {
    let typed = Path::new(text);
    let is_folder = text.is_empty() || text.ends_with(MAIN_SEPARATOR);
    let (folder, begin) = match (is_folder, typed.parent(), typed.file_name()) {
        (false, Some(folder), Some(name)) => (folder, name.to_string_lossy().into_owned()),
        _ => (typed, String::new()),
    };
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut paths: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(listed).into_iter().flatten().flatten() {
        let name = entry.file_name();
        // What is no text cannot be typed, and what is hidden is shown where it is asked for.
        let Some(name) = name.to_str().filter(|name| name.starts_with(&begin)) else { continue };
        if name.starts_with('.') && !begin.starts_with('.') {
            continue;
        }
        let Some(path) = folder.join(name).to_str().map(str::to_owned) else { continue };
        let end = if entry.path().is_dir() { MAIN_SEPARATOR.to_string() } else { String::new() };
        paths.push(path + &end);
    }
    paths.sort_unstable();
    paths.truncate(MOST_COMPLETIONS);
    PathCompletion { text: text.to_owned(), is_file: typed.is_file(), paths }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::path::MAIN_SEPARATOR_STR;

    #[test]
    fn paths_go_on_where_the_text_ends() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("mnist")).unwrap();
        for name in ["mnist.npy", "other.npy", ".hidden"] {
            std::fs::write(root.join(name), "").unwrap();
        }
        let at = |name: &str| complete(root.join(name).to_str().unwrap());
        let text = |name: &str| root.join(name).to_str().unwrap().to_owned();
        let folder_text = |name: &str| text(name) + MAIN_SEPARATOR_STR;
        // In the order of names: a dot comes before a slash.
        assert_eq!(at("mn").paths, [text("mnist.npy"), folder_text("mnist")]);
        assert!(at("other.npy").is_file && !at("oth").is_file);
        assert_eq!(at(".h").paths, [text(".hidden")]);
        assert_eq!(complete(&folder_text("mnist")).paths, Vec::<String>::new());
        assert_eq!(
            complete("/nothing/is/here"),
            PathCompletion { text: "/nothing/is/here".into(), ..Default::default() }
        );
    }
}
