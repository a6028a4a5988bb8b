//! What can be downloaded: one table of names, addresses, lengths and checksums.

use crate::dataset::understood::OF_IMAGES;

/// A data set that is downloaded when a person asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Download {
    /// What it is opened by, and what its folder in the cache is called: `mnist`.
    pub name: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// The address of the folder that its files lie in, with a slash at the end.
    pub base: &'static str,
    /// What is downloaded.
    pub files: &'static [RemoteFile],
    /// How what is downloaded becomes a folder that can be opened.
    pub packing: Packing,
}

/// One file at its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its name, there and here.
    pub name: &'static str,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: &'static str,
}

/// In what form the files of a data set come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As they are read.
    Plain,
    /// In one `.tar.gz`, of which these are kept.
    TarGz(&'static [&'static str]),
    /// In one `.zip`, of which these are kept.
    Zip(&'static [&'static str]),
}

impl Download {
    /// The one of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        DOWNLOADS.iter().find(|download| download.name == name)
    }

    /// The options by which it is looked at, as they are written: each is a folder of images of one size.
    pub fn options(&self) -> &'static [&'static str] {
        OF_IMAGES
    }

    /// What is downloaded in all.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The names of the files that it has in the cache.
    pub fn kept(&self) -> impl Iterator<Item = &'static str> {
        let (plain, unpacked) = match self.packing {
            Packing::Plain => (self.files, &[][..]),
            Packing::TarGz(names) | Packing::Zip(names) => (&[][..], names),
        };
        plain.iter().map(|file| file.name).chain(unpacked.iter().copied())
    }
}

const fn file(name: &'static str, bytes: u64, sha256: &'static str) -> RemoteFile {
    RemoteFile { name, bytes, sha256 }
}

/// All of them. Lengths and sums are those that TensorFlow Datasets publishes (its `url_checksums`); those of three of MNIST's
/// files were compared with the files themselves, and each first sum was found again in collections that made their own.
pub static DOWNLOADS: &[Download] = &[
    Download {
        name: "mnist",
        summary: "70,000 handwritten digits, 28×28 grey (LeCun, Cortes, Burges 1998)",
        base: "https://storage.googleapis.com/cvdf-datasets/mnist/",
        files: &[
            file(
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            file(
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            file(
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            file(
                "t10k-labels-idx1-ubyte.gz",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ],
        packing: Packing::Plain,
    },
    Download {
        name: "fashion-mnist",
        summary: "70,000 pieces of clothing in ten classes, 28×28 grey (Xiao, Rasul, Vollgraf 2017)",
        base: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        files: &[
            file(
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            file(
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            file(
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            file(
                "t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ],
        packing: Packing::Plain,
    },
    Download {
        name: "kmnist",
        summary: "70,000 handwritten hiragana in ten classes, 28×28 grey (Clanuwat et al. 2018)",
        base: "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        files: &[
            file(
                "train-images-idx3-ubyte.gz",
                18_165_135,
                "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            ),
            file(
                "train-labels-idx1-ubyte.gz",
                29_497,
                "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            ),
            file(
                "t10k-images-idx3-ubyte.gz",
                3_041_136,
                "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            ),
            file(
                "t10k-labels-idx1-ubyte.gz",
                5_120,
                "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
            ),
        ],
        packing: Packing::Plain,
    },
    Download {
        name: "emnist",
        summary: "131,600 handwritten digits and letters in 47 classes (balanced), 28×28 grey (Cohen et al. 2017)",
        base: "https://biometrics.nist.gov/cs_links/EMNIST/",
        files: &[file("gzip.zip", 561_753_746, "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e")],
        packing: Packing::Zip(&[
            "emnist-balanced-train-images-idx3-ubyte.gz",
            "emnist-balanced-train-labels-idx1-ubyte.gz",
            "emnist-balanced-test-images-idx3-ubyte.gz",
            "emnist-balanced-test-labels-idx1-ubyte.gz",
            "emnist-balanced-mapping.txt",
        ]),
    },
    Download {
        name: "cifar-10",
        summary: "60,000 photographs in ten classes, 32×32 RGB (Krizhevsky 2009)",
        base: "https://www.cs.toronto.edu/~kriz/",
        files: &[file(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        )],
        packing: Packing::TarGz(&[
            "data_batch_1.bin",
            "data_batch_2.bin",
            "data_batch_3.bin",
            "data_batch_4.bin",
            "data_batch_5.bin",
            "test_batch.bin",
            "batches.meta.txt",
        ]),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_sums_are_whole() {
        for (index, download) in DOWNLOADS.iter().enumerate() {
            assert!(DOWNLOADS.iter().skip(index + 1).all(|other| other.name != download.name));
            assert!(download.base.ends_with('/') && download.bytes() > 0 && download.kept().count() > 0);
            for file in download.files {
                assert!(file.sha256.len() == 64 && file.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()));
            }
        }
    }
}
