"""Codes of errors of a project's own: kept by managers, named by reviewers, never lost."""

import pytest

from labelwright.core.error_codes import OwnCode
from labelwright.core.errors import Forbidden, InvalidInput, NotFound
from labelwright.core.operations import Judge
from labelwright.core.workflow import Workflow
from labelwright.services.error_codes import CodeChange, known_codes
from labelwright.services.submissions import Submitting
from tests.services.conftest import World

MIRRORED = OwnCode(code="mirrored", title="Left and right swapped", severe=True)


def handed_in(world: World, project: str):
    ana = world.person("ana", project=project)
    task = world.services.queue.next(ana, project)
    mark = world.put()
    world.services.submissions.submit(ana, task, Submitting(operations=(mark,)))
    return ana, mark.annotation["id"] if isinstance(mark.annotation, dict) else mark.annotation.id


def judged(world: World, annotation: str, code: str) -> Judge:
    return Judge(
        id=world.context.new_id(),
        at=world.context.clock(),
        annotation=annotation,
        verdict="returned",
        errors=(code,),
    )


def test_a_code_that_a_manager_added_is_named_in_a_review_and_counted(world: World) -> None:
    project = world.project(items=1)
    world.services.error_codes.add(world.owner, project.id, MIRRORED)
    ana, mark = handed_in(world, project.id)
    rev = world.person("rev", "reviewer", project.id)
    task = world.services.queue.next(rev, project.id, "review")

    sent = Submitting(operations=(judged(world, mark, "mirrored"),), verdict="returned")
    world.services.submissions.submit(rev, task, sent)

    report = world.services.quality.people(world.owner, project.id)
    assert next(one for one in report.people if one.member == ana.id).codes == {"mirrored": 1}


def test_a_code_that_nobody_added_is_refused_with_those_there_are(world: World) -> None:
    project = world.project(items=1)
    world.services.error_codes.add(world.owner, project.id, MIRRORED)
    _, mark = handed_in(world, project.id)
    rev = world.person("rev", "reviewer", project.id)
    task = world.services.queue.next(rev, project.id, "review")

    with pytest.raises(InvalidInput, match="no error code “bogus”") as refused:
        world.services.drafts.append(rev, task, 0, [judged(world, mark, "bogus")])

    assert "mirrored" in str(refused.value.remedy)


def test_a_retired_code_is_no_longer_offered_but_work_that_named_it_is_taken(world: World) -> None:
    project = world.project(items=1)
    codes = world.services.error_codes
    codes.add(world.owner, project.id, MIRRORED)
    _, mark = handed_in(world, project.id)
    rev = world.person("rev", "reviewer", project.id)
    task = world.services.queue.next(rev, project.id, "review")

    after = codes.change(world.owner, project.id, "mirrored", CodeChange(retired=True))
    world.services.drafts.append(rev, task, 0, [judged(world, mark, "mirrored")])

    assert [one.retired for one in after if one.code == "mirrored"] == [True]


def test_a_new_title_keeps_the_code_and_what_was_found_by_it(world: World) -> None:
    project = world.project()
    codes = world.services.error_codes
    codes.add(world.owner, project.id, MIRRORED)

    after = codes.change(world.owner, project.id, "mirrored", CodeChange(title="Mirror image"))

    assert [(one.code, one.title, one.severe) for one in after if one.own] == [
        ("mirrored", "Mirror image", True)
    ]
    assert world.context.database.read(lambda tx: known_codes(tx, project.id)) == after


def test_a_workflow_that_leaves_a_code_out_retires_it(world: World) -> None:
    project = world.project()
    world.services.error_codes.add(world.owner, project.id, MIRRORED)

    world.services.projects.update(world.owner, project.id, workflow=Workflow())

    own = [one for one in world.services.error_codes.of(world.owner, project.id) if one.own]
    assert [(one.code, one.retired) for one in own] == [("mirrored", True)]


@pytest.mark.parametrize(
    "code",
    [
        OwnCode(code="extra", title="Another"),
        OwnCode(code="mirrored", title="The same code"),
        OwnCode(code="other", title="left and right SWAPPED"),
        OwnCode(code="loose", title="Loose shape"),
        OwnCode(code="blank", title="  "),
    ],
    ids=["usual code", "own code", "own title", "usual title", "no title"],
)
def test_codes_and_titles_are_taken_once(world: World, code: OwnCode) -> None:
    project = world.project()
    world.services.error_codes.add(world.owner, project.id, MIRRORED)

    with pytest.raises(InvalidInput):
        world.services.error_codes.add(world.owner, project.id, code)


def test_only_managers_keep_codes_and_the_usual_ones_stay(world: World) -> None:
    project = world.project()
    rev = world.person("rev", "reviewer", project.id)
    codes = world.services.error_codes

    with pytest.raises(Forbidden):
        codes.add(rev, project.id, MIRRORED)
    with pytest.raises(InvalidInput, match="code of every project"):
        codes.change(world.owner, project.id, "extra", CodeChange(title="Too much"))
    with pytest.raises(NotFound):
        codes.change(world.owner, project.id, "nothing", CodeChange(title="Nothing"))
    codes.add(world.owner, project.id, MIRRORED)
    with pytest.raises(InvalidInput, match="not right"):
        codes.change(world.owner, project.id, "mirrored", CodeChange(title="x" * 200))
