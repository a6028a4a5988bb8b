//! Decoding on the CPU allocates nothing once its buffers have grown, but for what `gemm` packs the larger products into:
//! buffers of its own, at most two an image, which it gives back at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::ImageShape;
use latentarium::explore::viewer::{CpuDecoder, Decoder};
use latentarium::model::{Config, Model, presets};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::OperationKind;

#[test]
fn decoding_allocates_nothing_in_the_steady_state() {
    let mut decoder = CpuDecoder::default();
    for preset in presets() {
        let config = Config::preset(preset).unwrap();
        let snapshot = Model::new(&config, ImageShape::grey(28, 28)).unwrap().snapshot(0).unwrap();
        let latents = normal_rows(0, Purpose::Sample, 0, 128, snapshot.latent);
        for count in [1, 128] {
            let mut decode = || decoder.decode(&snapshot, &latents, count).iter().sum::<f32>();
            let expected = decode();
            let measured = allocation_counter::measure(|| assert_eq!(decode(), expected));
            let dense = snapshot.decoder.operations().iter().all(|o| matches!(o.kind, OperationKind::Linear(_)));
            let most = if dense && count == 1 { 0 } else { 2 + 2 * count as u64 };
            assert!(measured.count_total <= most, "{preset}, {count} at a time: {}", measured.count_total);
            assert_eq!(measured.count_current, 0, "{preset}: nothing is kept");
        }
        // And what decoding took, columns of large layers too, is given back.
        decoder.free_memory();
        let measured = allocation_counter::measure(|| {
            decoder.decode(&snapshot, &latents, 128);
            decoder.free_memory();
        });
        assert!(measured.count_total > 0, "{preset}");
        assert_eq!(measured.count_current, 0, "{preset}: {} bytes are kept", measured.bytes_current);
    }
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(Box::new(1))));
    assert_eq!(counted.count_total, 1, "what allocates is counted");
}
