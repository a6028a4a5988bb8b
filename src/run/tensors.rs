//! Named `f32` tensors in a safetensors file, with one metadata key that holds JSON.

use super::error::RunError;
use crate::message::{Message, message};
use safetensors::{Dtype, SafeTensors, serialize, tensor::TensorView};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

const KEY: &str = "latentarium";

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: u32,
    step: u64,
}

/// The bytes of a file with these tensors, all one-dimensional, in the order of their names.
pub fn bytes(tensors: &BTreeMap<String, impl AsRef<[f32]>>, step: u64) -> Result<Vec<u8>, String> {
    let views: Vec<(&String, TensorView<'_>)> = tensors
        .iter()
        .map(|(name, values)| {
            let values = values.as_ref();
            Ok((name, TensorView::new(Dtype::F32, vec![values.len()], bytemuck::cast_slice(values))?))
        })
        .collect::<Result<_, safetensors::SafeTensorError>>()
        .map_err(|error| error.to_string())?;
    let metadata =
        serde_json::to_string(&Metadata { format: super::FORMAT, step }).map_err(|error| error.to_string())?;
    serialize(views, Some(HashMap::from([(KEY.to_owned(), metadata)]))).map_err(|error| error.to_string())
}

fn metadata(path: &Path, bytes: &[u8]) -> Result<Metadata, RunError> {
    let unexpected = |expected: Message, found: Message| RunError::unexpected(path, expected, found);
    let (_, header) = SafeTensors::read_metadata(bytes)
        .map_err(|error| unexpected(message!("a safetensors file"), Message::words(error)))?;
    let text = header.metadata().as_ref().and_then(|metadata| metadata.get(KEY)).cloned();
    let text = text.ok_or_else(|| unexpected(message!("metadata of this program"), message!("none")))?;
    let metadata: Metadata = serde_json::from_str(&text)
        .map_err(|error| unexpected(message!("metadata of this program"), Message::words(error)))?;
    if metadata.format > super::FORMAT {
        return Err(unexpected(
            message!("format {format} or older", format = super::FORMAT),
            message!("format {format}", format = metadata.format),
        ));
    }
    Ok(metadata)
}

/// The step that the file's tensors belong to.
///
/// # Errors
/// Names the file, what was expected and what was found.
pub fn step(path: &Path, bytes: &[u8]) -> Result<u64, RunError> {
    Ok(metadata(path, bytes)?.step)
}

/// Reads the tensors back, and checks format and step.
///
/// # Errors
/// Names the file, what was expected and what was found.
pub fn parse(path: &Path, bytes: &[u8], step: u64) -> Result<BTreeMap<String, Vec<f32>>, RunError> {
    let unexpected = |expected: Message, found: Message| RunError::unexpected(path, expected, found);
    let metadata = metadata(path, bytes)?;
    if metadata.step != step {
        return Err(unexpected(
            message!("weights of step {step}", step),
            message!("step {step}", step = metadata.step),
        ));
    }
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| unexpected(message!("a safetensors file"), Message::words(error)))?;
    let mut tensors = BTreeMap::new();
    for (name, view) in file.tensors() {
        if view.dtype() != Dtype::F32 {
            return Err(unexpected(
                message!("32-bit floats"),
                message!("{kind} in {name}", kind = format!("{:?}", view.dtype()), name),
            ));
        }
        let values: Vec<f32> = bytemuck::pod_collect_to_vec(view.data());
        if values.iter().any(|value| !value.is_finite()) {
            return Err(unexpected(
                message!("finite weights"),
                message!("a value in {name} that is not a number", name),
            ));
        }
        tensors.insert(name, values);
    }
    Ok(tensors)
}
