"""How many real errors are found by looking at the most suspect few; real people, CIFAR-10H.

    python -m benchmarks.quality.suspects [DRAWS]

The given tag is one person's answer, or a vote of three (ties by chance), of people drawn from the 51 or so
who answered each item; an error is a tag that is not the data set's own. "strong" are the published
probabilities (cross-validated, 92.9 % right; trained on clean labels), "weak" those of a small one (60.6 %).
Printed is the share of all errors among the first 5 % and 10 % of items, a mean over DRAWS draws.
"""

import csv
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labelwright.quality.label_errors import confident_joint, tag_posterior
from labelwright.quality.neighbors import neighbor_shares

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HERE = Path(
    os.environ.get("LABELWRIGHT_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
FOLDER = HERE / "multi_annotator" / "cifar10h"


def people() -> tuple[Ints, Ints]:
    """Votes (10,000 × 10) and the true category of each item."""
    with (FOLDER / "human_counts.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    names = [column.removeprefix("n_") for column in head[3:]]
    return np.array([[int(value) for value in row[3:]] for row in rows]), np.array(
        [names.index(row[1]) for row in rows]
    )


def drawn(votes: Ints, count: int, rng: np.random.Generator) -> Ints:
    """As many votes of each item, without putting back."""
    return np.array([rng.multivariate_hypergeometric(row, count) for row in votes])


def found_within(scores: Floats, wrong: NDArray[np.bool_], share: float) -> float:
    first = np.argsort(-scores, kind="stable")[: int(len(wrong) * share)]
    return float(wrong[first].sum() / wrong.sum())


def softmax(values: Floats) -> Floats:
    grown = np.exp(values - values.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def scores_of(counts: Ints, given: Ints, models: dict[str, Floats | None]) -> dict[str, Floats]:
    rows = np.arange(len(given))
    near = models["neighbors"]
    assert near is not None
    chosen: dict[str, Floats] = {}
    for name in ("weak", "strong"):
        model = models[name]
        assert model is not None
        chosen[f"{name} model alone (1 - probability of the given)"] = 1 - model[rows, given]
        chosen[f"people and {name} model"] = 1 - tag_posterior(counts, model).chances[rows, given]
        chosen[f"people, {name} model and neighbors"] = (
            1 - tag_posterior(counts, model, near).chances[rows, given]
        )
    chosen["people and neighbors"] = 1 - tag_posterior(counts, None, near).chances[rows, given]
    chosen["people alone"] = 1 - tag_posterior(counts).chances[rows, given]
    return chosen


def main(draws: int) -> None:
    votes, truth = people()
    strong = np.load(FOLDER / "crossval_pred_probs.npy").astype(np.float64)
    weak = softmax(np.load(FOLDER / "weak_model_scores.npy").astype(np.float64))
    embeddings = np.load(FOLDER / "embeddings_hog_pca64.npy")
    for count, name in ((1, "one person"), (3, "vote of three")):
        table: dict[str, list[tuple[float, float]]] = {}
        rates: list[float] = []
        flags: list[tuple[float, float, float]] = []
        for seed in range(draws):
            rng = np.random.default_rng(seed)
            counts = drawn(votes, count, rng)
            given = np.argmax(counts + rng.random(counts.shape) * 0.5, axis=1)
            wrong = given != truth
            rates.append(float(wrong.mean()))
            near = neighbor_shares(embeddings, given, 10)
            scores = scores_of(counts, given, {"strong": strong, "weak": weak, "neighbors": near})
            for method, score in scores.items():
                table.setdefault(method, []).append(
                    (found_within(score, wrong, 0.05), found_within(score, wrong, 0.10))
                )
            likely = confident_joint(given, strong).likely
            flagged = (likely >= 0) & (likely != given)
            hits = float((flagged & wrong).sum())
            flags.append((float(flagged.sum()), hits / float(flagged.sum()), hits / float(wrong.sum())))
        print(f"\nGiven: {name}; {np.mean(rates):.1%} of 10,000 are wrong\n")
        print("| score | errors found in 5 % | in 10 % | least, most in 5 % |\n| --- | --- | --- | --- |")
        for method, values in table.items():
            five, ten = np.mean(values, axis=0)
            each = [value for value, _ in values]
            print(f"| {method} | {five:.1%} | {ten:.1%} | {min(each):.1%}, {max(each):.1%} |")
        many, precision, recall = np.mean(flags, axis=0)
        print(
            f"\nConfident learning, strong model: {many:.0f} flagged, {precision:.0%} wrong, "
            f"{recall:.0%} of all errors"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
