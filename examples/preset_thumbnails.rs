//! Makes the small planes that stand beside the presets in their list: trains each preset for a while on the generated digits
//! and decodes four by four places of its plane.
//!
//! ```text
//! cargo run --release --example preset_thumbnails -- assets/presets [PRESET …]
//! ```

use anyhow::{Context, Result, bail};
use image::{GrayImage, imageops};
use latentarium::dataset::{Dataset, Progress, digits};
use latentarium::explore::default_plane;
use latentarium::model::{Config, presets};
use latentarium::picture;
use latentarium::trainer::{Control, Event, Options, Trainer};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Tiles a side, and half of what is seen in standard deviations of the prior.
const SEEN: (usize, f32) = (4, 2.0);
/// Pixels a side.
const SIDE: u32 = 56;

/// Steps after which a preset's plane shows what it will be.
fn steps(preset: &str) -> u64 {
    match preset {
        "gan-plane" | "gan-dense" | "info-gan" | "vae-gan" => 3000,
        "latent-flow" => 2500,
        "gan-collapse" | "wgan" => 2000,
        "wgan-gp-conv" => 1000,
        "vae-conv" | "dcgan" => 500,
        _ => 800,
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("expected a folder")?);
    let asked: Vec<String> = arguments.collect();
    std::fs::create_dir_all(&folder)?;
    let data = Arc::new(digits(&Progress::default()));
    for preset in presets().filter(|preset| asked.is_empty() || asked.iter().any(|asked| asked == preset)) {
        let began = Instant::now();
        let picture = thumbnail(preset, &data)?;
        picture.save(folder.join(format!("{preset}.png")))?;
        println!("{preset}: {:.0} s", began.elapsed().as_secs_f64());
    }
    Ok(())
}

fn thumbnail(preset: &str, data: &Arc<Dataset>) -> Result<GrayImage> {
    let config = Config::preset(preset).context("no such preset")?;
    let options = Options { total_steps: Some(steps(preset)), ..Options::default() };
    let trainer = Trainer::spawn(config, data.clone(), options)?;
    trainer.send(Control::Start);
    loop {
        match trainer.wait(Duration::from_secs(1)) {
            Some(Event::Finished { .. }) => break,
            Some(Event::Failed { message, .. }) => bail!("{preset}: {message}"),
            _ => {}
        }
    }
    let snapshot = trainer.snapshot().context("no weights")?;
    let plane = default_plane(&snapshot, 0, Some(&data.test));
    let [width, height] = [snapshot.image.width as u32, snapshot.image.height as u32];
    let (side, _) = SEEN;
    let mut whole = GrayImage::new(side as u32 * width, side as u32 * height);
    let mut place = 0;
    picture::plane(&snapshot, &plane, SEEN, |image| {
        let pixels = image.iter().map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8).collect();
        let tile = GrayImage::from_raw(width, height, pixels).context("a tile of another size")?;
        let (column, row) = (place % side, place / side);
        imageops::replace(&mut whole, &tile, column as i64 * i64::from(width), row as i64 * i64::from(height));
        place += 1;
        anyhow::Ok(())
    })?;
    Ok(imageops::thumbnail(&whole, SIDE, SIDE))
}
