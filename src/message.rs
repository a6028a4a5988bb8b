//! Sentences for a person that can be said in any language: a template, which is also the key of its translations, and what
//! fills it. As text it is English; other languages are for who shows it.

use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};

/// What a panic says, from the payload that `catch_unwind` gives.
pub fn panic_text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no reason given")
}

/// The most characters that one argument of a sentence has: what a file gives may be megabytes.
const MOST_WORDS: usize = 1000;

/// A sentence, or part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// What is the same in every language: a path, a number, a name, the file system's own words.
    Words(String),
    /// A template with its arguments.
    Filled {
        /// English, with `{name}` where an argument stands.
        template: &'static str,
        /// The arguments by name.
        arguments: Box<[(&'static str, Message)]>,
    },
}

impl Message {
    /// What is the same in every language, in one line (some parsers draw a picture of the place), and cut where it is too
    /// long for a sentence.
    pub fn words(words: impl fmt::Display) -> Self {
        let mut words = words.to_string();
        if words.contains(char::is_control) {
            let lines = words.split(char::is_control).map(str::trim).filter(|line| !line.is_empty());
            words = lines.collect::<Vec<_>>().join(" ");
        }
        if let Some((end, _)) = words.char_indices().nth(MOST_WORDS) {
            words.truncate(end);
            words.push('…');
        }
        Self::Words(words)
    }

    /// The text by the templates of another language, where that has them: `translate` gives the template of one in English.
    pub fn text(&self, translate: &dyn Fn(&str) -> Option<String>) -> String {
        let Self::Filled { template, arguments } = self else { return self.to_string() };
        let translated = translate(template).unwrap_or_else(|| (*template).to_owned());
        fill(&translated, |name| {
            let argument = arguments.iter().find(|(known, _)| *known == name);
            argument.map(|(_, argument)| argument.text(translate))
        })
    }
}

/// English.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(words),
            Self::Filled { .. } => f.write_str(&self.text(&|_| None)),
        }
    }
}

/// Puts arguments into a template, in one pass: what they hold is not looked at.
fn fill(template: &str, argument: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(2 * template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let filled = behind.split_once('}').and_then(|(name, behind)| Some((argument(name)?, behind)));
        rest = match filled {
            Some((argument, behind)) => {
                out.push_str(&argument);
                behind
            }
            None => {
                out.push('{');
                behind
            }
        };
    }
    out + rest
}

/// What can fill a template.
pub trait Argument {
    /// As a message.
    fn argument(&self) -> Message;
}

impl Argument for Message {
    fn argument(&self) -> Message {
        self.clone()
    }
}

impl<T: Argument + ?Sized> Argument for &T {
    fn argument(&self) -> Message {
        (**self).argument()
    }
}

macro_rules! words {
    ($($kind:ty),*) => {
        $(impl Argument for $kind {
            fn argument(&self) -> Message {
                Message::words(self)
            }
        })*
    };
}

words!(str, String, u8, u32, u64, usize, f32, f64, std::io::Error);

impl Argument for Path {
    fn argument(&self) -> Message {
        Message::Words(self.display().to_string())
    }
}

impl Argument for PathBuf {
    fn argument(&self) -> Message {
        self.as_path().argument()
    }
}

/// An error that a person can read in any language. Its `Display` is the same in English.
pub trait Explain {
    /// What is wrong, in one sentence.
    fn message(&self) -> Message;
}

/// A message: its template, then its arguments as `name = value`, or `name` alone where the value is called so. Every
/// template has a translation in `assets/messages`; a test looks.
macro_rules! message {
    (@ $name:ident) => { $crate::message::Argument::argument(&$name) };
    (@ $name:ident = $value:expr) => { $crate::message::Argument::argument(&$value) };
    ($template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::message::Message::Filled {
            template: $template,
            arguments: Box::new([$((stringify!($name), $crate::message::message!(@ $name $(= $value)?))),*]),
        }
    };
}
pub(crate) use message;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_in_any_order_and_arguments_are_not_looked_at() {
        let (expected, found) = (message!("a run folder"), "{expected}");
        let message = message!("{path}: expected {expected}, found {found}", path = Path::new("/a"), expected, found);
        assert_eq!(message.to_string(), "/a: expected a run folder, found {expected}");
        let translate = |template: &str| {
            let words = if template.contains("found") { "{found} ≠ {expected} ({path})" } else { "训练文件夹" };
            Some(words.to_owned())
        };
        assert_eq!(message.text(&translate), "{expected} ≠ 训练文件夹 (/a)");
    }

    #[test]
    fn words_are_put_in_one_line() {
        let message = message!("{name}: {error}", name = "a", error = "one\n  two\r\n\n");
        assert_eq!(message.to_string(), "a: one two");
    }
}
