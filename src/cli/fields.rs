//! A line of JSON as a person reads it: a row a field.

use serde_json::Value;

/// What says of which run the others are: it stands first.
const SUBJECT: [&str; 4] = ["run", "preset", "steps", "z"];

/// A row a field, its name and what it holds: the run, then the others by name. None where it is no object.
pub fn rows(line: &Value) -> Vec<String> {
    let Some(fields) = line.as_object() else { return Vec::new() };
    let width = fields.keys().map(|name| name.chars().count()).max().unwrap_or(0);
    let subject = SUBJECT.iter().filter_map(|name| fields.get_key_value(*name));
    let others = fields.iter().filter(|(name, _)| !SUBJECT.contains(&name.as_str()));
    subject.chain(others).map(|(name, value)| format!("{name:<width$}   {}", text(value))).collect()
}

/// What a field holds: a dash for nothing, numbers to six digits, what is in a list one after another.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(_) => value.to_string(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(number) => six_digits(number),
            None => number.to_string(),
        },
        Value::String(words) => words.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name} {}", text(value))).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A number to six significant digits, without zeros at its end.
fn six_digits(number: f64) -> String {
    let rounded = format!("{number:.5e}");
    rounded.parse().map_or(rounded, |number: f64| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_row_a_field() {
        let line = serde_json::json!({
            "run": "a \"b\"", "steps": 1_000_000, "recon": 105.234_191_894, "tiny": 0.000_012_345_678, "none": null,
            "interval": [0.1, 2.0], "network": { "width": 32, "accuracy": 0.98 },
        });
        let expected = [
            "run        a \"b\"",
            "steps      1000000",
            "interval   0.1, 2",
            "network    accuracy 0.98, width 32",
            "none       –",
            "recon      105.234",
            "tiny       0.0000123457",
        ];
        assert_eq!(rows(&line), expected);
        assert!(rows(&Value::Null).is_empty());
    }
}
