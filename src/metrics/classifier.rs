//! A small network that tells the classes of a data set apart: what samples are counted by.

use super::small_network::{BATCH, SmallLayer, SmallLearning, learn, useful_steps};
use crate::dataset::{Dataset, Split};
use crate::nn::vector::sigmoid;
use crate::random::{Purpose, stream};
use crate::snapshot::{Activation, Network, Operation, Scratch};
use candle_core::Result;
use rand::Rng;

/// Examined at a time.
const SLICE: usize = 100;

/// How long it learns for, and how wide it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassifierEffort {
    /// Width of its one hidden layer.
    pub hidden: usize,
    /// Steps that it learns for, where these do not go through the images more often than is of use.
    pub steps: u64,
    /// Adam's step size at first; it falls to 0 in a straight line.
    pub learning_rate: f64,
    /// Test images that it is examined on, at most.
    pub examined: usize,
}

impl ClassifierEffort {
    /// Some two seconds of a core for images of 28×28: samples are counted by it.
    pub const QUICK: Self = Self { hidden: 128, steps: 1500, learning_rate: 1e-3, examined: 2000 };
    /// Some eight seconds: right about 98 of 100 of MNIST's test images, which a plane is divided by.
    pub const THOROUGH: Self = Self { hidden: 256, steps: 2500, learning_rate: 1e-2, examined: 10_000 };
}

/// pixels–hidden–classes, ReLU, an answer of its own for each class. The same data gives the same bits.
#[derive(Debug)]
pub struct Classifier {
    network: Network,
    scratch: Scratch,
    /// The share of test images that it is right about.
    pub accuracy: f64,
}

/// What a classifier sees in an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeenClass {
    /// The likeliest class.
    pub class: usize,
    /// Its probability, each class answered for itself.
    pub probability: f32,
}

impl Clone for Classifier {
    fn clone(&self) -> Self {
        Self { network: self.network.clone(), scratch: Scratch::default(), accuracy: self.accuracy }
    }
}

impl Classifier {
    /// Learns the classes of the training images. `None` where the data has no classes or no images, or `go_on`, asked before
    /// each step, says no.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn train(dataset: &Dataset, effort: ClassifierEffort, go_on: &mut dyn FnMut() -> bool) -> Result<Option<Self>> {
        let ClassifierEffort { hidden, steps, learning_rate, examined } = effort;
        let (train, classes) = (&dataset.train, dataset.class_names().len());
        let pixels = train.shape().values();
        if classes == 0 || train.count() == 0 {
            return Ok(None);
        }
        let layers = [
            SmallLayer { name: NAMES[0], inputs: pixels, outputs: hidden, activation: Activation::Relu },
            SmallLayer { name: NAMES[1], inputs: hidden, outputs: classes, activation: Activation::Identity },
        ];
        let learning = SmallLearning { steps: useful_steps(steps, train.count()), learning_rate };
        let Some(network) = learn(&layers, learning, |step| batch(train, classes, step), go_on)? else {
            return Ok(None);
        };
        let mut classifier = Self { network, scratch: Scratch::default(), accuracy: 0.0 };
        classifier.accuracy = classifier.examine(&dataset.test, examined);
        Ok(Some(classifier))
    }

    /// The class of each of `count` images (`[count, pixels]`); `None` where the answers are not numbers.
    pub fn classes(&mut self, images: &[f32], count: usize) -> impl Iterator<Item = Option<usize>> {
        self.likeliest(images, count).map(|seen| seen.map(|seen| seen.class))
    }

    /// The likeliest class of each of `count` images (`[count, pixels]`), and its probability.
    pub fn likeliest(&mut self, images: &[f32], count: usize) -> impl Iterator<Item = Option<SeenClass>> {
        let outputs = self.network.output().max(1);
        let answers = self.network.evaluate(images, count, &mut self.scratch);
        answers.chunks_exact(outputs).map(likeliest)
    }

    /// What it sees in each of `count` images (`[count, pixels]`): the activations of its hidden layer, `[count, features()]`,
    /// and its likeliest classes.
    pub fn examine_features<'a>(
        &self,
        images: &[f32],
        count: usize,
        scratch: &'a mut Scratch,
    ) -> (&'a [f32], Vec<Option<usize>>) {
        let answers = self.network.evaluate(images, count, scratch);
        let classes =
            answers.chunks_exact(self.count().max(1)).map(|answers| likeliest(answers).map(|seen| seen.class));
        let classes = classes.collect();
        (scratch.values().get(1).map_or(&[], Vec::as_slice), classes)
    }

    /// Width of its hidden layer.
    pub fn features(&self) -> usize {
        self.network.operations().first().map_or(0, Operation::outputs)
    }

    /// How many classes it knows.
    pub fn count(&self) -> usize {
        self.network.output()
    }

    /// Values an image that it reads.
    pub fn pixels(&self) -> usize {
        self.network.input()
    }

    fn examine(&mut self, test: &Split, most: usize) -> f64 {
        let indices: Vec<usize> = (0..test.count().min(most)).collect();
        let mut right = 0;
        for slice in indices.chunks(SLICE) {
            let images = test.gather(slice);
            let found = self.classes(&images, slice.len());
            right += found.zip(slice).filter(|(class, index)| class.is_some() && *class == test.class(**index)).count();
        }
        right as f64 / indices.len().max(1) as f64
    }
}

/// The likeliest class by the answers for each.
fn likeliest(answers: &[f32]) -> Option<SeenClass> {
    let numbers = answers.iter().enumerate().filter(|(_, answer)| !answer.is_nan());
    let (class, answer) = numbers.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    Some(SeenClass { class, probability: sigmoid(*answer) })
}

const NAMES: [&str; 2] = ["classifier.0", "classifier.1"];

/// The images of a step, `[BATCH, pixels]`, and for each a 1 at its class, `[BATCH, classes]`.
fn batch(train: &Split, classes: usize, step: u64) -> (Vec<f32>, Vec<f32>) {
    let mut random = stream(0, Purpose::Classifier, step, 0);
    let indices: Vec<usize> = (0..BATCH).map(|_| random.random_range(0..train.count())).collect();
    let mut targets = vec![0.0; BATCH * classes];
    for (targets, index) in targets.chunks_exact_mut(classes).zip(&indices) {
        if let Some(target) = train.class(*index).and_then(|class| targets.get_mut(class)) {
            *target = 1.0;
        }
    }
    (train.gather(&indices), targets)
}
