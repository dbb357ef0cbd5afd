"""The studio's requests: next, save, hand in, and what happens when they come twice or too late."""

from typing import Any

import httpx
import msgspec
import pytest

from tests.api.conftest import V1, Api


@pytest.fixture
def project(api: Api) -> str:
    return api.world.project(items=3).id


@pytest.fixture
def ana(api: Api, project: str) -> httpx.Client:
    return api.person(api.world.person("ana", project=project))


def box(api: Api, **options: Any) -> dict[str, Any]:
    return msgspec.to_builtins(api.world.put(**options))


def take(client: httpx.Client, project: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"{V1}/projects/{project}/tasks/next", json=body)
    assert answer.status_code == 200
    return answer.json()


def test_an_envelope_has_everything_the_studio_needs(ana: httpx.Client, project: str) -> None:
    envelope = take(ana, project)

    assert envelope["task"]["stage"] == "annotate"
    assert envelope["item"]["image"] == f"{V1}/items/{envelope['item']['id']}/image"
    assert envelope["draft"] == {"revision": 0, "document": {"annotations": []}, "conflicts": []}
    assert [entry["id"] for entry in envelope["ontology"]["ontology"]["categories"]] == ["cell", "dirt"]
    assert ana.get(f"{V1}/tasks/{envelope['task']['id']}").json()["item"] == envelope["item"]


def test_when_nothing_waits_the_answer_is_empty(api: Api) -> None:
    project = api.world.project("Empty").id
    bob = api.person(api.world.person("bob", project=project))

    answer = bob.post(f"{V1}/projects/{project}/tasks/next", json={})

    assert (answer.status_code, answer.content) == (204, b"")


def test_operations_count_once_however_often_they_are_sent(api: Api, ana: httpx.Client, project: str) -> None:
    task = take(ana, project)["task"]["id"]
    body = {"since": 0, "operations": [box(api), box(api)]}

    answers = [ana.post(f"{V1}/tasks/{task}/operations", json=body).json() for _ in range(3)]

    assert [answer["revision"] for answer in answers] == [2, 2, 2]
    draft = ana.get(f"{V1}/tasks/{task}").json()["draft"]
    assert len(draft["document"]["annotations"]) == 2


def test_a_second_tab_gets_what_the_first_one_did(api: Api, ana: httpx.Client, project: str) -> None:
    task = take(ana, project)["task"]["id"]
    ana.post(f"{V1}/tasks/{task}/operations", json={"since": 0, "operations": [box(api)]})

    seen = ana.post(f"{V1}/tasks/{task}/operations", json={"since": 0, "operations": [box(api)]}).json()

    assert seen["revision"] == 2
    assert [operation["seq"] for operation in seen["operations"]] == [1]


def test_handing_in_twice_gives_the_same_submission(api: Api, ana: httpx.Client, project: str) -> None:
    task = take(ana, project)["task"]["id"]
    body = {"since": 0, "operations": [box(api)], "guideline_version": 1}

    first, second = (ana.post(f"{V1}/tasks/{task}/submission", json=body) for _ in range(2))

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert first.json()["item_state"] == "review"
    assert first.json()["annotations"] == 1


def test_annotations_that_break_the_ontology_are_each_named(
    api: Api, ana: httpx.Client, project: str
) -> None:
    task = take(ana, project)["task"]["id"]
    bad = box(api, category="ghost")

    answer = ana.post(f"{V1}/tasks/{task}/submission", json={"operations": [bad, box(api)]})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid.annotations")
    assert [fault["annotation"] for fault in answer.json()["errors"]] == [bad["annotation"]["id"]]


def test_a_task_that_somebody_holds_is_not_taken(api: Api, ana: httpx.Client, project: str) -> None:
    task = take(ana, project)["task"]["id"]
    ben = api.person(api.world.person("ben", project=project))

    held = ben.post(f"{V1}/tasks/{task}/lease")
    submitted = ben.post(f"{V1}/tasks/{task}/submission", json={})

    assert (held.status_code, held.json()["code"]) == (409, "task.lease_lost")
    assert (submitted.status_code, submitted.json()["code"]) == (409, "task.lease_lost")
    assert "ana" in held.json()["detail"]


def test_a_task_given_back_goes_to_the_next_person(api: Api, ana: httpx.Client, project: str) -> None:
    task = take(ana, project)["task"]["id"]
    ben = api.person(api.world.person("ben", project=project))

    assert ana.delete(f"{V1}/tasks/{task}/lease").status_code == 204
    assert take(ben, project)["task"]["id"] == task


def test_returned_work_comes_back_with_its_comment(api: Api, ana: httpx.Client, project: str) -> None:
    rita = api.person(api.world.person("rita", "reviewer", project))
    task = take(ana, project)["task"]["id"]
    ana.post(f"{V1}/tasks/{task}/submission", json={"operations": [box(api)]})

    review = take(rita, project, stage="review")["task"]["id"]
    verdict = {"verdict": "returned", "comment": "One cell is missing"}
    returned = rita.post(f"{V1}/tasks/{review}/submission", json=verdict)

    again = take(ana, project)
    assert returned.json()["item_state"] == "returned"
    assert again["task"]["comment"] == "One cell is missing"
    assert again["submission"]["author_name"] == "rita"


def test_a_stale_ontology_is_not_overwritten(api: Api, owner: httpx.Client, project: str) -> None:
    body = {"base": 1, "categories": [{"id": "cell", "name": "Blood cell"}]}
    first = owner.put(f"{V1}/projects/{project}/ontology", json=body)

    second = owner.put(f"{V1}/projects/{project}/ontology", json={**body, "categories": []})

    assert first.json()["version"] == 2
    assert (second.status_code, second.json()["code"]) == (409, "conflict.stale_version")
    kept = owner.get(f"{V1}/projects/{project}/ontology").json()
    assert [entry["name"] for entry in kept["ontology"]["categories"]] == ["Blood cell"]


def test_a_stale_brief_is_not_overwritten(owner: httpx.Client, project: str) -> None:
    body = {"base": 1, "brief": {"summary": "Boxes around cells"}}
    owner.put(f"{V1}/projects/{project}/brief", json=body)

    assert owner.put(f"{V1}/projects/{project}/brief", json=body).status_code == 409


def test_the_ontology_as_yaml_goes_out_and_comes_in(owner: httpx.Client, project: str) -> None:
    address = f"{V1}/projects/{project}/ontology.yaml"
    text = owner.get(address).text.replace("name: Cell", "name: Blood cell")

    tried = owner.put(f"{address}?dry_run=true&base=1", content=text.encode())
    saved = owner.put(f"{address}?base=1", content=text.encode())

    assert tried.json()["change"]["renamed"] == saved.json()["change"]["renamed"] == ["cell"]
    assert saved.json()["version"] == 2
    assert owner.put(f"{address}?base=1", content=text.encode()).status_code == 409


def test_lists_come_in_parts(api: Api, owner: httpx.Client, project: str) -> None:
    address = f"{V1}/projects/{project}/items?limit=2"

    first = owner.get(address).json()
    second = owner.get(f"{address}&cursor={first['next']}").json()

    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
    assert not {i["id"] for i in first["items"]} & {i["id"] for i in second["items"]}


def test_a_comment_holds_what_people_write(api: Api, ana: httpx.Client, project: str) -> None:
    item = take(ana, project)["item"]["id"]
    text = "<script>alert(1)</script> ünïcode 🐍 '; DROP TABLE items; --"

    made = ana.post(f"{V1}/items/{item}/issues", json={"text": text, "x": 3.5, "y": 4}).json()
    ana.post(f"{V1}/issues/{made['id']}/comments", json={"text": "yes"})
    resolved = ana.patch(f"{V1}/issues/{made['id']}", json={"state": "resolved"}).json()

    assert [comment["text"] for comment in resolved["comments"]] == [text, "yes"]
    assert resolved["state"] == "resolved"


def test_an_item_is_not_sent_back_to_somebody_who_is_nobody(
    api: Api, owner: httpx.Client, project: str
) -> None:
    item = owner.get(f"{V1}/projects/{project}/items").json()["items"][0]["id"]

    nobody = owner.post(f"{V1}/items/{item}/reopen", json={"to": "01900000-0000-7000-8000-000000000000"})
    ana = api.world.person("ana", project=project)
    sent = owner.post(f"{V1}/items/{item}/reopen", json={"to": ana.id, "comment": "please"})

    assert nobody.status_code == 404
    assert take(api.person(ana), project)["task"]["id"] == sent.json()["task"]


def test_a_conflict_its_steps_and_its_choice_travel_over_http(
    api: Api, ana: httpx.Client, project: str
) -> None:
    task = take(ana, project)["task"]["id"]
    made = box(api)
    name = made["annotation"]["id"]
    path = f"{V1}/tasks/{task}/operations"
    ana.post(path, json={"operations": [made]})

    def renamed(category: str, seen: int, **more: object) -> dict[str, object]:
        changed = box(api, category=category)
        changed["annotation"] = {**changed["annotation"], "id": name}
        return {**changed, "seen": seen, "fields": ["category"], **more}

    ana.post(path, json={"operations": [renamed("dirt", 1, step="s", title="Set category")]})
    answer = ana.post(path, json={"since": 1, "operations": [renamed("ghost", 1)]}).json()
    refused = ana.post(f"{V1}/tasks/{task}/submission", json={})
    steps = ana.get(f"{V1}/tasks/{task}/steps").json()
    aside = answer["conflicts"][0]["aside"][0]
    chosen = ana.post(path, json={"operations": [renamed("dirt", 3, settles=[aside["operation"]])]}).json()

    assert (answer["placed"][0]["seq"], answer["placed"][0]["clashes"]) == (3, [aside["operation"]])
    assert (aside["annotation"]["category"], aside["fields"]) == ("dirt", ["category"])
    assert (refused.status_code, refused.json()["code"]) == (409, "draft.conflicts")
    assert steps["done"][1]["title"] == "Set category"
    assert chosen["conflicts"] == []


def test_late_work_is_kept_and_brought_in_over_http(api: Api, ana: httpx.Client, project: str) -> None:
    first = take(ana, project)["task"]
    ana.post(f"{V1}/tasks/{first['id']}/submission", json={"operations": [box(api)]})
    late = {"operations": [box(api)], "late": True}
    kept = ana.post(f"{V1}/tasks/{first['id']}/operations", json=late).json()
    rita = api.person(api.world.person("rita", "reviewer", project))
    review = take(rita, project, stage="review")["task"]["id"]

    left = rita.get(f"{V1}/tasks/{review}/left").json()
    wanted = {"task": left[0]["task"], "member": left[0]["member"]}
    brought = rita.post(f"{V1}/tasks/{review}/left", json=wanted)
    again = rita.post(f"{V1}/tasks/{review}/left", json=wanted)

    assert kept["task"]["state"] == "submitted"
    assert [(work["member_name"], work["annotations"]) for work in left] == [("ana", 1)]
    assert (brought.status_code, brought.json()) == (200, {"annotations": 1})
    assert (again.status_code, again.json()["code"]) == (409, "conflict.wrong_state")
    draft = rita.get(f"{V1}/tasks/{review}").json()["draft"]["document"]["annotations"]
    assert len(draft) == 2
