//! The sources of the program as text, with comments and strings blanked out.

use std::fs;
use std::path::Path;

/// One file of `src`.
pub struct SourceFile {
    /// Its path inside `src`, with `/`.
    pub path: String,
    /// The text with comments blanked; byte for byte as long as the file.
    pub code: String,
    /// The text with comments and what stands between quotes blanked; as long as the file.
    pub bare: String,
}

impl SourceFile {
    /// A file from its path inside `src` and its text.
    pub fn new(path: &str, text: &str) -> Self {
        let (code, bare) = blanked(text);
        Self { path: path.to_owned(), code, bare }
    }

    /// The path of its module: `ui/plane/mod.rs` is `["ui", "plane"]`.
    pub fn module(&self) -> Vec<String> {
        let mut parts: Vec<String> = self.path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
            parts.pop();
        }
        parts
    }

    /// What a released program is made of: without the tests at the file's end.
    pub fn released(&self) -> &str {
        let tests = self.bare.match_indices("#[cfg(test)]").find(|(at, mark)| {
            self.bare.get(at + mark.len()..).is_some_and(|rest| rest.trim_start().starts_with("mod tests {"))
        });
        tests.map_or(self.bare.as_str(), |(at, _)| self.bare.get(..at).unwrap_or_default())
    }

    /// The file, the line and the code at a byte.
    pub fn place(&self, at: usize) -> String {
        let before = self.code.get(..at).unwrap_or_default();
        let line = before.lines().count().max(1);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let number = if before.ends_with('\n') { line + 1 } else { line };
        let text = self.code.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        format!("{}:{number}: {}", self.path, text.trim())
    }
}

/// All files of `src`.
pub fn program() -> Vec<SourceFile> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![source.clone()];
    let mut out = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inside = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
            out.push(SourceFile::new(&inside, &fs::read_to_string(&path).unwrap()));
        }
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

/// The words of a text, with where they begin.
pub fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c: char| !is_word(c)).filter(|word| !word.is_empty()).map(move |word| {
        let at = word.as_ptr() as usize - text.as_ptr() as usize;
        (at, word)
    })
}

/// The length of a comment or of a literal with quotes at the beginning of `rest`, and whether it is a comment.
fn skipped(rest: &str, follows_word: bool) -> Option<(usize, bool)> {
    if rest.starts_with("//") {
        return Some((rest.find('\n').unwrap_or(rest.len()), true));
    }
    if rest.starts_with("/*") {
        let mut depth = 0;
        for (at, _) in rest.char_indices() {
            match rest.get(at..at + 2) {
                Some("/*") => depth += 1,
                Some("*/") => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                return Some((at + 2, true));
            }
        }
        return Some((rest.len(), true));
    }
    if let Some(raw) = rest.strip_prefix('r').filter(|_| !follows_word) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw.get(hashes..).is_some_and(|raw| raw.starts_with('"')) {
            let close = format!("\"{}", "#".repeat(hashes));
            let body = hashes + 2;
            return Some((rest[body..].find(&close).map_or(rest.len(), |at| body + at + close.len()), false));
        }
    }
    let quote = rest.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if !escaped && c == quote {
            return Some((at + 1, false));
        }
        // A lifetime has no second quote.
        if quote == '\'' && rest[1..at].chars().count() >= 1 && !rest[1..].starts_with('\\') {
            return None;
        }
        escaped = !escaped && c == '\\';
    }
    None
}

fn blanked(text: &str) -> (String, String) {
    let (mut code, mut bare) = (String::new(), String::new());
    let blank = |text: &str| -> String { text.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect() };
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let follows_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        match skipped(&text[at..], follows_word) {
            Some((length, is_comment)) => {
                let piece = &text[at..at + length];
                code += &if is_comment { blank(piece) } else { piece.to_owned() };
                bare += &blank(piece);
                at += length;
            }
            None => {
                code.push(c);
                bare.push(c);
                at += c.len_utf8();
            }
        }
    }
    (code, bare)
}

#[test]
fn comments_and_strings_are_blanked_and_places_stay() {
    let text = "// use crate::a;\nlet a = \"use crate::b; // \\\" \"; /* x /* y */ z */ let c = 'x'; fn f<'a>(d: &'a str) {}\n\
                let raw = r#\"use \"crate\"::c;\"#;\n";
    let file = SourceFile::new("a/mod.rs", text);
    assert_eq!((file.code.len(), file.bare.len()), (text.len(), text.len()));
    assert!(!file.bare.contains("crate") && !file.code.contains(" z ") && !file.bare.contains('x'), "{}", file.bare);
    assert!(file.code.contains("use crate::b") && file.bare.contains("fn f<'a>(d: &'a str) {}"), "{}", file.bare);
    assert_eq!(file.place(text.find("let c").unwrap()).split(' ').next(), Some("a/mod.rs:2:"));
    assert_eq!(file.module(), ["a"]);
}

#[test]
fn tests_at_the_end_are_no_part_of_the_program() {
    let file = SourceFile::new("a.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n use crate::b;\n}\n");
    assert_eq!(file.released(), "fn a() {}\n");
    assert_eq!(words("a::b_c").map(|(_, word)| word).collect::<Vec<_>>(), ["a", "b_c"]);
}
