"""Object keypoint similarity as COCO defines it: a true skeleton, and how near another comes to it.

`iou.oks` is the symmetric one, for two people of whom neither is the truth.

Lin et al., Microsoft COCO (2014); the keypoint task's evaluation page has the formula and the sigmas.
"""

from collections.abc import Sequence
from math import exp

from labelwright.core.shapes import ABSENT, Skeleton
from labelwright.quality.iou import PEN, SIGMA

COCO_SIGMAS = (
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072,
    0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089,
)  # fmt: skip
"""How far people differ about each of the 17 keypoints of a person, from COCO's own study."""


def coco_oks(
    true: Skeleton, other: Skeleton, *, sigmas: Sequence[float] | None = None, area: float | None = None
) -> float | None:
    """The mean likeness of the keypoints that the true skeleton has.

    `sigmas` is one a keypoint, otherwise 0.067 for all; `area` that of the true thing in square pixels,
    otherwise of the box around its keypoints. A keypoint that the other lacks counts as 0. None for
    skeletons of unlike templates.
    """
    count = len(true.keypoints)
    if count != len(other.keypoints) or (sigmas is not None and len(sigmas) != count):
        return None
    left, top, right, bottom = true.bounds
    size = area if area else (right - left + 2 * PEN) * (bottom - top + 2 * PEN)
    found: list[float] = []
    for at, (one, two) in enumerate(zip(true.keypoints, other.keypoints, strict=True)):
        if one.visibility == ABSENT:
            continue
        if two.visibility == ABSENT:
            found.append(0.0)
            continue
        away = (one.x - two.x) ** 2 + (one.y - two.y) ** 2
        spread = 2 * size * (2 * (SIGMA if sigmas is None else sigmas[at])) ** 2
        found.append(exp(-away / spread))
    return sum(found) / len(found)
