//! The families of regression decoders, and their fields.

use super::Regression;
use super::decoders::{ForestDecoder, GrownTrees, PolynomialDecoder, TreeDecoder};
use super::forest::ForestSettings;
use super::polynomial::{Polynomial, PolynomialSettings};
use super::smo::SvrSettings;
use super::svm::{SvmDecoder, SvmSettings};
use super::trees::Trees;
use crate::memory::{free_bytes, gibibytes};
use crate::model::family::{Family, LATENT, MakeModel, Preset, SEED};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::pca::check_covariance;
use crate::model::{ConfigValues, Field, Setting, StepError};
use serde::Deserialize;

/// What each of them has of its own.
struct Own {
    id: &'static str,
    words: &'static str,
    presets: &'static [Preset],
    fields: &'static [&'static Field],
    most_steps: fn(&ConfigValues) -> Option<u64>,
    summary: fn(&ConfigValues) -> String,
    make: MakeModel,
}

/// The family of what has this of its own.
const fn regression(own: Own) -> Family {
    Family {
        id: own.id,
        words: own.words,
        heading: "preset.regression",
        presets: own.presets,
        fields: own.fields,
        parts: &[],
        // Of as many components as there are coordinates nothing would be left to decode.
        points: |_| vec![("latent", Setting::Whole(1))],
        encodes: true,
        // Of its standardised codes each dimension has mean 0 and variance 1.
        samples: true,
        bounds_evidence: false,
        most_steps: own.most_steps,
        check: |_| Ok(()),
        warning: |_, _| None,
        summary: own.summary,
        make: own.make,
    }
}

/// A polynomial of the components.
pub static POLYNOMIAL: Family = regression(Own {
    id: "polynomial",
    words: "family.polynomial",
    presets: &[Preset { name: "polynomial", settings: &[] }],
    fields: &[&DEGREE, &RIDGE, &LATENT, &SEED],
    most_steps: |_| Some(1),
    summary: |config| {
        let (degree, latent) = (config.whole("degree").unwrap_or(0), config.latent());
        format!("polynomial of degree {degree} of the first {latent} principal components, ridge regression, one pass")
    },
    make: |config, shape, parameters| {
        let settings: PolynomialSettings = config.read()?;
        check_covariance(shape.values())?;
        let polynomial = Polynomial::nothing(&settings, config.latent(), shape.values())?;
        parameters().check(polynomial.coefficients.len())?;
        Ok(Box::new(Regression::new(config, shape, Box::new(PolynomialDecoder { settings, polynomial }))?))
    },
});

/// A tree of the components.
pub static TREE: Family = regression(Own {
    id: "tree",
    words: "family.tree",
    presets: &[Preset { name: "tree", settings: &[] }],
    fields: &[&DEPTH, &LEAF, &LATENT, &SEED],
    most_steps: |config| config.whole("depth"),
    summary: |config| {
        let (depth, latent) = (config.whole("depth").unwrap_or(0), config.latent());
        format!("regression tree of depth {depth} on the first {latent} principal components, a level a step")
    },
    make: |config, shape, _| {
        let settings: TreeSettings = config.read()?;
        let grown = grown(&settings, 1, config, shape.values())?;
        Ok(Box::new(Regression::new(config, shape, Box::new(TreeDecoder(grown)))?))
    },
});

/// Trees on samples of the components.
pub static FOREST: Family = regression(Own {
    id: "forest",
    words: "family.forest",
    presets: &[Preset { name: "forest", settings: &[] }],
    fields: &[&TREES, &DEPTH, &LEAF, &IMAGES, &LATENT, &SEED],
    most_steps: |config| config.whole("trees"),
    summary: |config| {
        let [trees, depth] = ["trees", "depth"].map(|key| config.whole(key).unwrap_or(0));
        let latent = config.latent();
        format!(
            "forest of {trees} regression trees of depth {depth} on the first {latent} principal components, a tree a step"
        )
    },
    make: |config, shape, _| {
        let (settings, forest): (TreeSettings, Planted) = (config.read()?, config.read()?);
        let grown = grown(&settings, forest.trees, config, shape.values())?;
        let decoder = ForestDecoder { grown, images: forest.images, seed: config.seed() };
        Ok(Box::new(Regression::new(config, shape, Box::new(decoder))?))
    },
});

/// Support vector machines.
pub static SVM: Family = regression(Own {
    id: "svm",
    words: "family.svm",
    presets: &[Preset { name: "svm", settings: &[] }],
    fields: &[&COST, &EPSILON, &GAMMA, &COMPONENTS, &SVM_IMAGES, &LATENT, &SEED],
    most_steps: |config| config.whole("components"),
    summary: |config| {
        let [components, images] = ["components", "images"].map(|key| config.whole(key).unwrap_or(0));
        let latent = config.latent();
        format!(
            "support vector regression of {components} principal components on the first {latent}, of {images} images, a component a step"
        )
    },
    make: |config, shape, parameters| {
        let Machines { cost, epsilon, gamma, components, images } = config.read()?;
        let (latent, pixels) = (config.latent(), shape.values());
        check_covariance(pixels)?;
        let components = components.min(pixels.saturating_sub(1)).max(1);
        parameters().check(components.saturating_mul(pixels))?;
        let svr = SvrSettings { cost, epsilon, gamma, tolerance: 1e-3 };
        let settings = SvmSettings { svr, components, images, seed: config.seed() };
        Ok(Box::new(Regression::new(config, shape, Box::new(SvmDecoder::new(settings, latent, pixels)))?))
    },
});

/// The most bytes that leaves may take.
const MOST_LEAF_BYTES: u64 = 512 << 20;

#[derive(Clone, Copy, Deserialize)]
struct TreeSettings {
    depth: usize,
    leaf: usize,
}

#[derive(Clone, Copy, Deserialize)]
struct Machines {
    cost: f64,
    epsilon: f64,
    gamma: f64,
    components: usize,
    images: usize,
}

#[derive(Clone, Copy, Deserialize)]
struct Planted {
    trees: usize,
    images: usize,
}

/// Trees that have not begun to grow.
///
/// # Errors
/// If their leaves would take too much memory.
fn grown(settings: &TreeSettings, count: usize, config: &ConfigValues, pixels: usize) -> Result<GrownTrees, StepError> {
    check_covariance(pixels)?;
    let settings = ForestSettings { depth: settings.depth, least: settings.leaf };
    let bytes = (settings.bytes(usize::MAX, pixels) as u64).saturating_mul(count as u64);
    let most = MOST_LEAF_BYTES.min(free_bytes());
    if bytes > most {
        let (found, most) = (gibibytes(bytes), gibibytes(most));
        let what = format!("depth: expected leaves that take at most {most}, found {found}");
        return Err(candle_core::Error::Msg(what).into());
    }
    let latent = config.latent();
    let trees = if count == 1 { Trees::leaf(latent, vec![0.0; pixels]) } else { Trees::none(latent, pixels) };
    Ok(GrownTrees { settings, count, trees })
}

/// The highest total degree.
static DEGREE: Field = Field::whole("degree", (1, 12), 3).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.degree",
    CardInput::Plain,
);
/// λ of the ridge.
static RIDGE: Field = Field::real("ridge", (0.0, 1e9), 1.0).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.ridge",
    CardInput::Plain,
);
/// Levels of a tree.
static DEPTH: Field = Field::whole("depth", (1, 12), 10).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.depth",
    CardInput::Plain,
);
/// The fewest examples at a leaf.
static LEAF: Field = Field::whole("leaf", (1, 100_000), 8).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.leaf",
    CardInput::Plain,
);
/// Trees of a forest.
static TREES: Field = Field::whole("trees", (2, 100), 20).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.trees",
    CardInput::Plain,
);
/// Training images that a forest learns from.
static IMAGES: Field = Field::whole("images", (2, 1_000_000), 20_000).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.images",
    CardInput::Plain,
);
/// C of support vector regression.
static COST: Field = Field::real("cost", (1e-6, 1e6), 1.0).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.cost",
    CardInput::Plain,
);
/// ε: errors up to this cost nothing, in units of a component.
static EPSILON: Field = Field::real("epsilon", (0.0, 10.0), 0.05).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.epsilon",
    CardInput::Plain,
);
/// γ of the radial basis functions.
static GAMMA: Field = Field::real("gamma", (1e-4, 1e4), 1.0).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.gamma",
    CardInput::Plain,
);
/// Components that are decoded to.
static COMPONENTS: Field = Field::whole("components", (1, 256), 32).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.components",
    CardInput::Plain,
);
/// Training images that support vector machines learn from: their kernel is of all pairs.
static SVM_IMAGES: Field = Field::whole("images", (2, 7000), 3000).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.images",
    CardInput::Plain,
);
