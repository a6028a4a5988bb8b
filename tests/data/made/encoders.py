"""What other implementations say of the same codes and factors: `encoders.json`, for the tests of figures of encoders. Made once by
this with NumPy, SciPy and scikit-learn (`pip install numpy scipy scikit-learn`); their versions stand in the file. The formulas are
those of disentanglement_lib (Locatello et al. 2019): MIG, SAP with continuous factors, and D and C of DCI of an importance matrix,
here that of a Lasso; the votes of the FactorVAE score. The arrays are not stored: both sides draw them from the same generator of
whole numbers."""
import importlib.metadata
import json
import os

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from scipy.stats import entropy, norm
from sklearn.linear_model import Lasso, LinearRegression
from sklearn.metrics import mutual_info_score, r2_score
from sklearn.preprocessing import StandardScaler


class Draws:
    """Knuth's 64-bit linear congruential generator; the upper 24 bits."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 40


def table(seed, count):
    """Codes of five dimensions, the last one the same for all, and three factors: a class and two numbers."""
    draws = Draws(seed)
    codes, factors = [], []
    for _ in range(count):
        shape, scale, x = draws.next() % 3, draws.next() % 6, draws.next() % 32
        noise = [draws.next() / 2**24 for _ in range(4)]
        codes.append([x / 16 + noise[0] / 4, scale / 4 + x / 64 + noise[1] / 2, (1.5 if shape == 1 else 0) + noise[2] + scale / 16,
                      noise[3], 0.25])
        factors.append([shape, scale / 8, x / 32])
    return np.array(codes, dtype=np.float32).astype(np.float64), np.array(factors)


def mean_gap(scores):
    ordered = np.sort(scores, axis=0)[::-1]
    return float(np.mean(ordered[0] - ordered[1]))


def mig(codes, levels):
    binned = np.stack([np.digitize(column, np.histogram(column, 20)[1][:-1]) for column in codes.T])
    scores = np.array([[mutual_info_score(column, level) for level in levels.T] for column in binned])
    return mean_gap(scores / np.array([mutual_info_score(level, level) for level in levels.T]))


def r2(inputs, targets):
    return LinearRegression().fit(inputs, targets).score(inputs, targets)


def sap(codes, factors):
    one_hot = np.eye(3)[factors[:, 0].astype(int)]
    # Of a constant dimension nothing can be told, and it tells nothing.
    of_class = [r2(one_hot, code) if code.var() > 1e-12 else 0 for code in codes.T]
    scores = [[of_class[place]] + [r2(code[:, None], factor) for factor in factors.T[1:]] for place, code in enumerate(codes.T)]
    return mean_gap(np.array(scores))


def per_row(matrix):
    return 1 - entropy(matrix.T + 1e-11, base=matrix.shape[1])


def disentanglement(importance):
    weights = importance.sum(axis=1) / importance.sum()
    return float(np.sum(per_row(importance) * weights))


def dci(codes, factors):
    learned, told = codes[0::2], codes[1::2]
    scaler = StandardScaler().fit(learned)
    importance, explained = [], []
    for place, factor in enumerate(factors.T):
        targets = [(factor == level).astype(float) for level in range(3)] if place == 0 else [factor]
        weights, scores = [], []
        for target in targets:
            scale = StandardScaler().fit(target[0::2, None])
            own, other = (scale.transform(part[:, None])[:, 0] for part in (target[0::2], target[1::2]))
            model = Lasso(alpha=0.02, tol=1e-12, max_iter=100000).fit(scaler.transform(learned), own)
            weights.append(np.abs(model.coef_))
            scores.append(r2_score(other, model.predict(scaler.transform(told))))
        importance.append(np.mean(weights, axis=0))
        explained.append(np.mean(scores))
    importance = np.array(importance).T
    return {"importance": importance.tolist(), "disentanglement": disentanglement(importance),
            "completeness": disentanglement(importance.T), "informativeness": float(np.mean(explained))}


def factor_vae(codes, levels, seed):
    """A vote is a factor and four places whose examples share its level, drawn with repetition."""
    variances = codes.var(axis=0, ddof=1)
    active = np.sqrt(variances) >= 0.05
    draws, votes = Draws(seed), []
    for _ in range(600):
        factor, example = draws.next() % 3, draws.next() % len(codes)
        group = np.flatnonzero(levels[:, factor] == levels[example, factor])
        places = [group[draws.next() % len(group)] for _ in range(4)]
        local = codes[places].var(axis=0, ddof=1)
        votes.append((factor, int(np.argmin(local[active] / variances[active]))))
    counts = np.zeros((2, 3, active.sum()))
    for place, (factor, dimension) in enumerate(votes):
        counts[int(place >= 400), factor, dimension] += 1
    classifier = counts[0].argmax(axis=0)
    return float(counts[1][classifier, np.arange(counts.shape[2])].sum() / 200)


def information(mean, log_variance, draws):
    densities = norm.logpdf(draws[:, None], mean[None], np.exp(0.5 * log_variance)[None]).sum(2)
    return float(np.mean(np.diag(densities) - logsumexp(densities, axis=1) + np.log(len(draws))))


def prior_distance(a, b):
    scale = 2 * a.shape[1]
    own = [scale / (scale + cdist(x, x, "sqeuclidean")) for x in (a, b)]
    unbiased = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in own]
    return float(sum(unbiased) - 2 * (scale / (scale + cdist(a, b, "sqeuclidean"))).mean())


def levels_of(factors):
    return np.stack([np.unique(factor, return_inverse=True)[1] for factor in factors.T], axis=1)


tables = []
for seed, count in [(1, 400), (2, 1500), (3, 5000)]:
    codes, factors = table(seed, count)
    levels = levels_of(factors)
    tables.append({"seed": seed, "count": count, "mig": mig(codes, levels), "sap": sap(codes, factors), "dci": dci(codes, factors),
                   "factor_vae": factor_vae(codes, levels, seed + 50)})

matrices = []
for matrix in [[[1, 0], [0, 1]], [[1, 1], [1, 1]], [[3, 0.5, 0.1], [0.2, 2, 0.3]], [[0.5, 0, 0.1], [0, 0, 0], [0.25, 4, 1.5], [0.1, 0.1, 0.1]]]:
    importance = np.array(matrix, dtype=float)
    matrices.append({"importance": matrix, "disentanglement": disentanglement(importance), "completeness": disentanglement(importance.T)})

posteriors = []
for seed, count in [(7, 300), (8, 1200)]:
    rows = table(seed, count)[0]
    other = table(seed + 20, count)[0]
    mean, log_variance, draws = 3 * rows[:, :3], -1 - other[:, :3], 3 * rows[:, :3] + other[:, 1:4] - 0.5
    mean, log_variance, draws = (x.astype(np.float32).astype(np.float64) for x in (mean, log_variance, draws))
    posteriors.append({"seed": seed, "count": count, "mutual_information": information(mean, log_variance, draws),
                       "prior_mmd": prior_distance(draws, mean)})

made_with = {name: importlib.metadata.version(name) for name in ["numpy", "scipy", "scikit-learn"]}
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "encoders.json")
with open(out, "w") as file:
    json.dump({"made_with": made_with, "tables": tables, "matrices": matrices, "posteriors": posteriors}, file, indent=1)
    file.write("\n")
