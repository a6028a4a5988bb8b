//! An image that is completed, and draws that are always the same.

use latentarium::dataset::Dataset;
use latentarium::explore::completion::KeepRule;
use latentarium::explore::completion_choice::{COMPLETION_DRAWS, CompletionChange, CompletionChoice};
use latentarium::explore::image_completer::CompletedImage;
use latentarium::model::{Completion, ModelId, PerModel};
use latentarium::ui::complete::known::ModelCompletion;
use std::sync::Arc;
use std::time::Duration;

/// An image that is brushed over, and draws of both models, of which one knows how likely the missing pixels are.
pub fn completed(data: &Dataset, models: [ModelId; 2]) -> (PerModel<ModelCompletion>, CompletionChoice) {
    let (shape, [a, b]) = (data.shape(), models);
    let mut choice = CompletionChoice::default();
    let points = vec![[1.0, 6.0], [6.0, 1.5]];
    choice.apply(CompletionChange::Keep(KeepRule::Random { share: 1.0 }), shape);
    choice.apply(CompletionChange::Paint { points, begins: true }, shape);
    let image = data.test.image(choice.image);
    let made = |step: u64, log_p| {
        let draw = |number: usize| {
            let kept = choice.kept(shape).into_iter();
            let pixels = image.iter().zip(kept).enumerate();
            pixels.map(move |(at, (x, kept))| if kept { *x } else { (at * number % 5) as f32 / 4.0 })
        };
        let completion = Completion { draws: (1..=COMPLETION_DRAWS).flat_map(draw).collect(), log_p };
        let made = CompletedImage { step, completion, took: Duration::ZERO };
        ModelCompletion { made: Some(Arc::new(made)), ..ModelCompletion::default() }
    };
    let known = [(a, made(1234, Some(-41.25))), (b, made(987, None))];
    (known.into_iter().collect(), choice)
}
