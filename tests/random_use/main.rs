//! Use at random: clicks, drags, keys, commands, starts, stops, opening, forking, undo. No panic anywhere, no frame that takes the
//! window's thread longer than a quarter of a second, no memory that is not given back.
//!
//! `LATENTARIUM_RANDOM_USE_S` says for how many seconds (8 otherwise, 600 with `LATENTARIUM_LONG=1`), and
//! `LATENTARIUM_RANDOM_USE_SEED` which hands.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod chance;
mod commands;
mod hands;
mod memory;
mod record;
mod rest;
mod values;
mod window;

use chance::Chance;
use hands::Hands;
use memory::Memory;
use record::Record;
use std::process::Command;
use std::time::{Duration, Instant};
use window::{Window, own_work_ms};

const SECONDS: &str = "LATENTARIUM_RANDOM_USE_S";
const SEED: &str = "LATENTARIUM_RANDOM_USE_SEED";
/// The folder that everything is written to, where this is the process that is used.
const FOLDER: &str = "LATENTARIUM_RANDOM_USE_FOLDER";

/// No frame takes more of the window's thread than this.
const MOST_FRAME_MS: f64 = 250.0;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}: expected a whole number, found {text}")))
}

/// In a process of its own, which has nothing of the person's: no home, no desktop, no network that answers.
#[test]
fn nothing_that_hands_do_at_random_breaks_it_slows_it_down_or_fills_the_memory() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return use_at_random(folder.as_ref());
    }
    let folder = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    let name = "nothing_that_hands_do_at_random_breaks_it_slows_it_down_or_fills_the_memory";
    let mut used = Command::new(this);
    used.args(["--exact", name, "--nocapture"]).current_dir(folder.path()).env(FOLDER, folder.path());
    for (variable, place) in
        [("HOME", "home"), ("XDG_CONFIG_HOME", "home"), ("LATENTARIUM_CACHE", "cache"), ("PATH", "none")]
    {
        used.env(variable, folder.path().join(place));
    }
    used.env("LATENTARIUM_MIRROR", "http://127.0.0.1:9");
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "LATENTARIUM_STATE"] {
        used.env_remove(variable);
    }
    assert!(used.status().unwrap().success(), "what was done, and with which seed, stands above");
}

fn use_at_random(folder: &std::path::Path) {
    let usual = if common::is_long() { 600 } else { 8 };
    let lasts = Duration::from_secs(number(SECONDS).unwrap_or(usual));
    let seed = number(SEED).unwrap_or(1);
    let made = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/made");
    common::copy_folder(&made, &folder.join(commands::MADE));
    let record = Record::begin(seed);
    let mut chance = Chance::new(seed);
    let mut window = Window::open(folder);
    let mut hands = Hands::new(folder);
    let mut memory = Memory::new(lasts);
    let began = Instant::now();
    while began.elapsed() < lasts {
        let action = hands.act(&mut window, &mut chance);
        record.did(&action);
        for _ in 0..chance.one_of(&[1, 1, 2, 3]) {
            window.step().into_iter().for_each(|work| record.frame(work));
        }
        record.check_threads();
        if memory.is_due(began.elapsed()) {
            rest::rest(&mut window);
            record.did("rest");
            memory.sample(began.elapsed());
        }
    }
    record.did("close");
    window.close();
    record.check_threads();
    println!("{}", record.report(began.elapsed()));
    println!("{}", memory.report());
    let (worst, before) = record.worst();
    let worst = own_work_ms(worst);
    assert!(worst <= MOST_FRAME_MS, "seed {seed}: a frame of {worst:.0} ms after\n{before}");
    memory.check();
}
