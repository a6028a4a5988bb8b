//! What the settings of a run may hold: other formats, numbers that cannot be, another program's words.

use crate::case::Case;
use std::fs::{self, File};
use std::path::Path;

pub const EVAL: &str = "eval run";
pub const FORK: &str = "train --fork run@6 --set beta=2 --steps 8 --threads 1 --out new";
pub const RESUME: &str = "train --resume run --steps 8 --threads 1";
const CONFIG: &str = "config.toml";
pub const CHANGES: &str = "changes.toml";
pub const PLAN: &str = "plan.toml";
pub const PLANE: &str = "plane.toml";
pub const METRICS: &str = "metrics.csv";
pub const STATE: &str = "checkpoints/000006/state.toml";
pub const WEIGHTS: &str = "checkpoints/000006/weights.safetensors";
pub const OPTIMIZER: &str = "checkpoints/000006/optimizer.safetensors";
pub const SETTINGS: &str = "expected settings of this program, found ";

/// A command that reads a file first of all, or nearly so.
fn reader(name: &str) -> &'static str {
    match name {
        PLAN => RESUME,
        PLANE => "plane run --grid 2 --out new.png",
        METRICS => FORK,
        _ => EVAL,
    }
}

/// As it was written before checkpoints had checksums, so that what is wrong is found by what it is.
pub fn without_checksums(run: &Path) {
    let path = run.join(STATE);
    let text = fs::read_to_string(&path).unwrap();
    let (state, _) = text.split_once("[sha256]").unwrap();
    fs::write(&path, state.replace("format = 2", "format = 1")).unwrap();
}

/// A file of these bytes.
pub fn holds(what: &str, name: &'static str, bytes: impl Into<Vec<u8>>, sentence: &str) -> Case {
    let bytes = bytes.into();
    let sentence = format!("latentarium: run/{name}: {sentence}");
    Case::refused(format!("{name}: {what}"), reader(name), sentence).after(move |here| {
        without_checksums(&here.join("run"));
        fs::write(here.join("run").join(name), &bytes).unwrap();
    })
}

/// A file in which one piece of text is another.
pub fn other(name: &'static str, from: &'static str, to: &str, sentence: &str) -> Case {
    let to = to.to_owned();
    let what = format!("{name}: {to:.60?} in place of {from:?}");
    Case::refused(what, reader(name), format!("latentarium: run/{sentence}")).after(move |here| {
        without_checksums(&here.join("run"));
        let path = here.join("run").join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        fs::write(&path, text.replacen(from, &to, 1)).unwrap();
    })
}

/// What no file of settings may be.
fn settings() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in [CONFIG, CHANGES, PLAN, PLANE, STATE] {
        let newest = if [CONFIG, STATE].contains(&name) { 2 } else { 1 };
        let long = format!("format = {newest}\nx = \"{}\"\n", "x".repeat(5 << 20));
        cases.extend([
            holds("nothing", name, "", &format!("expected format = {newest}, found no format number")),
            holds("bytes", name, [0xff, 0xfe, 0, 1], "expected text in UTF-8, found other bytes"),
            holds("NUL", name, "format = 1\nx = \"\0\"\n", SETTINGS),
            holds("no settings", name, "Dear reader,\n", SETTINGS),
            holds("another format of text", name, "{\"format\": 1}", SETTINGS),
            holds("a key twice", name, "format = 1\nformat = 1\n", &format!("{SETTINGS}duplicate key")),
            holds(
                "a later format",
                name,
                "format = 9\n",
                &format!("expected format {newest} or older, found format 9"),
            ),
            holds("the largest format", name, "format = 9223372036854775807\n", SETTINGS),
            holds("a format below 0", name, "format = -1\n", SETTINGS),
            holds("a format that is text", name, "format = \"2\"\n", SETTINGS),
            holds("a format alone", name, "format = 1\n", if name == CHANGES { "" } else { SETTINGS }),
            holds("deep lists", name, format!("format = 1\nx = {}\n", "[".repeat(100_000)), SETTINGS),
            holds(
                "brackets without an end",
                name,
                format!("format = 1\nx = [[1], 2{}", ", { [inf], \"two\"".repeat(200_000)),
                SETTINGS,
            ),
            holds(
                "brackets behind what looks like a string",
                name,
                format!("format = 1\nx = [\"\"\"a\"b\"\"\"{}", ", { [inf], \"two\"".repeat(200_000)),
                SETTINGS,
            ),
            holds("deep keys", name, format!("format = 1\nx{} = 1\n", ".x".repeat(500_000)), SETTINGS),
            holds("deep tables", name, format!("format = 1\n[x{}]\n", ".x".repeat(50_000)), SETTINGS),
            holds("a text without an end", name, "format = 1\nx = \"", SETTINGS),
            holds("more than may be", name, long, "expected at most 4194304 bytes, found 524"),
            Case::refused(
                format!("{name}: a hole"),
                reader(name),
                "expected at most 4194304 bytes, found 1099511627776 bytes",
            )
            .after(move |here| File::create(here.join("run").join(name)).unwrap().set_len(1 << 40).unwrap()),
        ]);
    }
    // A format alone is a file without changes.
    cases.retain(|case| case.name != "changes.toml: a format alone");
    cases
}

fn config() -> Vec<Case> {
    let wrong = |from, to: &str, found: &str| other(CONFIG, from, to, &format!("config.toml: {found}"));
    let run = |from, to: &str, found: &str| wrong(from, to, &format!("expected a run that can be made, found {found}"));
    let images = "expected images of 1 to 1048576 values";
    let misfit = "checkpoints/000006: expected weights that fit config.toml, found ";
    vec![
        run("latent = 2", "latent = 0", "latent: expected 1 to 512, found 0"),
        run("latent = 2", "latent = 9223372036854775807", "latent: expected 1 to 512, found 9223372036854775807"),
        run("batch = 8", "batch = 0", "batch: expected "),
        run("learning_rate = 0.001", "learning_rate = nan", "learning_rate: expected 0 to 1, found NaN"),
        run("learning_rate = 0.001", "learning_rate = inf", "learning_rate: expected 0 to 1, found inf"),
        run("beta = 1.0", "beta = -1e308", "beta: expected "),
        run("hidden = [8]", "hidden = []", "hidden layers: expected 1 to 8, found 0"),
        run("hidden = [8]", "hidden = [0]", "hidden: expected "),
        run(
            "preset = \"vae-dense\"",
            "preset = \"../../up\"",
            "preset: expected 1 to 64 letters, digits and hyphens, found",
        ),
        run("preset = \"vae-dense\"", "preset = \"\"", "preset: expected 1 to 64 letters, digits and hyphens, found"),
        run("preset = \"vae-dense\"", "preset = \"a\\u0000b\"", "preset: expected 1 to 64 letters, digits and hyphens"),
        run("preset = \"vae-dense\"", &format!("preset = \"{}\"", "x".repeat(65)), "preset: expected 1 to 64 letters"),
        wrong("latent = 2", "latent = -2", SETTINGS),
        wrong("latent = 2", "latent = 99999999999999999999", SETTINGS),
        wrong("latent = 2", "latent = \"two\"", &format!("{SETTINGS}invalid type")),
        wrong("latent = 2", "", SETTINGS),
        wrong("family = \"vae\"", "family = \"gan\"", SETTINGS),
        wrong("family = \"vae\"", "family = \"banana\"", SETTINGS),
        wrong("likelihood = \"bernoulli\"", "likelihood = \"poisson\"", SETTINGS),
        wrong("beta = 1.0", "beta = 1.0\nbanana = 1", &format!("{SETTINGS}unknown field `banana`")),
        wrong("[model.vae]", "[model.vae]\n[model.vae]", &format!("{SETTINGS}duplicate key")),
        wrong("[image]", "", SETTINGS),
        wrong("height = 6", "height = 0", images),
        wrong("height = 6", "height = 9000000000000000000", images),
        wrong("channels = 1", "channels = -1", SETTINGS),
        wrong("data_name = \"data\"", "", &format!("{SETTINGS}missing field `data_name`")),
        other(CONFIG, "latent = 2", "latent = 3", &format!("{misfit}decoder.0.weight: expected 24 values, found 16")),
        other(CONFIG, "hidden = [8]", "hidden = [9]", &format!("{misfit}decoder.0.")),
        other(CONFIG, "hidden = [8]", "hidden = [8, 8]", misfit),
        other(CONFIG, "width = 5", "width = 7", &format!("{misfit}decoder.1.bias: expected 42 values, found 30")),
        Case::refused("config.toml: other data", EVAL, "run: expected the data it was trained on, found other images")
            .after(|here| {
                without_checksums(&here.join("run"));
                let path = here.join("run/config.toml");
                let text = fs::read_to_string(&path).unwrap();
                let line = text.lines().find(|line| line.starts_with("data_checksum")).unwrap();
                fs::write(&path, text.replace(line, "data_checksum = \"\"")).unwrap();
            }),
        Case::refused(
            "config.toml: changed since",
            EVAL,
            "run/config.toml: expected what the checkpoint of step 6 was written",
        )
        .after(|here| {
            let path = here.join("run/config.toml");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, text.replace("beta = 1.0", "beta = 1.5")).unwrap();
        }),
        Case::refused(
            "config.toml of another run",
            EVAL,
            "run/checkpoints/000006: expected weights that fit config.toml",
        )
        .beside("gan")
        .after(|here| {
            without_checksums(&here.join("run"));
            fs::copy(here.join("gan/config.toml"), here.join("run/config.toml")).unwrap();
            fs::remove_file(here.join("run/changes.toml")).unwrap();
        }),
    ]
}

pub fn cases() -> Vec<Case> {
    [settings(), config()].into_iter().flatten().collect()
}
