"""What other implementations say of the same arrays: `figures.json`, for the tests of figures. Made once by this with
NumPy, SciPy, scikit-image, scikit-learn and prdc (`pip install numpy scipy scikit-image scikit-learn prdc`); their versions stand in
the file. The arrays are not stored: both sides draw them from the same generator of whole numbers."""
import json
import os
import importlib.metadata

import numpy as np
import prdc
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist, pdist
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.metrics.pairwise import polynomial_kernel


class Draws:
    """Knuth's 64-bit linear congruential generator; the upper 24 bits."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 40


def image_pair(seed, values):
    """An image, and three parts of it mixed with one part of another."""
    draws = Draws(seed)
    pairs = [(draws.next(), draws.next()) for _ in range(values)]
    original = np.array([x / 2**24 for x, _ in pairs], dtype=np.float32)
    image = np.array([(3 * x + y) / 2**26 for x, y in pairs], dtype=np.float32)
    return original.astype(np.float64), image.astype(np.float64)


def rows(seed, count, width, shift):
    """Neighbouring values share a draw, so that they depend on each other."""
    draws = Draws(seed)
    out = np.empty((count, width), dtype=np.float32)
    for row in out:
        before = draws.next()
        for column in range(width):
            own = draws.next()
            row[column] = (own + before) / 2**23 + shift
            before = own
    return out.astype(np.float64)


def frechet(a, b):
    (mean_a, mean_b), (cov_a, cov_b) = [[f(x) for x in (a, b)] for f in (lambda x: x.mean(0), lambda x: np.cov(x, rowvar=False))]
    return float(((mean_a - mean_b) ** 2).sum() + np.trace(cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b).real))


def kernel(a, b):
    own = [polynomial_kernel(x, degree=3, gamma=1 / x.shape[1], coef0=1) for x in (a, b)]
    mutual = polynomial_kernel(a, b, degree=3, gamma=1 / a.shape[1], coef0=1)
    unbiased = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in own]
    return float(sum(unbiased) - 2 * mutual.mean())


images = []
for seed, (channels, height, width) in enumerate([(1, 28, 28), (3, 9, 12), (1, 7, 7)]):
    original, image = (x.reshape(channels, height, width) for x in image_pair(seed, channels * height * width))
    of_channels = [structural_similarity(x, y, data_range=1) for x, y in zip(original, image)]
    images.append({"seed": seed, "shape": [channels, height, width], "psnr": peak_signal_noise_ratio(original, image, data_range=1),
                   "mse": float(((original - image) ** 2).mean()), "ssim": float(np.mean(of_channels))})

sets = []
for seed, (count, other, width, shift) in enumerate([(300, 240, 12, 0.0), (300, 300, 12, 0.25), (200, 200, 256, 0.0), (150, 200, 5, 4.0), (2500, 2300, 8, 0.0)]):
    real, fake = rows(2 * seed + 100, count, width, 0.0), rows(2 * seed + 101, other, width, shift)
    prdc_figures = {name: float(value) for name, value in prdc.compute_prdc(real, fake, 5).items()}
    nearest = cdist(fake, real).min(1)
    sets.append({"seeds": [2 * seed + 100, 2 * seed + 101], "counts": [count, other], "width": width, "shift": shift,
                 "frechet": frechet(real, fake), "kernel_distance": kernel(real, fake), "pairwise_distance": float(pdist(fake).mean()),
                 "nearest_mean": float(nearest.mean()), "nearest_quantile": float(np.quantile(nearest, 0.01)), **prdc_figures})

made_with = {name: importlib.metadata.version(name) for name in ["numpy", "scipy", "scikit-image", "scikit-learn", "prdc"]}
# The example of prdc's own README, N(0, I) of 1000 dimensions against itself, 10 000 of each, k 5; and how far its figures lie apart
# from one draw to the next, in eight draws (ten minutes): few points lie in most neighbourhoods of so many dimensions.
published = {"count": 10000, "width": 1000, "neighbours": 5, "precision": 0.4772, "recall": 0.4705, "density": 1.0555, "coverage": 0.9735}
drawn = []
for seed in range(8):
    generator = np.random.default_rng(seed)
    pair = [generator.standard_normal((10000, 1000)).astype(np.float32) for _ in range(2)]
    drawn.append(prdc.compute_prdc(*pair, 5))
published["drawn"] = {name: {"mean": float(np.mean([figures[name] for figures in drawn])),
                             "deviation": float(np.std([figures[name] for figures in drawn], ddof=1))} for name in drawn[0]}
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "figures.json")
with open(out, "w") as file:
    json.dump({"made_with": made_with, "images": images, "sets": sets, "published": published}, file, indent=1)
    file.write("\n")
