"""Neighbors: which items are most alike by their embeddings, and what those were given."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAREST = 10
AT_ONCE = 8_000_000  # similarities held in memory


def nearest(embeddings: NDArray[np.floating], count: int = NEAREST) -> tuple[Ints, Floats]:
    """For each row the `count` most alike other rows, the most alike first, and their cosines (n × count).

    There are fewer columns where there are fewer rows. Ties go to the lower row. A row of zeros is like
    nothing: cosine 0. It takes the square of the number of rows: a minute at some 100,000.
    """
    rows = np.asarray(embeddings, np.float32)
    total = len(rows)
    wide = min(count, max(total - 1, 0))
    places, cosines = np.zeros((total, wide), np.int64), np.zeros((total, wide))
    if not wide:
        return places, cosines
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = rows / np.where(lengths > 0, lengths, 1)
    step = max(1, AT_ONCE // total)
    for start in range(0, total, step):
        part = rows[start : start + step] @ rows.T
        part[np.arange(len(part)), np.arange(start, start + len(part))] = -np.inf
        # A few more than asked for, so that ties at the edge are decided by the row.
        some = min(total - 1, wide + 8)
        chosen = np.sort(np.argpartition(-part, some - 1, axis=1)[:, :some], axis=1)
        alike = np.take_along_axis(part, chosen, axis=1)
        order = np.argsort(-alike, axis=1, kind="stable")[:, :wide]
        places[start : start + step] = np.take_along_axis(chosen, order, axis=1)
        cosines[start : start + step] = np.take_along_axis(alike, order, axis=1)
    return places, cosines


def neighbor_shares(
    embeddings: NDArray[np.floating], given: Ints, categories: int, count: int = NEAREST
) -> Floats:
    """The share of each category among each item's neighbors (items × categories); the item itself is out.

    `given` are positions of categories, -1 for none: such a neighbor has no say. Where nobody has one the
    shares are even. Each share is drawn to the even one by one neighbor's worth.
    """
    places, _ = nearest(embeddings, count)
    shares = np.full((len(given), categories), 1 / max(categories, 1))
    for column in range(places.shape[1]):
        said = given[places[:, column]]
        speaking = np.flatnonzero(said >= 0)
        shares[speaking, said[speaking]] += 1.0
    return shares / shares.sum(axis=1, keepdims=True)
