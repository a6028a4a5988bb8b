//! What a run's changes, plan, plane, figures and states may hold.

use crate::case::Case;
use crate::run_files::{CHANGES, EVAL, FORK, METRICS, PLAN, PLANE, RESUME, SETTINGS, STATE, WEIGHTS, holds, other};
use std::fs::{self, File};

fn wrong() -> Vec<Case> {
    let change = |what: &str, text: &str, sentence: &str| {
        holds(what, CHANGES, format!("format = 1\n[[change]]\n{text}"), sentence)
    };
    let made = "expected changes that this run can make, found ";
    let plane = |what: &str, text: &str, found: &str| {
        holds(what, PLANE, format!("format = 1\n[plane]\n{text}"), &format!("expected {found}"))
    };
    let values = "2 finite values a vector, found others";
    let metrics = |what: &str, text: &str, found: &str| holds(what, METRICS, text, found);
    let columns = "expected columns step, seconds and metrics, found ";
    let state = |from, to: &str, found: &str| other(STATE, from, to, &format!("{STATE}: {found}"));
    vec![
        change("a field of no name", "step = 1\nkey = \"banana\"\nvalue = 1\n", made),
        change("a value that cannot be", "step = 1\nkey = \"learning_rate\"\nvalue = nan\n", made),
        change("a value of another kind", "step = 1\nkey = \"learning_rate\"\nvalue = \"fast\"\n", made),
        change("a step below 0", "step = -1\nkey = \"beta\"\nvalue = 2\n", SETTINGS),
        change("no value", "step = 1\nkey = \"beta\"\n", SETTINGS),
        change("no step", "key = \"beta\"\nvalue = 1.0\n", SETTINGS),
        change("another field", "step = 1\nkey = \"beta\"\nvalue = 1.0\nwho = \"me\"\n", SETTINGS),
        holds("a word in place of steps", PLAN, "format = 1\ntotal_steps = \"all\"\n", SETTINGS),
        holds("steps below 0", PLAN, "format = 1\ntotal_steps = -5\n", SETTINGS),
        holds("half a step", PLAN, "format = 1\ntotal_steps = 0.5\n", SETTINGS),
        holds("more steps than can be counted", PLAN, "format = 1\ntotal_steps = 99999999999999999999\n", SETTINGS),
        holds("another field", PLAN, "format = 1\ntotal_steps = 6\nwho = \"me\"\n", SETTINGS),
        plane("words", "origin = \"here\"\nu = []\nv = []\n", "settings of this program, found"),
        plane("no directions", "origin = [0.0, 0.0]\n", "settings of this program, found"),
        plane("no dimensions", "origin = []\nu = []\nv = []\n", values),
        plane("three dimensions", "origin = [0, 0, 0]\nu = [1, 0, 0]\nv = [0, 1, 0]\n", values),
        plane("different dimensions", "origin = [0.0, 0.0]\nu = [1.0]\nv = [0.0, 1.0, 0.0]\n", values),
        plane("NaN", "origin = [nan, 0.0]\nu = [1.0, 0.0]\nv = [0.0, 1.0]\n", values),
        plane("infinite", "origin = [0.0, 0.0]\nu = [inf, 0.0]\nv = [0.0, 1.0]\n", values),
        plane("beyond 32 bits", "origin = [0.0, 0.0]\nu = [1e300, 0.0]\nv = [0.0, 1.0]\n", values),
        metrics("nothing", "", columns),
        metrics("other columns", "time,loss\n1,2\n", &format!("{columns}“time,loss”")),
        metrics("NUL", "\0\0\0\0\n", columns),
        metrics("a line without an end", &"x".repeat(3 << 20), columns),
        metrics(
            "words in a row",
            "step,seconds,kl\n1,0.5,few\n2,1,3\n",
            "expected figures, found “1,0.5,few” in line 2",
        ),
        metrics("steps below 0", "step,seconds\n-1,0\n", "expected figures, found “-1,0” in line 2"),
        metrics("an empty line", "step,seconds\n\n1,1\n", "expected figures, found “” in line 2"),
        Case::refused("metrics.csv: a hole", FORK, format!("run/metrics.csv: {columns}")).after(|here| {
            File::create(here.join("run/metrics.csv")).unwrap().set_len(8 << 30).unwrap();
        }),
        state("step = 6", "step = 7", "expected step 6, found step 7"),
        state("step = 6", "step = -1", SETTINGS),
        state("train_s = ", "train_s = nan # ", "expected seconds of training, found NaN"),
        state("train_s = ", "train_s = -1.0 # ", "expected seconds of training, found -1"),
        state("train_s = ", "train_s = \"long\" # ", SETTINGS),
        state("format = 1", "format = 2", "expected checksums, found none"),
        Case::refused(
            "state.toml: a sum of other weights",
            EVAL,
            "weights.safetensors: expected what the checkpoint of step 6",
        )
        .after(|here| {
            _ = fs::copy(here.join("run/checkpoints/000004/weights.safetensors"), here.join("run").join(WEIGHTS))
                .unwrap()
        }),
        Case::refused(
            "a checkpoint under another name",
            EVAL,
            "run/checkpoints/000009/state.toml: expected step 9, found step 6",
        )
        .after(|here| fs::rename(here.join("run/checkpoints/000006"), here.join("run/checkpoints/000009")).unwrap()),
        Case::refused(
            "a checkpoint of a step beyond all",
            EVAL,
            "state.toml: expected step 18446744073709551615, found step 6",
        )
        .after(|here| {
            let checkpoints = here.join("run/checkpoints");
            fs::rename(checkpoints.join("000006"), checkpoints.join("18446744073709551615")).unwrap();
        }),
    ]
}

/// Figures that are odd, and figures all the same: a run goes on with them.
fn odd_figures() -> Vec<Case> {
    let texts = [
        ("no number", "step,seconds,kl\n1,nan,inf\n2,inf,1e999\n"),
        ("a column thrice", "step,seconds,kl,kl,kl\n1,1,1,2,3\n"),
        ("columns of later programs", "step,seconds,banana,kl_99999999999999999999,\n1,1,1,2,3\n"),
        ("dimensions that are not there", "step,seconds,kl_18446744073709551615,kl_0,kl_-1\n1,1,1,2,3\n"),
        ("steps out of order", "step,seconds,kl\n5,1,1\n1,1,1\n3,1,2\n3,1,3\n"),
        ("a step beyond all", "step,seconds,kl\n18446744073709551615,1,1\n"),
        ("a torn last line", "step,seconds,kl\n1,1,1\n2,0."),
    ];
    let case = |(what, text): (&str, &'static str)| {
        let case = Case::done(format!("metrics.csv: {what}"), RESUME);
        case.after(move |here| fs::write(here.join("run/metrics.csv"), text).unwrap())
    };
    let mut cases: Vec<Case> = texts.map(case).into();
    cases.push(Case::done("metrics.csv: very many columns", RESUME).after(|here| {
        let columns: Vec<String> = (0..50_000).map(|column| format!("kl_{column}")).collect();
        fs::write(here.join("run/metrics.csv"), format!("step,seconds,{}\n", columns.join(","))).unwrap();
    }));
    cases
}

pub fn cases() -> Vec<Case> {
    [wrong(), odd_figures()].into_iter().flatten().collect()
}
