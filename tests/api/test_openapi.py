"""The OpenAPI document is complete: whatever is sent, every answer is one it tells of, and none a 500."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode

from labelwright.api import openapi
from labelwright.api.app import specs
from tests.api.conftest import HERE, V1, Api
from tests.api.test_permissions import Place

EXAMPLES = 8
NOT_CALLED = {f"{V1}/projects/{{project}}/events"}  # never ends; tested in test_events
WANTED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)

load_all_checks()
CHECKED = [CHECKS.get_one(name) for name in WANTED]
DOCUMENT = openapi.document(specs())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations() if found.ok().path not in NOT_CALLED]


@pytest.fixture
def place(api: Api) -> Place:
    made = Place(api)
    made.project = api.world.project(self_review=True).id
    return made


@pytest.fixture(params=["owner", "annotator"])
def caller(request: pytest.FixtureRequest, place: Place) -> httpx.Client:
    """A client of an owner and of an annotator, with tokens that may do whatever they may."""
    world = place.api.world
    who = world.owner if request.param == "owner" else world.person("ana", project=place.project)
    return place.api.program(who, "admin")


def sent(case: Any, client: httpx.Client) -> httpx.Response:
    """What a generated request is answered."""
    arguments = case.as_transport_kwargs(base_url=HERE)
    request = httpx.Request(
        arguments["method"],
        arguments["url"],
        params=arguments.get("params") or None,
        headers={**dict(client.headers), **_plain(arguments.get("headers") or {})},
        json=arguments.get("json"),
        content=arguments.get("data") if isinstance(arguments.get("data"), bytes | str) else None,
    )
    return client.send(request)


def _plain(headers: dict[str, Any]) -> dict[str, str]:
    kept = ("content-type", "x-csrf-token", "idempotency-key", "accept")
    return {name: str(value) for name, value in headers.items() if name.lower() in kept}


def exercise(operation: Any, real: dict[str, str], client: httpx.Client) -> list[str]:
    """Send generated requests, good and bad, to one route; gives what was wrong with the answers."""
    faults: list[str] = []
    good, bad = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @given(case=st.one_of(good, bad), exists=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def try_it(case: Any, exists: bool) -> None:
        if exists and case.path_parameters:
            case.path_parameters = {**case.path_parameters, **real}
        answer = sent(case, client)
        try:
            case.validate_response(Response.from_httpx(answer, verify=True), checks=CHECKED)
        except FailureGroup as group:
            said = "; ".join(str(error) for error in group.exceptions)
            faults.append(f"{operation.method.upper()} {operation.path} {answer.status_code}: {said}"[:900])

    try_it()
    return faults


def test_every_answer_is_documented(place: Place, caller: httpx.Client) -> None:
    faults: list[str] = []
    for operation in OPERATIONS:
        names = [parameter.name for parameter in operation.path_parameters]
        real = {name: place.id_of(name, None) for name in names if name != "token"}
        faults += exercise(operation, real, caller)

    assert not faults, "\n\n".join(faults[:20])


def test_the_document_names_every_route_and_its_right(api: Api) -> None:
    served = api.nobody().get("/api/openapi.json").json()

    told = {(method.upper(), path) for path, methods in served["paths"].items() for method in methods}
    assert told == {(spec.method, spec.path) for spec in specs()}
    assert all(
        "x-right" in operation for methods in served["paths"].values() for operation in methods.values()
    )
    ids = [operation["operationId"] for methods in served["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


def test_no_page_loads_anything_from_elsewhere(api: Api) -> None:
    for path in ("/docs", "/api/docs", "/redoc"):
        answer = api.nobody().get(path)

        assert "cdn" not in answer.text
