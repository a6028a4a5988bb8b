//! What a checkpoint's weights and moments may hold.

use crate::case::Case;
use crate::run_files::{EVAL, OPTIMIZER, WEIGHTS, holds, without_checksums};
use std::fs::{self, File};

const SAFETENSORS: &str = "expected a safetensors file, found ";

/// A safetensors file with this header.
fn tensors(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// A header of this program with more in it.
fn header(metadata: &str, more: &str) -> String {
    format!("{{\"__metadata__\":{{\"latentarium\":\"{metadata}\"}}{more}}}")
}

pub fn cases() -> Vec<Case> {
    let own = "{\\\"format\\\":1,\\\"step\\\":6}";
    let mut cases = Vec::new();
    for name in [WEIGHTS, OPTIMIZER] {
        let holds = |what: &str, bytes: Vec<u8>, sentence: &str| holds(what, name, bytes, sentence);
        let entry = |of: &str| header(own, &format!(",\"x\":{of}"));
        cases.extend([
            holds("nothing", Vec::new(), SAFETENSORS),
            holds("text", b"not tensors, and longer than a length".to_vec(), SAFETENSORS),
            holds("the longest header", u64::MAX.to_le_bytes().to_vec(), SAFETENSORS),
            holds("a header that is not there", [&(50u64 << 20).to_le_bytes()[..], b"{"].concat(), SAFETENSORS),
            holds("a header that is no JSON", tensors("{,}", &[]), SAFETENSORS),
            holds("a deep header", tensors(&"[".repeat(100_000), &[]), SAFETENSORS),
            holds("a header of bytes", tensors("\u{0}\u{1}", &[]), SAFETENSORS),
            holds("a header of nothing", tensors("{}", &[]), "expected metadata of this program, found none"),
            holds("words as metadata", tensors(&header("words", ""), &[]), "expected metadata of this program, found"),
            holds(
                "a later format",
                tensors(&header("{\\\"format\\\":9,\\\"step\\\":6}", ""), &[]),
                "expected format 1 or older",
            ),
            holds(
                "another step",
                tensors(&header("{\\\"format\\\":1,\\\"step\\\":5}", ""), &[]),
                "expected weights of step 6",
            ),
            holds(
                "half floats",
                tensors(&entry("{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}"), &[0; 2]),
                "expected 32-bit floats, found F16 in x",
            ),
            holds(
                "a kind of no name",
                tensors(&entry("{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}"), &[0; 4]),
                SAFETENSORS,
            ),
            holds(
                "data that is not there",
                tensors(&entry("{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}"), &[0; 4]),
                SAFETENSORS,
            ),
            holds(
                "sizes beyond all",
                tensors(
                    &entry("{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4],\"data_offsets\":[0,4]}"),
                    &[0; 4],
                ),
                SAFETENSORS,
            ),
            holds(
                "offsets backwards",
                tensors(&entry("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}"), &[0; 4]),
                SAFETENSORS,
            ),
            holds(
                "NaN",
                tensors(&entry("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"), &f32::NAN.to_le_bytes()),
                "expected finite weights, found a value in x that is not a number",
            ),
            holds(
                "infinite",
                tensors(
                    &entry("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"),
                    &f32::INFINITY.to_le_bytes(),
                ),
                "expected finite weights, found a value in x that is not a number",
            ),
            Case::refused(format!("{name}: cut in half"), EVAL, format!("run/{name}: {SAFETENSORS}")).after(
                move |here| {
                    without_checksums(&here.join("run"));
                    let path = here.join("run").join(name);
                    let bytes = fs::read(&path).unwrap();
                    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
                },
            ),
            Case::refused(format!("{name}: of another run"), EVAL, "run/checkpoints/000006").beside("gan").after(
                move |here| {
                    without_checksums(&here.join("run"));
                    fs::copy(
                        here.join(name.replace("000006", "000002").replace("checkpoints", "gan/checkpoints")),
                        here.join("run").join(name),
                    )
                    .unwrap();
                },
            ),
            Case::refused(format!("{name}: a hole"), EVAL, " bytes, found 8589934592 bytes")
                .after(move |here| File::create(here.join("run").join(name)).unwrap().set_len(8 << 30).unwrap()),
        ]);
    }
    let one = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
    cases.extend([
        holds(
            "no moments",
            OPTIMIZER,
            tensors(&header(own, &format!(",\"x\":{one}")), &[0; 4]),
            "expected first and second moments",
        ),
        holds(
            "first moments alone",
            OPTIMIZER,
            tensors(&header(own, &format!(",\"x.first\":{one}")), &[0; 4]),
            "expected first and second moments, found one of them of x",
        ),
    ]);
    cases
}
