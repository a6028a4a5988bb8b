//! The table of figures that models are compared by, whatever their families: what each is, counts in, and says.

use serde::{Deserialize, Serialize};

/// A figure that models are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureId {
    /// Squared error of reconstructions.
    SquaredError,
    /// Peak signal-to-noise ratio of reconstructions.
    Psnr,
    /// Structural similarity of reconstructions.
    Ssim,
    /// −log p(x|z) of reconstructions.
    Nats,
    /// Fréchet distance.
    Frechet,
    /// Squared maximum mean discrepancy.
    KernelDistance,
    /// Samples that lie among training images.
    Precision,
    /// Training images that lie among samples.
    Recall,
    /// How densely training images lie about samples.
    Density,
    /// Training images that have a sample near.
    Coverage,
    /// Entropy of the classes of samples.
    ClassEntropy,
    /// How far samples are from each other.
    PairwiseDistance,
    /// Samples that are copies of training images.
    Memorised,
    /// KL from the prior.
    Rate,
    /// −log p(x|z) of posterior draws.
    Distortion,
    /// What latents tell of images.
    MutualInformation,
    /// How far codes lie from the prior.
    PriorDistance,
    /// MIG.
    MutualInformationGap,
    /// SAP.
    SeparatedAttribute,
    /// D of DCI.
    Disentanglement,
    /// C of DCI.
    Completeness,
    /// I of DCI.
    Informativeness,
    /// FactorVAE score.
    FactorVaeScore,
}

/// Which values of a figure are the better ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The higher.
    Higher,
    /// The lower.
    Lower,
    /// Those near the floor's: what real images have.
    Floor,
}

impl Better {
    /// An arrow for headings.
    pub fn arrow(self) -> &'static str {
        match self {
            Self::Higher => "↑",
            Self::Lower => "↓",
            Self::Floor => "→",
        }
    }
}

/// What a figure is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureSubject {
    /// Test images and what a model with an encoder makes of each.
    Reconstructions,
    /// Fresh samples and training images; the floor is that of as many test images.
    Samples,
    /// Posteriors of test images, of a model that has a prior.
    Encoder,
    /// Posterior means of test images, and the known factors of these.
    Factors,
}

/// What a figure is. Its name and the sentence that defines it are the texts `figure.<key>` and `figure.<key>_tip`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FigureDefinition {
    /// Which figure.
    pub id: FigureId,
    /// Its key in the language tables, and its field in what the command line prints.
    pub key: &'static str,
    /// The field of the same of test images; `None` for what is not of samples.
    pub floor_key: Option<&'static str>,
    /// What it counts in, as a key (`unit.<name>`); `None` for a bare number.
    pub unit: Option<&'static str>,
    /// Which values are the better ones.
    pub better: Better,
    /// The least and the most it can be.
    pub range: [f64; 2],
    /// What it is computed from.
    pub subject: FigureSubject,
    /// The paper that defines it; empty where it needs none.
    pub source: &'static str,
}

const SHARE: [f64; 2] = [0.0, 1.0];
const ANY: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];
const POSITIVE: [f64; 2] = [0.0, f64::INFINITY];

const RECONSTRUCTION: FigureDefinition = FigureDefinition {
    id: FigureId::SquaredError,
    key: "mse",
    floor_key: None,
    unit: None,
    better: Better::Lower,
    range: POSITIVE,
    subject: FigureSubject::Reconstructions,
    source: "",
};
const SAMPLE: FigureDefinition =
    FigureDefinition { subject: FigureSubject::Samples, better: Better::Higher, range: SHARE, ..RECONSTRUCTION };

const ENCODER: FigureDefinition =
    FigureDefinition { subject: FigureSubject::Encoder, unit: Some("nats"), ..RECONSTRUCTION };
const FACTORS: FigureDefinition =
    FigureDefinition { subject: FigureSubject::Factors, better: Better::Higher, range: SHARE, ..RECONSTRUCTION };

/// The table, in the order of what is printed.
pub const FIGURES: [FigureDefinition; 23] = [
    RECONSTRUCTION,
    FigureDefinition {
        id: FigureId::Psnr,
        key: "psnr",
        unit: Some("decibels"),
        better: Better::Higher,
        range: ANY,
        ..RECONSTRUCTION
    },
    FigureDefinition {
        id: FigureId::Ssim,
        key: "ssim",
        better: Better::Higher,
        range: [-1.0, 1.0],
        source: "Wang, Bovik, Sheikh, Simoncelli 2004",
        ..RECONSTRUCTION
    },
    FigureDefinition { id: FigureId::Nats, key: "nats", unit: Some("nats"), range: ANY, ..RECONSTRUCTION },
    FigureDefinition {
        id: FigureId::Frechet,
        key: "frechet",
        floor_key: Some("frechet_floor"),
        better: Better::Lower,
        range: POSITIVE,
        source: "Dowson, Landau 1982",
        ..SAMPLE
    },
    FigureDefinition {
        id: FigureId::KernelDistance,
        key: "kernel_distance",
        floor_key: Some("kernel_floor"),
        better: Better::Lower,
        range: ANY,
        source: "Gretton et al. 2012, Bińkowski et al. 2018",
        ..SAMPLE
    },
    FigureDefinition {
        id: FigureId::Precision,
        key: "precision",
        floor_key: Some("precision_floor"),
        source: "Kynkäänniemi et al. 2019",
        ..SAMPLE
    },
    FigureDefinition {
        id: FigureId::Recall,
        key: "recall",
        floor_key: Some("recall_floor"),
        source: "Kynkäänniemi et al. 2019",
        ..SAMPLE
    },
    FigureDefinition {
        id: FigureId::Density,
        key: "density",
        floor_key: Some("density_floor"),
        range: POSITIVE,
        source: "Naeem et al. 2020",
        ..SAMPLE
    },
    FigureDefinition {
        id: FigureId::Coverage,
        key: "coverage",
        floor_key: Some("coverage_floor"),
        source: "Naeem et al. 2020",
        ..SAMPLE
    },
    FigureDefinition {
        id: FigureId::ClassEntropy,
        key: "class_entropy",
        floor_key: Some("class_entropy_floor"),
        better: Better::Floor,
        range: POSITIVE,
        ..SAMPLE
    },
    FigureDefinition {
        id: FigureId::PairwiseDistance,
        key: "pairwise_distance",
        floor_key: Some("pairwise_floor"),
        better: Better::Floor,
        range: POSITIVE,
        ..SAMPLE
    },
    FigureDefinition {
        id: FigureId::Memorised,
        key: "memorised",
        floor_key: Some("memorised_floor"),
        better: Better::Floor,
        ..SAMPLE
    },
    FigureDefinition { id: FigureId::Rate, key: "rate", source: "Alemi et al. 2018", ..ENCODER },
    FigureDefinition {
        id: FigureId::Distortion,
        key: "distortion",
        range: ANY,
        source: "Alemi et al. 2018",
        ..ENCODER
    },
    FigureDefinition {
        id: FigureId::MutualInformation,
        key: "mutual_information",
        better: Better::Higher,
        source: "Hoffman, Johnson 2016",
        ..ENCODER
    },
    FigureDefinition {
        id: FigureId::PriorDistance,
        key: "prior_mmd",
        unit: None,
        range: ANY,
        source: "Gretton et al. 2012, Tolstikhin et al. 2018",
        ..ENCODER
    },
    FigureDefinition { id: FigureId::MutualInformationGap, key: "mig", source: "Chen et al. 2018", ..FACTORS },
    FigureDefinition {
        id: FigureId::SeparatedAttribute,
        key: "sap",
        source: "Kumar, Sattigeri, Balakrishnan 2018",
        ..FACTORS
    },
    FigureDefinition {
        id: FigureId::Disentanglement,
        key: "dci_disentanglement",
        source: "Eastwood, Williams 2018",
        ..FACTORS
    },
    FigureDefinition {
        id: FigureId::Completeness,
        key: "dci_completeness",
        source: "Eastwood, Williams 2018",
        ..FACTORS
    },
    FigureDefinition {
        id: FigureId::Informativeness,
        key: "dci_informativeness",
        range: [f64::NEG_INFINITY, 1.0],
        source: "Eastwood, Williams 2018",
        ..FACTORS
    },
    FigureDefinition { id: FigureId::FactorVaeScore, key: "factor_vae", source: "Kim, Mnih 2018", ..FACTORS },
];

impl FigureId {
    /// What it is.
    pub fn definition(self) -> &'static FigureDefinition {
        FIGURES.iter().find(|figure| figure.id == self).unwrap_or(&FIGURES[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_figure_has_a_line_a_field_and_its_floor_another() {
        let ids: BTreeSet<FigureId> = FIGURES.iter().map(|figure| figure.id).collect();
        assert_eq!(ids.len(), FIGURES.len());
        assert!(FIGURES.iter().all(|figure| figure.id.definition().key == figure.key));
        let fields: BTreeSet<&str> =
            FIGURES.iter().flat_map(|figure| [Some(figure.key), figure.floor_key]).flatten().collect();
        let samples = FIGURES.iter().filter(|figure| figure.subject == FigureSubject::Samples).count();
        assert_eq!(fields.len(), FIGURES.len() + samples, "what is of samples has a floor");
    }
}
