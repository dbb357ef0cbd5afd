"""Label Studio's regions: results of one id as an annotation, or one for each of their labels."""

from collections.abc import Iterable, Iterator
from math import cos, pi, radians, sin
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Evidence, Relation
from labelwright.core.errors import LabelwrightError
from labelwright.core.shapes import (
    ABSENT,
    Box,
    Ellipse,
    Keypoint,
    Point,
    Points,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
    polygon_of,
)
from labelwright.formats import label_studio_rle
from labelwright.formats.extras import Extra, Ids, flags_of, relations_of, text_of_key
from labelwright.formats.fields import plain_attributes
from labelwright.formats.json_reading import LONGEST_REASON, number
from labelwright.formats.label_studio_config import YES, Config
from labelwright.formats.report import Fault

UNLABELED = "unlabeled"
MOST_KEYPOINTS = 10_000


def labels_of(result: Extra, config: Config) -> list[str]:
    """The categories that a result alone names."""
    value, meta = _dict(result.get("value")), _dict(result.get("meta"))
    if isinstance(meta.get("skeleton"), str):
        return [meta["skeleton"]]
    labels = _labels(value)
    if labels or result.get("type") == "relation":
        return labels
    if _is_drawn(value):
        is_question = any(key in value for key in ("choices", "text", "number", "rating", "taxonomy"))
        return [] if is_question or "labels" in str(result.get("type")) else [UNLABELED]
    name = str(result.get("from_name") or "")
    answers = _answer(result)
    if answers is None or config.attribute(name) != name:
        return []
    return list(answers) if _is_choice(result) and isinstance(answers, tuple) else [name] if name else []


class Regions:
    """The annotations of a picture, made of its results. With no size they are in shares of it."""

    def __init__(
        self,
        size: tuple[int, int],
        config: Config,
        at: tuple[str, str],
        faults: list[Fault],
        score: object = None,
    ) -> None:
        self.is_sized = all(size)
        self._size = size
        self._config, self._at, self._faults = config, at, faults
        self._score = score
        self._ids = Ids()

    def made(self, results: list[Extra]) -> list[Annotation]:
        """All annotations; what cannot be read is a fault."""
        regions: dict[str, list[Extra]] = {}
        bonds: list[Extra] = []
        for place, result in enumerate(results):
            if result.get("type") == "relation":
                bonds.append(result)
                continue
            meta = _dict(result.get("meta"))
            key = meta.get("one") or result.get("id")
            regions.setdefault(str(key) if isinstance(key, str | int) else f"\0{place}", []).append(result)
        parents = {str(r["parentID"]) for r in results if isinstance(r.get("parentID"), str)}
        found: list[Annotation] = []
        for place, (key, listed) in enumerate(regions.items(), 1):
            wished = None if key[:1] == "\0" else key
            try:
                found.extend(self._region(listed, wished, place, parents))
            except LabelwrightError as error:
                reason = error.message
            except (ValueError, TypeError, KeyError, OverflowError, IndexError) as error:
                reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            else:
                continue
            where = f"{self._at[1]}, result {wished or place}"
            self._faults.append(Fault(file=self._at[0], place=where, reason=reason[:LONGEST_REASON]))
        return _bound(found, bonds)

    def _region(
        self, results: list[Extra], wished: str | None, place: int, parents: set[str]
    ) -> Iterator[Annotation]:
        values = [_dict(result.get("value")) for result in results]
        metas = [_dict(result.get("meta")) for result in results]
        nothing: Extra = {}
        meta = next((entry for entry in metas if entry.keys() - {"one"}), nothing)
        if isinstance(meta.get("tags"), list):
            yield from self._tags(values[0], meta["tags"], place)
            return
        drawn = [n for n, value in enumerate(values) if _is_drawn(value)]
        if not drawn:
            for result in results:
                yield from self._answers(result, place)
            return
        shape = self._shape([values[n] for n in drawn], [metas[n] for n in drawn], meta)
        words = [word for value in values for word in _labels(value)]
        if isinstance(meta.get("skeleton"), str):
            words = [meta["skeleton"]]
        words = list(dict.fromkeys(words)) or [UNLABELED]
        parent = next((r["parentID"] for r in results if isinstance(r.get("parentID"), str)), None)
        uid = self._ids.take(wished, place)
        group = text_of_key(meta, "group_name") or parent
        group = group or (wished if wished in parents or len(words) > 1 else None)
        flags = flags_of(meta.get("flags"))
        if isinstance(meta.get("text"), list | str):
            text = cast("list[object] | str", meta["text"])
            flags["text"] = text if isinstance(text, str) else "\n".join(map(str, text))
        score = next((r["score"] for r in results if _is_number(r.get("score"))), self._score)
        made = Annotation(
            id=uid,
            category=words[0],
            shape=shape,
            attributes=self._attributes(results, meta),
            group=group,
            relations=relations_of(meta.get("relations")),
            flags=flags,
            evidence=Evidence(score=float(cast("float", score)) if _is_number(score) else None),
        )
        yield made
        for word in words[1:]:
            own = self._ids.take(f"{uid} {word}", place)
            yield msgspec.structs.replace(made, id=own, category=word)

    def _attributes(self, results: list[Extra], meta: Extra) -> dict[str, AttributeValue]:
        attributes = plain_attributes(_dict(meta.get("attributes")))
        for result in results:
            answer = _answer(result)
            if answer is None or _labels(_dict(result.get("value"))):
                continue
            control = str(result.get("from_name") or result.get("type") or "answer")
            if isinstance(answer, tuple):
                if control in self._config.yes_or_no and len(answer) == 1:
                    answer = answer[0] == YES
                elif len(answer) == 1 and control not in self._config.several:
                    answer = answer[0]
            attributes[self._config.attribute(control)] = answer
        return attributes

    def _tags(self, value: Extra, listed: list[Any], place: int) -> Iterator[Annotation]:
        words = [str(word) for word in value.get("choices") or ()]
        told: set[str] = set()
        for entry in listed:
            said = _dict(entry)
            word = said.get("category")
            if isinstance(word, str) and word in words:
                told.add(word)
                score = said.get("score")
                yield Annotation(
                    id=self._ids.take(said.get("uid"), place),
                    category=word,
                    attributes=plain_attributes(_dict(said.get("attributes"))),
                    group=text_of_key(said, "group_name"),
                    relations=relations_of(said.get("relations")),
                    flags=flags_of(said.get("flags")),
                    evidence=Evidence(score=float(cast("float", score)) if _is_number(score) else None),
                )
        for word in words:
            if word not in told:
                yield Annotation(id=self._ids.take(None, place), category=word)

    def _answers(self, result: Extra, place: int) -> Iterator[Annotation]:
        answer = _answer(result)
        name = str(result.get("from_name") or "")
        if answer is None or not name:
            raise ValueError(f"“{str(result.get('type'))[:60]}” is no region of a picture")
        score = result.get("score", self._score)
        evidence = Evidence(score=float(cast("float", score)) if _is_number(score) else None)
        if _is_choice(result) and isinstance(answer, tuple):
            for word in answer:
                yield Annotation(id=self._ids.take(None, place), category=word, evidence=evidence)
            return
        told = "\n".join(answer) if isinstance(answer, tuple) else answer
        uid = self._ids.take(None, place)
        yield Annotation(id=uid, category=name, attributes={"value": told}, evidence=evidence)

    def _shape(self, values: list[Extra], metas: list[Extra], meta: Extra) -> Shape:
        if isinstance(meta.get("skeleton"), str):
            return self._skeleton(values, metas, int(meta["count"]))
        value = values[0]
        is_dot = "x" in value and "height" not in value and "radiusX" not in value
        if is_dot:
            dots = [entry for entry in values if "choices" not in entry and "text" not in entry]
            dots = [entry for entry in dots if _labels(entry) or len(values) == 1] or [value]
            return Points(points=tuple(self._point(entry["x"], entry["y"]) for entry in dots))
        return self._one(value, meta)

    def _skeleton(self, values: list[Extra], metas: list[Extra], count: int) -> Skeleton:
        if not 0 < count <= MOST_KEYPOINTS:
            raise ValueError(f"a skeleton of {count} keypoints is none")
        keypoints = [Keypoint(0.0, 0.0, ABSENT)] * count
        for value, meta in zip(values, metas, strict=True):
            index = meta.get("index")
            if isinstance(index, int) and 0 <= index < count and _labels(value):
                x, y = self._point(value["x"], value["y"])
                keypoints[index] = Keypoint(x, y, int(meta.get("visibility", 2)))
        return Skeleton(keypoints=tuple(keypoints))

    def _one(self, value: Extra, meta: Extra) -> Shape:
        if "rle" in value:
            return label_studio_rle.unpack([int(byte) for byte in value["rle"]], *self._size)
        if "points" in value or "vertices" in value:
            listed: list[Any] = value.get("points") or value.get("vertices") or []
            points = tuple(self._point(*_pair(at)) for at in listed)
            is_line = value.get("closed") is False or len(points) == 2
            return Polyline(points=points) if is_line else polygon_of(points)
        turn = _angle(value)
        if turn and not self.is_sized:
            raise ValueError("it is turned, and its picture's size is not known")
        x, y = self._point(value["x"], value["y"])
        if "radiusX" in value:
            rx, ry = self._point(value["radiusX"], value["radiusY"])
            return Ellipse(x=x, y=y, rx=rx, ry=ry, angle=turn)
        wide, high = self._point(value["width"], value["height"])
        if turn or meta.get("kind") == "rotated_box":
            middle = x + wide / 2 * cos(turn) - high / 2 * sin(turn)
            return RotatedBox(
                x=middle,
                y=y + wide / 2 * sin(turn) + high / 2 * cos(turn),
                width=wide,
                height=high,
                angle=turn,
            )
        return Box(left=x, top=y, right=x + wide, bottom=y + high)

    def _point(self, x: object, y: object) -> Point:
        width, height = self._size if self.is_sized else (1, 1)
        return Point(number(x, "its x") / 100 * width, number(y, "its y") / 100 * height)


def _pair(at: Any) -> tuple[object, object]:  # noqa: ANN401  # JSON
    said = _dict(at)
    return (said["x"], said["y"]) if said else (at[0], at[1])


def _angle(value: Extra) -> float:
    turn = radians(number(value.get("rotation") or 0, "its rotation") % 360)
    return turn - 2 * pi if turn > pi else turn


def _is_drawn(value: Extra) -> bool:
    return "rle" in value or "points" in value or "vertices" in value or ("x" in value and "y" in value)


def _labels(value: Extra) -> list[str]:
    lists = [_listed(found) for key, found in value.items() if key.endswith("labels")]
    return [word for found in lists for word in found if isinstance(word, str) and word]


def _is_choice(result: Extra) -> bool:
    return result.get("type") in ("choices", "taxonomy")


def _answer(result: Extra) -> AttributeValue | None:
    """What was answered to a question about a region or a picture."""
    value = _dict(result.get("value"))
    for key in ("choices", "text", "taxonomy", "number", "rating", "datetime"):
        if key not in value:
            continue
        found = value[key]
        if key == "taxonomy" and isinstance(found, list):
            paths = cast("list[object]", found)
            return tuple(" / ".join(map(str, _listed(path))) for path in paths)
        if isinstance(found, list):
            return tuple(str(word) for word in cast("list[object]", found))
        if isinstance(found, str | bool | int | float):
            return (found,) if key == "choices" and isinstance(found, str) else found
    return None


def _listed(found: object) -> Iterable[object]:
    return cast("list[object]", found) if isinstance(found, list) else (found,)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _dict(found: object) -> Extra:
    return cast("Extra", found) if isinstance(found, dict) else {}


def _bound(found: list[Annotation], bonds: list[Extra]) -> list[Annotation]:
    known = {annotation.id: place for place, annotation in enumerate(found)}
    for bond in bonds:
        start, end = str(bond.get("from_id")), str(bond.get("to_id"))
        if bond.get("direction") == "left":
            start, end = end, start
        if start not in known or end not in known:
            continue
        labels = [
            word for word in _listed(bond.get("labels") or ["relation"]) if isinstance(word, str) and word
        ]
        made = tuple(Relation(kind=word, to=end) for word in labels or ["relation"])
        one = found[known[start]]
        new = tuple(relation for relation in made if relation not in one.relations)
        found[known[start]] = msgspec.structs.replace(one, relations=(*one.relations, *new))
    return found
