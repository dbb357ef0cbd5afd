"""Label rules over HTTP: a refusal that leads to each place, and lists of offenders."""

from typing import Any

import httpx
import pytest

from labelwright.core.shapes import Box
from tests.api.conftest import V1, Api
from tests.api.test_work import box, take

SMALL = Box(left=1, top=2, right=4, bottom=12)
RULES: list[dict[str, Any]] = [
    {"id": "size", "kind": "minimum_size", "categories": ["cell"], "width": 5, "message": "No debris."},
    {"id": "clean", "kind": "count", "categories": ["dirt"], "at_least": 1, "severity": "warning"},
]


@pytest.fixture
def project(api: Api) -> str:
    return api.world.project(items=2, review=False).id


def save(client: httpx.Client, project: str, rules: list[dict[str, Any]], **query: Any) -> httpx.Response:
    view = client.get(f"{V1}/projects/{project}/ontology").json()
    body = {"base": view["version"], "categories": view["ontology"]["categories"], "rules": rules}
    return client.put(f"{V1}/projects/{project}/ontology", json=body, params=query)


def hand_in(api: Api, client: httpx.Client, project: str, **options: Any) -> httpx.Response:
    task = take(client, project)["task"]["id"]
    return client.post(f"{V1}/tasks/{task}/submission", json={"operations": [box(api, **options)]})


def test_rules_are_saved_with_the_ontology_and_stay_when_an_edit_does_not_name_them(
    owner: httpx.Client, project: str
) -> None:
    saved = save(owner, project, RULES).json()

    again = owner.put(
        f"{V1}/projects/{project}/ontology",
        json={"base": saved["version"], "categories": saved["ontology"]["categories"]},
    ).json()

    assert saved["change"]["rules"] is True
    assert again["ontology"]["rules"] == saved["ontology"]["rules"] == RULES


def test_a_refused_submission_lists_each_rule_with_its_place(
    api: Api, owner: httpx.Client, project: str
) -> None:
    save(owner, project, RULES)

    answer = hand_in(api, owner, project, annotation="tiny", box=SMALL)

    problem = answer.json()
    assert answer.status_code == 422
    assert problem["code"] == "invalid.rules"
    assert problem["remedy"].startswith("Go to each place")
    assert problem["errors"] == [
        {
            "fault": "No debris. (“Cell” is too small: width 3 (at least 5))",
            "rule": "size",
            "annotation": "tiny",
            "annotations": ["tiny"],
            "place": [1.0, 2.0, 4.0, 12.0],
        }
    ]


def test_a_submission_that_only_breaks_a_warning_passes_and_tells(
    api: Api, owner: httpx.Client, project: str
) -> None:
    save(owner, project, RULES)

    answer = hand_in(api, owner, project)

    assert answer.status_code == 201
    assert [(w["rule"], w["sentence"]) for w in answer.json()["warnings"]] == [
        ("clean", "“Dirt”: 0 marked, at least 1 wanted")
    ]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"id": "1", "kind": "smallest", "categories": ["cell"]}, "smallest"),
        ({"id": "1", "kind": "minimum_size", "categories": ["bike"], "width": 3}, "bike"),
        ({"id": "1", "kind": "minimum_size", "categories": ["cell"], "widht": 3}, "widht"),
        ({"id": "1", "kind": "count", "categories": ["cell"], "at_least": 1, "severity": "hint"}, "severity"),
    ],
)
def test_a_rule_that_makes_no_sense_is_named(
    owner: httpx.Client, project: str, rule: dict[str, Any], words: str
) -> None:
    answer = save(owner, project, [rule])

    assert answer.status_code == 422
    assert words in answer.text
    assert "rules" in answer.json()["place"]


def test_offenders_of_an_edit_and_of_what_is_saved(api: Api, owner: httpx.Client, project: str) -> None:
    hand_in(api, owner, project, annotation="tiny", box=SMALL)
    hand_in(api, owner, project)
    place = f"{V1}/projects/{project}/rules/offenders"

    before = owner.get(place).json()
    tried = owner.post(place, json={"base": 1, "rules": RULES[:1]}).json()
    save(owner, project, RULES[:1])
    after = owner.get(place, params={"rule": "size"}).json()

    assert before["items"] == []
    assert tried == after
    assert [(o["count"], o["broken"][0]["annotations"]) for o in after["items"]] == [(1, ["tiny"])]
    assert (after["looked_at"], after["total"], after["next"]) == (2, 2, None)


def test_offenders_ask_for_a_rule_that_is_there_and_a_current_version(
    owner: httpx.Client, project: str
) -> None:
    place = f"{V1}/projects/{project}/rules/offenders"

    assert owner.get(place, params={"rule": "size"}).json()["code"] == "invalid"
    assert owner.get(place, params={"cursor": "nowhere"}).status_code == 422
    assert owner.post(place, json={"base": 9, "rules": RULES}).json()["code"] == "conflict.stale_version"
    assert owner.post(place, json={"base": 1, "rules": RULES, "limit": 0}).status_code == 422
