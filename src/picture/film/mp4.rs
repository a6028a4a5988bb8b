//! MP4: H.264 by OpenH264, one picture after another, each predicted from those before it alone.

use super::yuv::YuvFrame;
use super::{Film, FilmEncoder};
use image::RgbImage;
use mp4::{AvcConfig, FourCC, MediaConfig, Mp4Config, Mp4Sample, Mp4Writer, TrackConfig, TrackType};
use openh264::OpenH264API;
use openh264::encoder::{
    Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, QpRange, RateControlMode, VuiConfig,
};
use openh264::formats::YUVSlices;
use std::io::{self, BufWriter, ErrorKind, Seek, Write};

/// How coarsely is rounded in each frame, of 0 to 51: fine enough for 40 dB.
const QUALITY: QpRange = QpRange::new(16, 16);
/// Kinds of units in a stream of H.264.
const SEQUENCE_PARAMETERS: u8 = 7;
const PICTURE_PARAMETERS: u8 = 8;
/// The only track.
const TRACK: u32 = 1;

/// An MP4 that is being written.
pub(super) struct Mp4Film<W: Write + Seek> {
    out: Mp4Writer<BufWriter<W>>,
    encoder: Encoder,
    frame: YuvFrame,
    rate: u32,
    pushed: u64,
}

impl<W: Write + Seek> Mp4Film<W> {
    pub fn new(out: W, film: &Film) -> io::Result<Self> {
        let config = EncoderConfig::new()
            // The one in which the quality alone decides.
            .rate_control_mode(RateControlMode::Bufferbased)
            .qp(QUALITY)
            .skip_frames(false)
            .adaptive_quantization(false)
            .background_detection(false)
            .max_frame_rate(FrameRate::from_hz(film.rate as f32))
            // A place to begin at in each two seconds.
            .intra_frame_period(IntraFramePeriod::from_num_frames(2 * film.rate))
            // The same bits on any machine.
            .num_threads(1)
            .vui(VuiConfig::bt601());
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config).map_err(io::Error::other)?;
        let config = Mp4Config {
            major_brand: FourCC::from(*b"isom"),
            minor_version: 512,
            compatible_brands: [*b"isom", *b"iso2", *b"avc1", *b"mp41"].map(FourCC::from).into(),
            timescale: film.rate,
        };
        let out = Mp4Writer::write_start(BufWriter::new(out), &config).map_err(own)?;
        Ok(Self { out, encoder, frame: YuvFrame::new(film.format.padded(film.size)), rate: film.rate, pushed: 0 })
    }

    fn begin(&mut self, sequence: Vec<u8>, picture: Vec<u8>) -> io::Result<()> {
        // Its profile and level are read from there.
        if sequence.len() < 4 {
            return Err(ErrorKind::InvalidData.into());
        }
        let [width, height] = self.frame.size.map(|side| side as u16);
        let media = AvcConfig { width, height, seq_param_set: sequence, pic_param_set: picture };
        let track = TrackConfig {
            track_type: TrackType::Video,
            timescale: self.rate,
            language: "und".to_owned(),
            media_conf: MediaConfig::AvcConfig(media),
        };
        self.out.add_track(&track).map_err(own)
    }
}

impl<W: Write + Seek> FilmEncoder for Mp4Film<W> {
    fn push(&mut self, frame: &RgbImage) -> io::Result<()> {
        self.frame.fill(frame);
        let YuvFrame { size: [width, height], y, u, v } = &self.frame;
        let source = YUVSlices::new((y, u, v), (*width, *height), (*width, width / 2, width / 2));
        let encoded = self.encoder.encode(&source).map_err(io::Error::other)?;
        let is_sync = matches!(encoded.frame_type(), FrameType::IDR | FrameType::I);
        let (mut bytes, mut sequence, mut picture) = (Vec::new(), Vec::new(), Vec::new());
        let layers = (0..encoded.num_layers()).filter_map(|layer| encoded.layer(layer));
        for layer in layers {
            for unit in (0..layer.nal_count()).filter_map(|unit| layer.nal_unit(unit)) {
                let unit = without_start(unit);
                match unit.first().map(|first| first & 0x1f) {
                    Some(SEQUENCE_PARAMETERS) => sequence = unit.to_vec(),
                    Some(PICTURE_PARAMETERS) => picture = unit.to_vec(),
                    _ => {
                        bytes.extend_from_slice(&u32::try_from(unit.len()).unwrap_or(u32::MAX).to_be_bytes());
                        bytes.extend_from_slice(unit);
                    }
                }
            }
        }
        if bytes.is_empty() {
            return Err(io::Error::other("a frame was left out"));
        }
        if self.pushed == 0 {
            self.begin(sequence, picture)?;
        }
        let (start_time, bytes) = (self.pushed, bytes.into());
        self.pushed += 1;
        let sample = Mp4Sample { start_time, duration: 1, rendering_offset: 0, is_sync, bytes };
        self.out.write_sample(TRACK, &sample).map_err(own)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.write_end().map_err(own)?;
        self.out.into_writer().flush()
    }
}

/// A unit without the zeros and the one that it begins with.
fn without_start(unit: &[u8]) -> &[u8] {
    let zeros = unit.iter().take_while(|byte| **byte == 0).count();
    unit.get(zeros + 1..).unwrap_or_default()
}

/// The file system's own error, where it is one.
fn own(error: mp4::Error) -> io::Error {
    match error {
        mp4::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}
