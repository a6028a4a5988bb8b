//! Curves as a table for other programs.

use super::History;
use crate::metrics;

/// The curves of some models as CSV, in UTF-8: a row a recorded value, of curves longer than what is kept whole the oldest
/// part thinned. Columns: the model, what was measured, the step, seconds of training, the value.
///
/// # Errors
/// The encoder's own.
pub fn curves_csv(models: &[(String, &History)]) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["model", "metric", "step", "seconds", "value"])?;
    for (name, history) in models {
        for (id, points) in history.thinned() {
            let metric = metrics::column(id).into_owned();
            for point in points {
                let figures = [point.step.to_string(), point.seconds.to_string(), point.value.to_string()];
                table.write_record([name, &metric].into_iter().chain(&figures))?;
            }
        }
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::MetricId;

    #[test]
    fn every_value_has_a_row() {
        let history = History::default();
        history.push(1, 0.5, &[(MetricId::TOTAL, 12.25), (MetricId::KL.of_dimension(3), f32::INFINITY)]);
        history.push(2, 1.0, &[(MetricId::TOTAL, 11.5)]);
        let bytes = curves_csv(&[("A, \"first\"".to_owned(), &history)]).unwrap();
        let mut rows = csv::Reader::from_reader(bytes.as_slice());
        let rows: Vec<Vec<String>> =
            rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().all(|row| row[0] == "A, \"first\""), "{rows:?}");
        let of = |metric: &str| rows.iter().filter(|row| row[1] == metric).map(|row| row[2..].join(" ")).collect();
        let [total, dimension]: [Vec<String>; 2] = ["total", &metrics::column(MetricId::KL.of_dimension(3))].map(of);
        assert_eq!(total, ["1 0.5 12.25", "2 1 11.5"]);
        assert_eq!(dimension, ["1 0.5 inf"]);
    }
}
