"""The report of agreement: what it holds, by hand, and that what cannot be said is said to be so."""

import json

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.document import Annotation, Document
from labelwright.core.shapes import Box, Keypoint, Skeleton
from labelwright.quality.agreement import cohen_kappa, krippendorff_alpha
from labelwright.quality.agreement_report import METHODS, AgreementReport, agreement_report
from labelwright.quality.votes import Votes


def box(x, category="cat", wide=10, **attributes):
    shape = Box(left=x, top=0, right=x + wide, bottom=10)
    return Annotation(id=f"{category}{x}", category=category, shape=shape, attributes=attributes)


def tag(category, **attributes):
    return Annotation(id=category, category=category, attributes=attributes)


def said(*annotations):
    return Document(annotations=annotations)


def report(items, **more):
    return agreement_report(items, np.random.default_rng(0), resamples=200, **more)


def values(measures):
    return {name: measure.value for name, measure in measures.items()}


ITEMS = {
    "one": {"Ann": said(box(0), box(50, "dog")), "Bo": said(box(0), box(50, "fox")), "Cy": said(box(0))},
    "two": {"Ann": said(box(0)), "Bo": said(box(0)), "Cy": said(box(0), box(80))},
    "three": {"Ann": said(box(20)), "Bo": said()},
    "four": {"Ann": said(box(9))},
}


def test_a_report_of_shapes_by_hand() -> None:
    found = report(ITEMS, sizes=dict.fromkeys(ITEMS, (100, 100)))

    assert (found.people, found.items, found.compared) == (("Ann", "Bo", "Cy"), 4, 3)
    assert found.headline == "instance_alpha"
    # Things × people: cat cat cat; dog fox -; cat cat cat; - - cat; cat -
    table = [("a", "ccc"), ("b", "df-"), ("c", "ccc"), ("d", "--c"), ("e", "c-")]
    alpha = krippendorff_alpha(
        Votes.of((unit, str(at), answer) for unit, answers in table for at, answer in enumerate(answers))
    )
    assert found.overall["instance_alpha"].value == pytest.approx(alpha)
    assert found.overall["instance_alpha"].n == 3
    # Pairs: one: A-B 1 of 2+2, A-C 1 of 2+1, B-C 1 of 2+1; two: 1 of 2, 1 of 3, 1 of 3; three: 0 of 1
    assert found.overall["f1"].value == pytest.approx(2 * 6 / (4 + 3 + 3 + 2 + 3 + 3 + 1))
    assert found.overall["located_f1"].value == pytest.approx(2 * 7 / 19)
    assert values(found.overall)["mean_iou"] == values(found.overall)["boundary_iou"] == 1.0
    assert found.categories["fox"]["f1"].value == 0.0
    assert [(c.first, c.second, c.count) for c in found.confusions] == [("dog", "fox", 1)]
    assert [(pair.first, pair.second, pair.items) for pair in found.pairs] == [
        ("Ann", "Bo", 3),
        ("Ann", "Cy", 2),
        ("Bo", "Cy", 2),
    ]
    assert found.pairs[0].measures["f1"].value == pytest.approx(2 * 2 / 7)


def test_a_category_has_alpha_against_all_else() -> None:
    found = report(ITEMS)

    table = [("a", "ccc"), ("b", "xxx"), ("c", "ccc"), ("d", "xxc"), ("e", "cx")]
    votes = Votes.of((unit, str(at), answer) for unit, answers in table for at, answer in enumerate(answers))
    assert found.categories["cat"]["category_alpha"].value == pytest.approx(krippendorff_alpha(votes))
    assert found.categories["cat"]["category_alpha"].n == 3


def some_tags():
    chance = np.random.default_rng(3)
    names = ("day", "dusk", "night")
    truth = chance.integers(0, 3, 60)
    answers = np.where(chance.random((3, 60)) < 0.8, truth, chance.integers(0, 3, (3, 60)))
    items = {
        f"i{item}": {f"p{who}": said(tag(names[answers[who, item]])) for who in range(3)}
        for item in range(60)
    }
    votes = Votes.of((f"i{i}", f"p{w}", names[answers[w, i]]) for w in range(3) for i in range(60))
    return items, votes


def test_tags_have_the_numbers_of_their_votes() -> None:
    items, votes = some_tags()

    found = report(items)

    alpha = krippendorff_alpha(votes)
    assert found.headline == "tag_alpha"
    told = found.overall["tag_alpha"]
    assert told.value == pytest.approx(alpha)
    assert told.low < alpha < told.high
    assert (told.n, told.reason, told.level) == (60, None, 0.95)
    assert "tag_set_alpha" not in found.overall
    pair = found.pairs[1]
    assert pair.measures["tag_kappa"].value == pytest.approx(cohen_kappa(votes, pair.first, pair.second))
    day = Votes.of((item, who, str(answer == "day")) for item, who, answer in votes.rows())
    assert found.categories["day"]["category_alpha"].value == pytest.approx(krippendorff_alpha(day))


def test_several_tags_on_an_item_agree_in_part() -> None:
    items = {
        "one": {"Ann": said(tag("wet"), tag("day")), "Bo": said(tag("day"))},
        "two": {"Ann": said(), "Bo": said()},
        "three": {"Ann": said(tag("night")), "Bo": said(tag("night"))},
    }

    found = values(report(items).overall)

    assert found["tag_agreement"] == pytest.approx(2 / 3)
    assert found["tag_jaccard"] == pytest.approx((0.5 + 1) / 2)
    # Six answers: wet+day, day, -, -, night, night. Apart within items: 2 × 1/2; between any: see below.
    between = 2 * (0.5 + 2 * 1 + 2 * 1 + 2 * 1 + 2 * 1 + 4 * 1)
    assert found["tag_set_alpha"] == pytest.approx(1 - (1 / 6) / (between / 30))


def test_slices_are_reports_of_their_items() -> None:
    items, votes = some_tags()
    facts = {name: {"camera": "night" if at % 3 else "day"} for at, name in enumerate(items)}

    found = report(items, facts=facts)

    assert [(part.fact, part.value, part.items) for part in found.slices] == [
        ("camera", "day", 20),
        ("camera", "night", 40),
    ]
    chosen = np.array([facts[name]["camera"] == "day" for name in votes.items])
    alpha = krippendorff_alpha(votes.where(chosen[votes.item]))
    assert found.slices[0].measures["tag_alpha"].value == pytest.approx(alpha)


def test_attributes_are_compared_where_both_marked_the_thing() -> None:
    items = {
        f"i{at}": {
            "Ann": said(box(0, size=float(size), color=color, parts=("a", "b"))),
            "Bo": said(box(0, size=float(other), color=color, parts=("b", "a") if at else ("b",)), box(60)),
        }
        for at, (size, other, color) in enumerate([(1, 1, "red"), (2, 3, "blue"), (5, 5, "red")])
    }

    found = report(items).attributes

    values_ = [(f"i{at}", who, n) for at, row in enumerate(["11", "23", "55"]) for who, n in enumerate(row)]
    wanted = krippendorff_alpha(Votes.of((item, str(who), n) for item, who, n in values_), "interval")
    assert set(found) == {"cat/color", "cat/parts", "cat/size"}
    assert found["cat/size"]["attribute_alpha"].value == pytest.approx(wanted)
    assert found["cat/size"]["attribute_agreement"].value == pytest.approx(2 / 3)
    assert found["cat/color"]["attribute_alpha"].value == 1.0
    assert found["cat/parts"]["attribute_agreement"].value == pytest.approx(2 / 3)
    assert found["cat/parts"]["attribute_alpha"].n == 3


def test_two_people_and_one_category_have_no_alpha_and_are_told_why() -> None:
    # Everything is either in both or a disagreement: alpha would be 0 or less whatever they do.
    items = {
        f"i{at}": {"Ann": said(box(0), box(40)), "Bo": said(box(0), *([box(40)] if at else []))}
        for at in range(9)
    }

    found = report(items)

    told = found.overall["instance_alpha"]
    assert (told.value, told.low, found.headline) == (None, None, "f1")
    assert "nobody can agree that a thing is absent" in told.reason
    assert found.overall["f1"].value == pytest.approx(34 / 35)


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ({}, "No item was answered by two people."),
        ({"one": {"Ann": said(box(0), tag("x"))}}, "Only one person answered."),
        (
            {"one": {"Ann": said(tag("x"))}, "two": {"Bo": said(tag("x"))}},
            "No item was answered by two people.",
        ),
    ],
)
def test_where_nobody_met_nothing_has_a_value_and_a_reason_is_given(items, reason) -> None:
    found = report(items)

    assert (found.reason, found.compared, found.headline, found.pairs) == (reason, 0, None, ())
    for measure in [*found.overall.values(), *(m for c in found.categories.values() for m in c.values())]:
        assert (measure.value, measure.reason) == (None, reason)


def test_everyone_giving_the_same_tag_has_no_alpha_but_full_agreement() -> None:
    found = report({name: {who: said(tag("x")) for who in ("Ann", "Bo")} for name in "abc"}).overall

    assert found["tag_agreement"].value == 1.0
    assert (found["tag_alpha"].value, found["tag_ac1"].value) == (None, None)
    assert "everyone gave the same answer" in found["tag_alpha"].reason


def test_a_single_item_has_a_value_without_an_interval() -> None:
    found = report({"one": ITEMS["one"]}).overall["f1"]

    assert found.value is not None
    assert (found.low, found.high) == (None, None)
    assert "fewer than two items" in found.reason


def test_a_thousand_categories_are_told_apart() -> None:
    chance = np.random.default_rng(2)
    items = {
        f"i{at}": {
            who: said(*(box(20 * k, f"c{at * 3 + k}" if chance.random() < 0.8 else "c7") for k in range(3)))
            for who in ("Ann", "Bo", "Cy")
        }
        for at in range(340)
    }

    found = report(items, outlines=False)

    assert len(found.categories) > 1000
    assert found.overall["instance_alpha"].value == pytest.approx(0.66, abs=0.06)


def test_skeletons_are_compared_by_their_keypoints() -> None:
    def figure(dx):
        shape = Skeleton(keypoints=(Keypoint(10 + dx, 10), Keypoint(40, 80), Keypoint(70, 20)))
        return said(Annotation(id="s", category="person", shape=shape))

    found = report({"one": {"Ann": figure(0), "Bo": figure(2)}, "two": {"Ann": figure(0), "Bo": figure(0)}})

    assert 0.9 < found.overall["oks"].value < 1
    assert found.overall["boundary_iou"].value is None


def test_a_report_is_plain_json_and_every_number_is_explained() -> None:
    found = report(ITEMS, facts={"one": {"a": "b"}})

    told = json.loads(msgspec.json.encode(found))

    assert msgspec.json.decode(msgspec.json.encode(found), type=AgreementReport) == found
    assert set(told["overall"]) <= set(told["methods"])
    for entry in METHODS.values():
        assert all((entry.title, entry.formula, entry.explanation, entry.paper, entry.nothing))


def test_the_order_of_people_and_the_same_generator_make_no_difference() -> None:
    turned = {name: dict(reversed(documents.items())) for name, documents in ITEMS.items()}

    assert report(ITEMS) == report(turned) == report(ITEMS)


DOCUMENTS = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from("ab"), st.booleans()).map(
        lambda at: tag(at[1]) if at[2] else box(at[0] * 6, at[1], state=at[1] == "a")
    ),
    max_size=3,
).map(lambda entries: said(*entries))


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from("xyz"), st.dictionaries(st.sampled_from("AB C"), DOCUMENTS), max_size=3)
)
def test_no_number_leaves_its_bounds_and_none_has_a_reason(items) -> None:
    found = agreement_report(items, np.random.default_rng(0), resamples=40)

    parts = [found.overall, *found.categories.values(), *found.attributes.values()]
    parts += [part.measures for part in (*found.pairs, *found.slices)]
    for measure in (measure for part in parts for measure in part.values()):
        assert (measure.value is None) <= (measure.reason is not None)
        for number in (measure.value, measure.low, measure.high):
            assert number is None or np.isfinite(number)
            assert number is None or measure.method == "hausdorff95" or number <= 1 + 1e-9
