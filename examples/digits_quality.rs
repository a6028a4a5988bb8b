//! How handwritten are the generated digits? A nearest-neighbour reader that has seen only them reads MNIST's
//! test images.
//!
//! ```text
//! cargo run --release --example digits_quality -- MNIST_FOLDER [--sheet FILE.png] [--real-sheet FILE.png] [--misread FILE.png]
//! ```

use anyhow::{Context, Result};
use candle_core::{Device, Tensor};
use latentarium::dataset::{Progress, Source, Split, digits, load};
use std::path::PathBuf;
use std::time::Instant;

/// Test images a product; generated images a product.
const ROWS: usize = 250;
const COLUMNS: usize = 2_000;
/// Images of each class on a sheet.
const SHEET_COLUMNS: usize = 20;

fn main() -> Result<()> {
    let mut folder = None;
    let (mut sheet, mut real_sheet, mut misread) = (None, None, None);
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--sheet") => sheet = arguments.next().map(PathBuf::from),
            Some("--misread") => misread = arguments.next().map(PathBuf::from),
            Some("--real-sheet") => real_sheet = arguments.next().map(PathBuf::from),
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    let start = Instant::now();
    let generated = digits(&Progress::default());
    println!(
        "generated {} + {} images in {:.0} ms",
        generated.train.count(),
        generated.test.count(),
        start.elapsed().as_secs_f64() * 1e3
    );
    println!("checksum {}", generated.id);
    if let Some(path) = sheet {
        write_sheet(&generated.train, |_| true, &path)?;
    }
    let Some(folder) = folder else {
        println!("no MNIST folder given: nothing to read");
        return Ok(());
    };
    let real = load(&Source::path(folder), &Progress::default())?;
    if let Some(path) = real_sheet {
        write_sheet(&real.train, |_| true, &path)?;
    }
    println!("class   ink: generated, real (mean pixel)");
    for class in 0..10 {
        println!("{class}       {:.4} {:.4}", ink(&generated.train, class), ink(&real.train, class));
    }

    let start = Instant::now();
    let nearest = nearest(&generated.train, &real.test)?;
    if let Some(path) = misread {
        let wrong = |index: usize| {
            nearest.get(index).is_some_and(|found| generated.train.class(*found) != real.test.class(index))
        };
        write_sheet(&real.test, wrong, &path)?;
    }
    let mut confusion = [[0usize; 10]; 10];
    for (index, found) in nearest.iter().enumerate() {
        let row = real.test.class(index).and_then(|class| confusion.get_mut(class));
        let column = generated.train.class(*found);
        if let Some(count) = row.zip(column).and_then(|(row, class)| row.get_mut(class)) {
            *count += 1;
        }
    }
    println!("rows: what it is, columns: what was read");
    let mut right = 0;
    for (class, row) in confusion.iter().enumerate() {
        let all: usize = row.iter().sum();
        let own = row.get(class).copied().unwrap_or(0);
        right += own;
        let cells: String = row.iter().map(|count| format!("{count:6}")).collect();
        println!("{class} {cells}   {:5.1} %", 100.0 * own as f64 / all.max(1) as f64);
    }
    println!(
        "accuracy {:.2} % ({:.1} s)",
        100.0 * right as f64 / real.test.count() as f64,
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The index of the train image nearest to each test image, by squared distance.
fn nearest(train: &Split, test: &Split) -> Result<Vec<usize>> {
    let size = train.shape().values();
    let all = |split: &Split| split.gather(&(0..split.count()).collect::<Vec<_>>());
    let (train_values, test_values) = (all(train), all(test));
    let norms: Vec<f32> = train_values.chunks_exact(size).map(|image| image.iter().map(|x| x * x).sum()).collect();
    let mut best = vec![(f32::INFINITY, 0); test.count()];
    for (part, columns) in train_values.chunks(COLUMNS * size).enumerate() {
        let columns = Tensor::from_slice(columns, (columns.len() / size, size), &Device::Cpu)?.t()?;
        for (block, rows) in test_values.chunks(ROWS * size).enumerate() {
            let rows = Tensor::from_slice(rows, (rows.len() / size, size), &Device::Cpu)?;
            let products = rows.matmul(&columns)?.to_vec2::<f32>()?;
            for (best, line) in best.iter_mut().skip(block * ROWS).zip(&products) {
                let norms = norms.iter().enumerate().skip(part * COLUMNS);
                for (product, (index, norm)) in line.iter().zip(norms) {
                    let distance = norm - 2.0 * product;
                    if distance < best.0 {
                        *best = (distance, index);
                    }
                }
            }
        }
    }
    Ok(best.into_iter().map(|(_, index)| index).collect())
}

/// The mean pixel of a class, in [0, 1].
fn ink(split: &Split, class: usize) -> f64 {
    let indices: Vec<usize> =
        (0..split.count()).filter(|index| split.class(*index) == Some(class)).take(2_000).collect();
    let values = split.gather(&indices);
    values.iter().map(|x| f64::from(*x)).sum::<f64>() / values.len().max(1) as f64
}

/// Writes the first images of each class that are `chosen`, a row a class, twice as large.
fn write_sheet(split: &Split, chosen: impl Fn(usize) -> bool, path: &std::path::Path) -> Result<()> {
    let (height, width) = (split.shape().height, split.shape().width);
    let mut sheet = image::GrayImage::new((SHEET_COLUMNS * width) as u32, (10 * height) as u32);
    for class in 0..10 {
        let members = (0..split.count()).filter(|index| split.class(*index) == Some(class) && chosen(*index));
        for (column, index) in members.take(SHEET_COLUMNS).enumerate() {
            for (at, value) in split.image(index).into_iter().enumerate() {
                let (x, y) = (column * width + at % width, class * height + at / width);
                sheet.put_pixel(x as u32, y as u32, image::Luma([(255.0 * value).round() as u8]));
            }
        }
    }
    let (large_width, large_height) = (2 * sheet.width(), 2 * sheet.height());
    let sheet = image::imageops::resize(&sheet, large_width, large_height, image::imageops::FilterType::Nearest);
    sheet.save(path).with_context(|| format!("{}: cannot be written", path.display()))
}
