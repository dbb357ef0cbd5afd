"""Draws scenes of every kind of shape and writes what the server finds broken in them.

The studio's tests read `rules-drawn.json` and have to find the same. To draw it anew after a rule was
changed on purpose: python -m tests.golden.draw_rules
"""

import json
import math
import random
from pathlib import Path
from typing import Any

import msgspec

from labelwright.core.document import Document
from labelwright.core.ontology import Ontology
from labelwright.quality.rule_check import broken_rules

FILE = Path(__file__).parent / "rules-drawn.json"
WIDTH, HEIGHT = 200, 100
KINDS = (
    "box", "rotated_box", "polygon", "polyline", "points", "ellipse", "mask", "skeleton", "cuboid",
)  # fmt: skip
CATEGORIES = [
    {
        "id": name,
        "name": name.title(),
        "shapes": list(KINDS),
        "skeleton": {"keypoints": [{"name": str(i), "x": 0.5, "y": i / 4} for i in range(5)]},
    }
    for name in ("a", "b")
]
RULES: list[dict[str, Any]] = [
    {"kind": "minimum_size", "categories": ["a"], "width": 8, "area": 120, "length": 20},
    {"kind": "maximum_size", "categories": ["a", "b"], "height": 30, "area": 600},
    {"kind": "must_touch", "categories": ["a"], "others": ["b"], "within": 2.5},
    {"kind": "must_not_overlap", "categories": ["a"], "others": ["a", "b"], "above": 0.1},
    {"kind": "must_not_overlap", "categories": ["b"], "others": ["b"], "above": 0.2, "of": "union"},
    {"kind": "inside", "categories": ["a", "b"], "image": True, "share": 0.95},
    {"kind": "inside", "categories": ["a"], "others": ["b"], "share": 0.3},
    {"kind": "count_inside", "categories": ["a"], "others": ["b"], "at_least": 1, "at_most": 2},
    {"kind": "no_self_crossing", "categories": ["a", "b"]},
    {"kind": "at_least_points", "categories": ["a", "b"], "points": 5},
]


def shape(rng: random.Random, kind: str) -> dict[str, Any]:
    """Any shape of a kind."""
    x, y = round(rng.uniform(-5, 180), 2), round(rng.uniform(-5, 90), 2)
    w, h = round(rng.uniform(4, 45), 2), round(rng.uniform(4, 35), 2)
    spots = [[round(x + rng.uniform(0, w), 2), round(y + rng.uniform(0, h), 2)] for _ in range(5)]
    around = [
        [
            round(x + w * (1 + math.cos(t)) / 2, 2),
            round(y + h * (1 + math.sin(t)) / 2 * rng.uniform(0.7, 1), 2),
        ]
        for t in (2 * math.pi * i / 9 for i in range(9))
    ]
    match kind:
        case "box":
            made = {"left": x, "top": y, "right": x + w, "bottom": y + h}
        case "rotated_box":
            made = {"x": x, "y": y, "width": w, "height": h, "angle": round(rng.uniform(0, 3), 2)}
        case "polygon":
            made = {"parts": [[spots if rng.random() < 0.4 else around]]}
        case "polyline" | "points":
            made = {"points": spots}
        case "ellipse":
            made = {"x": x, "y": y, "rx": w / 2, "ry": h / 2, "angle": round(rng.uniform(0, 3), 2)}
        case "mask":
            width, height = int(w), int(h)
            cuts = sorted(rng.sample(range(1, width * height), min(7, width * height - 1)))
            runs = [b - a for a, b in zip([0, *cuts], [*cuts, width * height], strict=True)]
            made = {"left": int(x), "top": int(y), "width": width, "height": height, "runs": runs}
        case "skeleton":
            made = {"keypoints": [[*spot, rng.choice((0, 1, 2, 2))] for spot in spots[:4]] + [[x, y, 2]]}
        case _:
            front = [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]
            made = {"front": front, "back": [[px + 6.5, py - 4.25] for px, py in front]}
    return {"kind": kind, **made}


def drawn() -> dict[str, Any]:
    """The table: cases as drawn, with what is broken in them."""
    cases: list[dict[str, Any]] = []
    rules = [{"id": str(i), **rule} for i, rule in enumerate(RULES)]
    for number in range(36):
        rng = random.Random(number)  # drawn, not secret
        annotations = [
            {
                "id": str(i),
                "category": rng.choice("ab"),
                "shape": shape(rng, KINDS[(number + i) % len(KINDS)]),
            }
            for i in range(9)
        ]
        ontology = msgspec.convert({"categories": CATEGORIES, "rules": rules}, Ontology)
        document = msgspec.convert({"annotations": annotations}, Document)
        found = broken_rules(document, ontology, WIDTH, HEIGHT)
        broken: list[dict[str, Any]] = [
            {"annotations": [], "place": None, **msgspec.to_builtins(b), "severity": b.severity}
            for b in found
        ]
        cases.append({"name": f"drawn {number}", "annotations": annotations, "broken": broken})
    return {"categories": CATEGORIES, "relations": [], "rules": rules, "cases": cases}


if __name__ == "__main__":
    table = drawn()
    cases = ",\n".join(json.dumps(case, ensure_ascii=False) for case in table.pop("cases"))
    FILE.write_text(json.dumps(table, ensure_ascii=False)[:-1] + f', "cases": [\n{cases}\n]}}\n')
