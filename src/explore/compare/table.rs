//! A sheet's figures as a table for other programs.

use super::sheet::Sheet;

/// The figures of each image by each model as CSV, in UTF-8: a row an image a model, in the order of the sheet. `models` are
/// names of the models, `classes` of the classes; what is not known or not defined is left empty.
///
/// # Errors
/// The encoder's own.
pub fn sheet_csv(sheet: &Sheet, models: &[String], classes: &[String]) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["index", "class", "model", "step", "kind", "mse", "psnr", "ssim", "nats"])?;
    let text = |figure: Option<f64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
    for (row, original) in sheet.originals.iter().enumerate() {
        let class = original.class.and_then(|class| classes.get(class)).map_or("", String::as_str);
        for (model, name) in sheet.models.iter().zip(models) {
            let figures = model.reconstruction(row).map(|made| made.figures);
            let figures = [
                figures.map(|figures| figures.squared_error),
                figures.map(|figures| figures.psnr),
                figures.and_then(|figures| figures.ssim),
                figures.and_then(|figures| figures.nats),
            ];
            let known = [original.index.to_string(), class.to_owned(), name.clone(), model.step().to_string()];
            let kind = model.kind.name().to_owned();
            table.write_record(known.into_iter().chain([kind]).chain(figures.map(text)))?;
        }
    }
    table.into_inner().map_err(|error| error.into_error().into())
}
