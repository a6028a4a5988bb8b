//! Reading a value of which some part is not known here: a later program's word, or a file that somebody has changed. That
//! part keeps its default, and all the rest is kept.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What was read.
#[derive(Debug)]
pub struct Tolerated<T> {
    /// The value.
    pub value: T,
    /// Paths of what was left out, as `settings.color_map`.
    pub left_out: Vec<String>,
}

/// Reads `saved` over the default of `T`, as much of it as `T` can hold.
pub fn read<T: Default + Serialize + DeserializeOwned>(saved: Value) -> Tolerated<T> {
    let whole = serde_json::to_value(T::default()).unwrap_or(Value::Null);
    let mut reader = Reader { whole, left_out: Vec::new(), fits: |value| T::deserialize(value).is_ok() };
    reader.take(&mut Vec::new(), saved);
    let value = T::deserialize(&reader.whole).unwrap_or_default();
    Tolerated { value, left_out: reader.left_out }
}

/// A step on the way to a part of a value.
#[derive(Clone)]
enum Step {
    Field(String),
    Element(usize),
}

struct Reader {
    /// Always a value that can be read.
    whole: Value,
    left_out: Vec<String>,
    fits: fn(&Value) -> bool,
}

impl Reader {
    /// Puts `saved` at `path`; where it does not fit as it is, its parts one by one.
    fn take(&mut self, path: &mut Vec<Step>, saved: Value) {
        let before = self.at(path).clone();
        *self.at(path) = saved.clone();
        if (self.fits)(&self.whole) {
            return;
        }
        *self.at(path) = before.clone();
        match (saved, before.clone()) {
            (Value::Object(parts), Value::Object(known)) => {
                for (name, part) in parts {
                    let is_known = known.contains_key(&name);
                    path.push(Step::Field(name.clone()));
                    self.take(path, part);
                    let fits = (self.fits)(&self.whole);
                    path.pop();
                    // Of what has no default nothing is left.
                    if !is_known
                        && !fits
                        && let Value::Object(fields) = self.at(path)
                    {
                        fields.remove(&name);
                    }
                }
            }
            // Lists are read element by element: what cannot be read is not in it.
            (Value::Array(elements), Value::Array(_)) => {
                *self.at(path) = Value::Array(Vec::new());
                if !(self.fits)(&self.whole) {
                    *self.at(path) = before;
                    self.left_out.push(said(path));
                    return;
                }
                for (index, element) in elements.into_iter().enumerate() {
                    let length = self.at(path).as_array().map_or(0, Vec::len);
                    self.push(path, element);
                    if !(self.fits)(&self.whole) {
                        if let Value::Array(list) = self.at(path) {
                            list.truncate(length);
                        }
                        path.push(Step::Element(index));
                        self.left_out.push(said(path));
                        path.pop();
                    }
                }
            }
            _ => self.left_out.push(said(path)),
        }
    }

    fn push(&mut self, path: &[Step], element: Value) {
        if let Value::Array(list) = self.at(path) {
            list.push(element);
        }
    }

    fn at(&mut self, path: &[Step]) -> &mut Value {
        path.iter().fold(&mut self.whole, |place, step| match step {
            Step::Field(name) => &mut place[name.as_str()],
            Step::Element(index) => &mut place[*index],
        })
    }
}

fn said(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Field(name) if text.is_empty() => text.push_str(name),
            Step::Field(name) => text = format!("{text}.{name}"),
            Step::Element(index) => text = format!("{text}[{index}]"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    enum Color {
        #[default]
        Red,
        Blue,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Inner {
        color: Color,
        size: u32,
    }

    impl Default for Inner {
        fn default() -> Self {
            Self { color: Color::Red, size: 5 }
        }
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Outer {
        inner: Inner,
        list: Vec<Color>,
        name: Option<String>,
    }

    fn outer(saved: Value) -> (Outer, Vec<String>) {
        let Tolerated { value, left_out } = read(saved);
        (value, left_out)
    }

    #[test]
    fn one_unknown_word_keeps_all_the_rest() {
        let saved = json!({"inner": {"color": "Plaid", "size": 9}, "list": ["Blue"], "name": "x"});
        let (value, left_out) = outer(saved);
        let inner = Inner { size: 9, ..Inner::default() };
        assert_eq!(value, Outer { inner, list: vec![Color::Blue], name: Some("x".into()) });
        assert_eq!(left_out, ["inner.color"]);
    }

    #[test]
    fn a_list_loses_what_cannot_be_read_alone() {
        let (value, left_out) = outer(json!({"list": ["Blue", "Plaid", "Red", 7], "inner": 3}));
        assert_eq!(value.list, [Color::Blue, Color::Red]);
        assert_eq!(value.inner, Inner::default());
        assert_eq!(left_out, ["inner", "list[1]", "list[3]"]);
    }

    #[test]
    fn what_is_whole_is_read_whole_and_nonsense_is_the_default() {
        let saved = json!({"inner": {"color": "Blue"}, "later": {"unknown": 1}});
        assert_eq!(outer(saved).0.inner.color, Color::Blue);
        assert_eq!(outer(json!([1, 2])), (Outer::default(), vec![String::new()]));
    }
}
