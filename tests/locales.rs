//! The language tables: complete, the same in every language, and all that the program asks for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::BUILT_IN;
use latentarium::dataset::download::DOWNLOADS;
use latentarium::diagnosis::FINDINGS;
use latentarium::explore::field::{FIELDS, FIGURE_NAMES};
use latentarium::metrics;
use latentarium::model::{Config, FAMILIES, FieldKind, Section, presets};
use latentarium::ui::help;
use latentarium::ui::panels::panes;
use latentarium::ui::plane::layers::LAYERS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// `key.sub` to text, from the two-level tables as they are written.
fn table(name: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/locales").join(name);
    let mut group = String::new();
    let mut out = BTreeMap::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        if key.starts_with('_') {
            continue;
        }
        if let Some(key) = key.strip_prefix("  ") {
            let value = value.trim().trim_matches('"').to_owned();
            assert!(out.insert(format!("{group}.{key}"), value).is_none(), "{name}: {group}.{key} is there twice");
        } else {
            group = key.to_owned();
        }
    }
    out
}

/// Every string literal in the sources of the window and of the operations that looks like a key of the tables.
fn used() -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![source.clone()];
    let mut out = BTreeSet::new();
    let groups: BTreeSet<String> =
        table("en.yml").keys().map(|key| key.split('.').next().unwrap().to_owned()).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let mut parts = path.strip_prefix(&source).unwrap().components();
        let inside = parts.any(|part| ["ui", "app", "operations"].iter().any(|own| part.as_os_str() == *own));
        if !inside && !path.ends_with("app.rs") {
            continue;
        }
        for literal in std::fs::read_to_string(path).unwrap().split('"').skip(1).step_by(2) {
            let is_key = literal.split_once('.').is_some_and(|(group, key)| {
                groups.contains(group)
                    && !key.is_empty()
                    && key
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
            });
            if is_key && literal != "config.toml" {
                out.insert(literal.to_owned());
            }
        }
    }
    out
}

/// The keys that the tables of families and their fields hold.
fn of_families() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for family in FAMILIES {
        out.extend([family.words.to_owned(), family.heading.to_owned()]);
        out.extend(family.parts.iter().flat_map(|part| [part.words.to_owned(), format!("{}_tip", part.words)]));
    }
    for config in presets().filter_map(Config::preset) {
        let choices = config.family().fields.iter().filter_map(|field| match field.kind {
            FieldKind::Choice(words) => Some((field.key, words)),
            _ => None,
        });
        let chosen = choices.flat_map(|(key, words)| words.iter().map(move |word| (key, *word)));
        for config in chosen.filter_map(|(key, word)| config.with(key, word).ok()).chain([config.clone()]) {
            for (field, value) in config.fields() {
                let Some(row) = field.card else { continue };
                let words = (row.words)(&config);
                out.extend([words.to_owned(), format!("{words}_tip")]);
                if let latentarium::model::CardInput::Optional { unit: Some(unit), .. } = row.input {
                    out.insert(unit.to_owned());
                }
                if let FieldKind::Choice(_) = field.kind {
                    out.insert(format!("{}.{value}", field.key));
                }
                if row.section != Section::LIVE {
                    out.extend(["", "_of", "_tip"].map(|end| format!("section.{}{end}", row.section.0)));
                }
                out.extend((config.family().warning)(&config, row.section).map(str::to_owned));
            }
        }
    }
    out
}

fn placeholders(text: &str) -> BTreeSet<String> {
    text.split("%{").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn both_languages_say_the_same_things() {
    let (english, chinese) = (table("en.yml"), table("zh-CN.yml"));
    let keys = |table: &BTreeMap<String, String>| table.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&english), keys(&chinese));
    for (key, text) in &english {
        assert!(!text.is_empty() && !chinese[key].is_empty(), "{key} is empty");
        assert_eq!(placeholders(text), placeholders(&chinese[key]), "{key}");
    }
}

#[test]
fn every_key_that_is_asked_for_is_there() {
    let english = table("en.yml");
    let mut asked = used();
    for metric in metrics::all() {
        asked.extend(["", "_tip"].map(|end| format!("series.{}{end}", metric.id.name())));
        asked.insert(format!("group.{}", metric.group.name()));
        asked.insert(format!("unit.{}", metric.unit.name()));
    }
    for figure in &metrics::FIGURES {
        asked.extend(["", "_tip"].map(|end| format!("figure.{}{end}", figure.key)));
        asked.extend(figure.unit.map(|unit| format!("unit.{unit}")));
    }
    asked.extend(BUILT_IN.iter().map(|built_in| format!("data.{}", built_in.name())));
    asked
        .extend(DOWNLOADS.iter().flat_map(|known| ["data", "download"].map(|table| format!("{table}.{}", known.name))));
    asked.extend(of_families());
    asked.extend(presets().map(|preset| format!("preset.{preset}")));
    asked.extend(LAYERS.iter().filter_map(|layer| layer.text_keys()).flatten());
    asked.extend(
        FIELDS.iter().flat_map(|field| ["unit", "missing"].map(|end| format!("plane_layer.{}_{end}", field.id))),
    );
    for finding in FINDINGS {
        asked.extend(["", "_tip", "_figure"].map(|end| format!("finding.{}{end}", finding.key)));
    }
    asked.extend(FIGURE_NAMES.map(|name| format!("field_figure.{name}")));
    asked.extend(panes().map(|pane| pane.key()));
    asked.extend(help::keys().map(str::to_owned));
    let missing: Vec<_> = asked.iter().filter(|key| !english.contains_key(*key)).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    let idle: Vec<_> = english.keys().filter(|key| !asked.contains(*key)).collect();
    assert!(idle.is_empty(), "in the tables but never asked for: {idle:?}");
}

#[test]
fn the_program_finds_its_texts() {
    rust_i18n::set_locale("zh-CN");
    assert_eq!(latentarium::ui::text::tr("menu.file"), "文件");
    rust_i18n::set_locale("en");
    assert_eq!(latentarium::ui::text::tr("menu.file"), "File");
}
