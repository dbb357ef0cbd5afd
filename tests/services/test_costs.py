"""The cost ledger adds up, rework and people without a rate are named, and a missing forecast says why."""

import pytest
from sqlalchemy import insert, update

from labelwright.core.errors import Forbidden, InvalidInput
from labelwright.core.rates import Rates
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import documents, drafts, items, jobs
from tests.services.conftest import World


def submit(world: World, who, task: str, *operations, **options):
    world.services.queue.hold(who, task)
    return world.services.submissions.submit(who, task, Submitting(operations=operations, **options))


def annotate(world: World, project: str, who, *categories: str) -> str:
    task = world.services.queue.next(who, project, "annotate")
    submit(world, who, task, *(world.put(category=category) for category in categories))
    return task


def review(world: World, project: str, who, **options) -> None:
    task = world.services.queue.next(who, project, "review")
    submit(world, who, task, *options.pop("operations", ()), **options)


def lines(table) -> dict:
    return {line.name: line for line in table}


def test_without_rates_the_ledger_speaks_of_time_alone(world: World) -> None:
    project = world.project(items=2)
    ana = world.person("ana", project=project.id)
    annotate(world, project.id, ana, "cell", "cell", "dirt")

    view = world.services.costs.ledger(world.owner, project.id)

    assert (view.priced, view.total, view.each) == (False, None, None)
    assert view.seconds == pytest.approx(4.5)
    assert lines(view.by_category)["cell"].seconds == pytest.approx(3.0)
    assert lines(view.by_category)["dirt"].seconds == pytest.approx(1.5)
    assert view.seconds_each is None  # nothing is accepted yet
    assert lines(view.by_category)["cell"].each is None


def test_every_table_adds_up_to_the_total(world: World) -> None:
    project = world.project(items=3)
    ana, rob = world.person("ana", project=project.id), world.person("rob", "reviewer", project.id)
    for _ in range(3):
        annotate(world, project.id, ana, "cell", "cell", "dirt")
    review(world, project.id, rob, verdict="accepted", operations=(world.put(category="dirt"),))
    world.services.costs.set_rates(
        world.owner, project.id, Rates(currency="€", roles={"annotator": 1000 / 3, "reviewer": 777.7})
    )

    view = world.services.costs.ledger(world.owner, project.id)

    assert view.total == pytest.approx((13.5 * 1000 / 3 + 1.5 * 777.7) / 3600, abs=0.005)
    for table in (view.by_category, view.by_stage, view.by_kind):
        assert round(sum(line.cost or 0 for line in table), 2) == view.total
        assert sum(line.seconds for line in table) == pytest.approx(view.seconds)
    assert round(sum(cell.value for cell in view.cells), 2) == view.total
    assert view.accepted == 4
    assert lines(view.by_category)["dirt"].accepted == 2
    assert view.each == pytest.approx(view.total / 4, abs=0.002)


def test_work_that_came_back_is_rework(world: World) -> None:
    project = world.project(items=1)
    ana, rob = world.person("ana", project=project.id), world.person("rob", "reviewer", project.id)
    annotate(world, project.id, ana, "cell", "cell")
    review(world, project.id, rob, verdict="returned", comment="again")
    annotate(world, project.id, ana, "cell")

    view = world.services.costs.ledger(world.owner, project.id)

    assert lines(view.by_kind)["rework"].seconds == pytest.approx(1.5)
    assert view.rework_share == pytest.approx(1.5 / 4.5)


def test_what_is_not_handed_in_counts_too(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    task = world.services.queue.next(ana, project.id, "annotate")
    world.services.drafts.append(ana, task, 0, [world.put()])

    view = world.services.costs.ledger(world.owner, project.id)

    assert view.seconds == pytest.approx(1.5)
    assert lines(view.by_category)[None].seconds == pytest.approx(1.5)


def test_who_has_no_rate_is_named(world: World) -> None:
    project = world.project(items=2)
    ana, ben = world.person("ana", project=project.id), world.person("ben", project=project.id)
    annotate(world, project.id, ana, "cell")
    annotate(world, project.id, ben, "cell")
    world.services.costs.set_rates(world.owner, project.id, Rates(members={ana.id: 3600}))

    view = world.services.costs.ledger(world.owner, project.id)

    assert view.unpriced == ["ben"]
    assert view.total == 1.5


def test_the_rate_of_a_member_goes_before_the_one_of_the_role(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    annotate(world, project.id, ana, "cell")
    world.services.costs.set_rates(
        world.owner, project.id, Rates(members={ana.id: 7200}, roles={"annotator": 3600})
    )

    assert world.services.costs.ledger(world.owner, project.id).total == 3.0


def test_the_machine_has_its_own_rate(world: World) -> None:
    project = world.project(items=1)
    row = {"kind": "import", "state": "done", "args": {}, "created_by": world.owner.id}
    times = {"created_at": "2026-01-01T00:00:00.000Z", "started_at": "2026-01-01T00:00:00.000Z"}
    world.context.database.write(
        lambda tx: tx.execute(
            insert(jobs).values(
                id=world.context.new_id(),
                project_id=project.id,
                finished_at="2026-01-01T00:30:00.000Z",
                **row,
                **times,
            )
        )
    )
    world.services.costs.set_rates(world.owner, project.id, Rates(machine=4))

    view = world.services.costs.ledger(world.owner, project.id)

    assert view.total == 2.0
    assert lines(view.by_kind)["compute"].cost == 2.0
    assert (view.seconds, view.machine_seconds) == (0, 1800)


@pytest.mark.parametrize(
    ("rates", "place"),
    [
        (Rates(roles={"boss": 1}), "roles.boss"),
        (Rates(members={"x": -1}), "members.x"),
        (Rates(machine=float("nan")), "machine"),
        (Rates(currency="much too long a name"), "currency"),
    ],
)
def test_rates_that_are_none_are_refused(world: World, rates: Rates, place: str) -> None:
    project = world.project()

    with pytest.raises(InvalidInput) as refused:
        world.services.costs.set_rates(world.owner, project.id, rates)

    assert refused.value.place == place


def test_rates_come_back_and_are_for_managers_alone(world: World) -> None:
    project = world.project()
    rob = world.person("rob", "reviewer", project.id)
    rates = Rates(currency="NT$", members={rob.id: 400.0}, roles={"annotator": 300.0}, machine=12.5)

    world.services.costs.set_rates(world.owner, project.id, rates)
    world.services.costs.set_rates(world.owner, project.id, rates)

    assert world.services.costs.rates(world.owner, project.id) == rates
    for ask in (world.services.costs.rates, world.services.costs.ledger, world.services.costs.forecast):
        with pytest.raises(Forbidden):
            ask(rob, project.id)


def worked(world: World, project: str, days: list[tuple[str, int]]) -> None:
    """Items finished on days past, each with an hour of work."""

    added = [(day, world.add_items(project, number)) for day, number in days]

    def work(tx) -> None:
        for day, made in added:
            for item in made:
                document, moment = world.context.new_id(), f"{day}T12:00:00.000Z"
                facts = {"kind": "submission", "stage": "annotate", "author": world.owner.id}
                rest = {"ontology_version": 1, "annotations": 1, "categories": {"cell": 1}}
                tx.execute(
                    insert(documents).values(
                        id=document,
                        project_id=project,
                        item_id=item,
                        created_at=moment,
                        seconds=3600.0,
                        sha256="0" * 64,
                        body=b"{}",
                        **facts,
                        **rest,
                    )
                )
                tx.execute(update(items).where(items.c.id == item).values(state="done", document_id=document))

    world.context.database.write(work)


def test_a_forecast_goes_on_from_the_days_that_were(world: World, monkeypatch) -> None:
    project = world.project()
    days = [f"2026-03-{day:02d}" for day in range(2, 16)]
    worked(world, project.id, [(day, 2) for day in days])
    world.add_items(project.id, 20)
    monkeypatch.setattr(type(world.context), "now", lambda _: "2026-03-16T08:00:00.000Z")
    world.services.costs.set_rates(world.owner, project.id, Rates(roles={"owner": 10}))

    view = world.services.costs.forecast(world.owner, project.id)

    assert (view.items, view.done, view.left) == (48, 28, 20)
    assert view.forecast is not None
    assert view.forecast.per_day == pytest.approx(2)
    assert view.forecast.middle == "2026-03-25"  # ten more days of two items
    assert view.forecast.seconds.middle == pytest.approx(20 * 3600)
    assert view.forecast.cost is not None
    assert view.forecast.cost.middle == pytest.approx(200)
    assert view.forecast == world.services.costs.forecast(world.owner, project.id).forecast
    assert world.services.costs.forecast(world.owner, project.id, 0.75).left == 8


def test_a_forecast_that_is_none_says_why(world: World) -> None:
    project = world.project(items=2)

    none = world.services.costs.forecast(world.owner, project.id)
    empty = world.services.costs.forecast(world.owner, world.project("Empty").id)

    assert none.forecast is None
    assert "three days" in (none.reason or "")
    assert empty.reason == "The target is reached."
    with pytest.raises(InvalidInput):
        world.services.costs.forecast(world.owner, project.id, 0)


def test_a_draft_of_work_handed_in_does_not_count_twice(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    task = annotate(world, project.id, ana, "cell")

    def kept(tx) -> list:
        return tx.execute(drafts.select().where(drafts.c.task_id == task)).all()

    assert all(row.document_id for row in world.context.database.read(kept))
    assert world.services.costs.ledger(world.owner, project.id).seconds == pytest.approx(1.5)
