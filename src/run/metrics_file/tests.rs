#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::history::History;
use proptest::prelude::*;
use std::fs;

fn row(step: u64, values: &[(MetricId, f32)]) -> MetricsRow {
    MetricsRow { step, seconds: step as f32 * 0.25, values: values.to_vec() }
}

/// As a VAE measures: three losses a step, tests now and then.
fn measured(step: u64) -> MetricsRow {
    let value = 100.0 + (step as f32).sin();
    let mut values =
        vec![(MetricId::RECONSTRUCTION, value), (MetricId::KL, 0.1 * value), (MetricId::TOTAL, 1.1 * value)];
    if step == 1 || step.is_multiple_of(100) {
        values.push((MetricId::TEST_TOTAL, value + 1.0));
    }
    row(step, &values)
}

fn read_all(run: &Path, last: u64) -> Vec<MetricsRow> {
    let mut rows = Vec::new();
    read(run, last, &mut |row| rows.push(row)).unwrap();
    rows
}

fn text(run: &Path) -> String {
    fs::read_to_string(run.join("metrics.csv")).unwrap()
}

#[test]
fn rows_are_appended_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path();
    let mut file = MetricsFile::create(run, Vec::new()).unwrap();
    assert_eq!(text(run), "step,seconds\n");
    file.append((1..=3).map(measured)).unwrap();
    // What was appended before is not appended again.
    file.append((1..=250).map(measured)).unwrap();
    assert_eq!(read_all(run, u64::MAX), (1..=250).map(measured).collect::<Vec<_>>());
    assert_eq!(read_all(run, 7).len(), 7);
    let text = text(run);
    assert!(text.starts_with("step,seconds,reconstruction,kl,total,test_total\n1,0.25,"), "{text:.80}");
    let cells = |line: usize| text.lines().nth(line).unwrap().split(',').count();
    assert_eq!((cells(1), cells(2)), (6, 5), "empty cells at the end are left out");
}

#[test]
fn the_cost_of_appending_does_not_grow() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = MetricsFile::create(folder.path(), Vec::new()).unwrap();
    let mut cost = |from: u64| file.append((from..from + 200).map(measured)).unwrap();
    let (first, early) = (cost(1), cost(201));
    let costs: Vec<u64> = (2..500).map(|turn| cost(1 + 200 * turn)).collect();
    let dearest = costs.iter().copied().max().unwrap();
    // A row is a little longer where the step has more digits: not one is written twice.
    assert!(dearest < early + 200 * 8 && first < early + 200, "{first}, {early}, at most {dearest}");
    let whole = fs::metadata(folder.path().join("metrics.csv")).unwrap().len();
    assert_eq!(whole, first + early + costs.iter().sum::<u64>());
}

#[test]
fn what_a_later_program_measured_is_carried_along() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path();
    let before = "step,seconds,kl,sharpness,total\n1,0.5,3,0.7,9\n2,0.75,2,,8\n3,1,1,0.5,7\n";
    fs::write(run.join("metrics.csv"), before).unwrap();
    let expected = |step, seconds, kl, total| MetricsRow {
        step,
        seconds,
        values: vec![(MetricId::KL, kl), (MetricId::TOTAL, total)],
    };
    assert_eq!(read_all(run, 2), [expected(1, 0.5, 3.0, 9.0), expected(2, 0.75, 2.0, 8.0)]);
    let mut file = MetricsFile::open(run, 2, &mut |_| {}).unwrap();
    file.append([row(3, &[(MetricId::TOTAL, 6.0)]), row(4, &[(MetricId::TEST_KL, 2.5)])].into_iter()).unwrap();
    let after = "step,seconds,kl,sharpness,total,test_kl\n1,0.5,3,0.7,9\n2,0.75,2,,8\n3,0.75,,,6\n4,1,,,,2.5\n";
    assert_eq!(text(run), after);
    let target = tempfile::tempdir().unwrap();
    copy(run, target.path(), 2).unwrap();
    assert_eq!(text(target.path()), after.split_inclusive('\n').take(3).collect::<String>());
}

#[test]
fn what_a_failed_write_left_is_removed_before_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path();
    let mut file = MetricsFile::create(run, Vec::new()).unwrap();
    file.append([measured(1)].into_iter()).unwrap();
    let path = run.join("metrics.csv");
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"2,0.5,1").unwrap();
    file.append([measured(2), measured(3)].into_iter()).unwrap();
    assert_eq!(read_all(run, u64::MAX), (1..=3).map(measured).collect::<Vec<_>>());
}

#[test]
fn a_line_that_is_no_row_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (content, expected) in [
        ("step,seconds,kl\n1,0.5,1\nnothing,0.5,1\n", "metrics.csv: expected figures, found “nothing,0.5,1” in line 3"),
        ("step,seconds,kl\n1,0.5,x\n", "metrics.csv: expected figures, found “1,0.5,x” in line 2"),
        ("time,kl\n", "metrics.csv: expected columns step, seconds and metrics, found “time,kl”"),
        ("", "metrics.csv: expected columns step, seconds and metrics, found “”"),
    ] {
        fs::write(folder.path().join("metrics.csv"), content).unwrap();
        let error = read(folder.path(), u64::MAX, &mut |_| {}).unwrap_err().to_string();
        assert!(error.ends_with(expected), "{error}");
    }
}

#[test]
fn a_run_saved_late_has_what_its_history_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (run, history) = (folder.path(), History::default());
    (1..=30_000).map(measured).for_each(|row| history.push(row.step, row.seconds, &row.values));
    let mut file = MetricsFile::create(run, history.thinned()).unwrap();
    file.append((29_990..=30_010).map(measured)).unwrap();
    let rows = read_all(run, u64::MAX);
    assert!(rows.len() < 20_000 && rows.windows(2).all(|pair| pair[0].step < pair[1].step), "{}", rows.len());
    for kept in &rows {
        let all = measured(kept.step).values;
        assert!(kept.values.iter().all(|value| all.contains(value)), "{kept:?}");
    }
    let newest: Vec<MetricsRow> = (22_000..=30_010).map(measured).collect();
    assert!(rows.ends_with(&newest), "the newest rows are whole");
    let again = History::default();
    rows.iter().for_each(|row| again.push(row.step, row.seconds, &row.values));
    let tests = |history: &History| history.with(MetricId::TEST_TOTAL, |curve| curve.points().collect::<Vec<_>>());
    assert_eq!(tests(&again).map(|points| points.len()), Some(301), "tests are few: all are kept");
}

proptest! {
    /// Wherever a crash tears what was appended, and whatever a file system leaves behind it: the run goes on from its
    /// checkpoint as if nothing later had been there.
    #[test]
    fn a_torn_file_goes_on_from_its_checkpoint(
        checkpoint in 0u64..30, later in 0u64..30, torn in 0usize..400, junk in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path();
        let mut file = MetricsFile::create(run, Vec::new()).unwrap();
        file.append((1..=checkpoint).map(measured)).unwrap();
        let committed = text(run).len();
        file.append((checkpoint + 1..=checkpoint + later).map(measured)).unwrap();
        let mut bytes = text(run).into_bytes();
        if checkpoint > 0 {
            bytes.truncate(committed + torn);
            let without_lines = junk.into_iter().filter(|byte| *byte != b'\n');
            bytes.extend(without_lines);
        }
        fs::write(run.join("metrics.csv"), bytes).unwrap();
        let mut rows = Vec::new();
        let mut file = MetricsFile::open(run, checkpoint, &mut |row| rows.push(row)).unwrap();
        prop_assert_eq!(&rows, &(1..=checkpoint).map(measured).collect::<Vec<_>>());
        file.append((checkpoint + 1..=40).map(measured)).unwrap();
        prop_assert_eq!(read_all(run, u64::MAX), (1..=40).map(measured).collect::<Vec<_>>());
    }
}
