//! Paths that go on where what was typed ends.

use crate::ui::dialogs::{MOST_COMPLETIONS, PathCompletion};
use std::path::{MAIN_SEPARATOR, MAIN_SEPARATOR_STR, Path};

/// What the disk knows of a path that is being typed: whether it is a file, and the first paths that begin with it, in order.
/// `None` where `go_on`, asked for each file of the folder, says no.
pub(super) fn complete(text: &str, go_on: &dyn Fn() -> bool) -> Option<PathCompletion> {
    let typed = Path::new(text);
    let is_folder = text.is_empty() || text.ends_with(MAIN_SEPARATOR);
    let (folder, begin) = match (is_folder, typed.parent(), typed.file_name()) {
        (false, Some(folder), Some(name)) => (folder, name.to_string_lossy().into_owned()),
        _ => (typed, String::new()),
    };
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(listed).into_iter().flatten().flatten() {
        if !go_on() {
            return None;
        }
        // What is no text cannot be typed, and what is hidden is shown where it is asked for.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with(&begin) && (begin.starts_with('.') || !name.starts_with('.')) {
            names.push(name);
        }
    }
    names.sort_unstable();
    names.truncate(MOST_COMPLETIONS);
    let path = |name: String| {
        let path = folder.join(name);
        let end = if path.is_dir() { MAIN_SEPARATOR_STR } else { "" };
        Some(path.to_str()?.to_owned() + end)
    };
    let paths = names.into_iter().filter_map(path).collect();
    Some(PathCompletion { text: text.to_owned(), is_file: typed.is_file(), paths })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn paths_go_on_where_the_text_ends() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("mnist")).unwrap();
        for name in ["mnist.npy", "other.npy", ".hidden"] {
            std::fs::write(root.join(name), "").unwrap();
        }
        let whole = |text: &str| complete(text, &|| true).unwrap();
        let at = |name: &str| whole(root.join(name).to_str().unwrap());
        let text = |name: &str| root.join(name).to_str().unwrap().to_owned();
        let folder_text = |name: &str| text(name) + MAIN_SEPARATOR_STR;
        assert_eq!(at("mn").paths, [folder_text("mnist"), text("mnist.npy")]);
        assert!(at("other.npy").is_file && !at("oth").is_file);
        assert_eq!(at(".h").paths, [text(".hidden")]);
        assert_eq!(whole(&folder_text("mnist")).paths, Vec::<String>::new());
        assert_eq!(whole("/nothing/is/here"), PathCompletion { text: "/nothing/is/here".into(), ..Default::default() });
        assert_eq!(complete(root.join("mn").to_str().unwrap(), &|| false), None, "nobody waits for it any more");
    }
}
