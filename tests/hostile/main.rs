//! Hostile input as tables: each case is a row with what lies there, the command line, and how it must end: the exit status,
//! one sentence, within 5 s and 1.5 GB, and nothing on the disk that was not there before.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arguments;
mod case;
mod data_cifar;
mod data_idx;
mod data_images;
mod data_npy;
mod data_npz;
mod data_paths;
mod data_points;
mod fixture;
mod kinds;
mod out_paths;
mod rules;
mod run_figures;
mod run_files;
mod run_kinds;
mod run_tensors;
mod state_file;
mod surroundings;
mod table;

#[test]
fn idx_files() {
    table::run(data_idx::cases());
}

#[test]
fn numpy_files() {
    table::run(data_npy::cases());
}

#[test]
fn numpy_archives() {
    table::run(data_npz::cases());
}

#[test]
fn folders_of_images() {
    table::run(data_images::folders());
}

#[test]
fn tables_of_images() {
    table::run(data_images::tables());
}

#[test]
fn cifar_batches() {
    table::run(data_cifar::cases());
}

#[test]
fn files_of_points() {
    table::run(data_points::cases());
}

#[test]
fn paths_of_data() {
    table::run(data_paths::cases());
}

#[test]
fn settings_of_a_run() {
    table::run(run_files::cases());
}

#[test]
fn figures_and_states_of_a_run() {
    table::run(run_figures::cases());
}

#[test]
fn tensors_of_a_run() {
    table::run(run_tensors::cases());
}

#[test]
fn what_is_refused_while_a_run_is_made() {
    table::run(rules::cases());
}

#[test]
fn places_to_write() {
    table::run(out_paths::cases());
}

#[test]
fn things_in_place_of_a_runs_files() {
    table::run(run_kinds::cases());
}

#[test]
fn arguments() {
    table::run(arguments::cases());
}

#[test]
fn surroundings() {
    table::run(surroundings::cases());
}

#[test]
fn state_files() {
    state_file::run(&state_file::rows());
}

#[test]
fn the_tables_have_at_least_two_hundred_cases() {
    let tables = [
        data_idx::cases(),
        data_npy::cases(),
        data_cifar::cases(),
        data_paths::cases(),
        data_points::cases(),
        out_paths::cases(),
        rules::cases(),
        run_files::cases(),
        run_figures::cases(),
        run_tensors::cases(),
        run_kinds::cases(),
        arguments::cases(),
        surroundings::cases(),
    ];
    let names: Vec<&str> = tables.iter().flatten().map(|case| case.name.as_str()).collect();
    let different: std::collections::BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(different.len(), names.len(), "each case has a name of its own");
    let cases = names.len() + state_file::rows().len();
    println!("{cases} cases");
    assert!(cases >= 200, "{cases} cases");
}
