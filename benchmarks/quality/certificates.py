"""How honest certificates are, and how many audits they cost.

    python -m benchmarks.quality.certificates [--quick]

Every release is simulated or built of real votes (CIFAR-10H, ducks, bluebirds: the shared test data), then
audited to the end with the library's own bounds. A promise that is looked at after each verdict is broken
when the running bound is on the wrong side of the truth at any moment, so that is what is counted.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from labelwright.quality.acceptance import WaldTest, smallest_plan
from labelwright.quality.audit import SequentialAudit
from labelwright.quality.bounded_mean import BoundedMean
from labelwright.quality.bounds import clopper_pearson, clopper_pearson_upper, zero_error_size
from labelwright.quality.confidence_sequence import ErrorShare
from labelwright.quality.strata import neyman_shares, strata_of, stratified_interval
from labelwright.quality.stratified import StratifiedShare
from labelwright.quality.votes import Votes

DATA = Path(
    os.environ.get("LABELWRIGHT_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
VOTED = DATA / "multi_annotator"


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--quick", action="store_true", help="a tenth of the runs")
    runs = 100 if asked.parse_args().quick else 1000
    clean_sizes()
    simulated(runs)
    prices(runs)
    real_votes(runs)
    savings(runs // 4)


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print(f"\n## {title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")


def clean_sizes() -> None:
    rows = []
    for claim in (0.05, 0.02, 0.01, 0.005):
        cells: list[object] = [f"{claim:.1%}", zero_error_size(claim)]
        for population in (1_000, 10_000, 10_000_000):
            for tuning in ("clean", "steady"):
                audit = SequentialAudit(population, claim, tuning=tuning)
                while audit.state == "open":
                    audit.add(False)
                cells.append(audit.share.audited)
        rows.append(cells)
    head = ["claim", "least possible, endless"]
    head += [
        f"{tuning}, N = {size}"
        for size in ("1,000", "10,000", "10 million")
        for tuning in ("clean", "steady")
    ]
    table("Clean audits that prove a claim (95 %)", head, rows)


def simulated(runs: int) -> None:
    """Releases just bad enough that the claim is false, the worst case, and random ones."""
    rng = np.random.default_rng(5)
    rows = []
    for name, claim, excess in (("5 %, errors just above", 0.05, 1), ("1 %, errors just above", 0.01, 1)):
        for tuning in ("clean", "steady"):
            proved = broken = 0
            for _ in range(runs):
                population = int(rng.integers(500, 20_000))
                wrong = int(claim * population) + excess
                audit = SequentialAudit(population, claim, tuning=tuning)
                for verdict in drawn(rng, population, wrong, 1500):
                    audit.add(verdict)
                proved += audit.state == "proved"
                broken += audit.share.upper_count < wrong
            rows.append((f"{name}, {tuning}", f"{proved / runs:.1%}", f"{broken / runs:.1%}", "-"))
    refuted = above = below = 0
    for _ in range(runs):
        population = int(rng.integers(500, 20_000))
        wrong = int(population * rng.beta(1, 25))
        audit = SequentialAudit(population, wrong / population)
        for verdict in drawn(rng, population, wrong, 800):
            audit.add(verdict)
        refuted += audit.state == "refuted"
        above += audit.share.upper_count < wrong
        below += audit.share.lower_count > wrong
    rows.append(
        (
            "random releases, claim = truth",
            "(true)",
            f"{above / runs:.1%}",
            f"{below / runs:.1%}, refuted {refuted / runs:.1%}",
        )
    )
    peeked = 0
    for _ in range(runs):
        population, wrong, errors = 10_000, 501, 0
        for number, verdict in enumerate(drawn(rng, population, wrong, 1500), 1):
            errors += verdict
            if 0.05 * number > errors and _low_clopper(errors, number):
                peeked += 1
                break
    rows.append(("5 %: Clopper–Pearson looked at each time", f"{peeked / runs:.1%}", "-", "-"))
    table(
        f"{runs} simulated releases: how often 95 % is broken (allowed: 5 %)",
        ["releases", "false claim proved", "upper bound ever below the truth", "lower bound ever above it"],
        rows,
    )


_PASS = np.array([-1] * 1501)


def _low_clopper(errors: int, number: int) -> bool:
    """Whether so few errors bound the share by 5 %; the limits are found once."""
    if _PASS[59] < 0:
        for size in range(59, 1501):
            _PASS[size] = _PASS[size - 1] if size > 59 else 0
            while (clopper_pearson_upper(int(_PASS[size]) + 1, size) or 1) <= 0.05:
                _PASS[size] += 1
    return number >= 59 and errors <= _PASS[number]


def drawn(rng: np.random.Generator, population: int, wrong: int, first: int) -> list[bool]:
    """The first verdicts of a random draw without replacement."""
    places = rng.choice(population, size=min(first, population), replace=False)
    return (places < wrong).tolist()


def prices(runs: int) -> None:
    rng = np.random.default_rng(6)
    rows = []
    for claim in (0.05, 0.01):
        size, accept = smallest_plan(claim / 5, claim)
        for rate in (0.0, 0.1, 0.2, 0.3, 0.5):
            cells: list[object] = [f"{claim:.0%}", f"{rate * claim:.2%}"]
            for tuning in ("clean", "steady"):
                needed = []
                for _ in range(max(20, runs // 5)):
                    audit = SequentialAudit(20_000, claim, tuning=tuning)
                    verdicts = iter(drawn(rng, 20_000, round(rate * claim * 20_000), 20_000))
                    while audit.state == "open":
                        audit.add(next(verdicts))
                    needed.append(audit.share.audited)
                cells.append(f"{np.mean(needed):.0f} (median {np.median(needed):.0f})")
            cells += [
                f"{WaldTest(claim / 5, claim).run(rate * claim).average:.0f}",
                f"{size} ({accept} may be wrong)",
            ]
            rows.append(cells)
    table(
        "Audits until the claim is proved, N = 20,000",
        ["claim", "truth", "clean-first", "steady", "Wald, claim/5 against claim", "fixed plan for the same"],
        rows,
    )


def cifar(votes_each: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether the majority of so many votes is wrong; how likely a strong and a weak model find that."""
    lines = (VOTED / "cifar10h" / "human_counts.csv").read_text().splitlines()
    names = [name[2:] for name in lines[0].split(",")[3:]]
    cells = [line.split(",") for line in lines[1:]]
    truth = np.array([names.index(cell[1]) for cell in cells])
    counts = np.array([[int(value) for value in cell[3:]] for cell in cells])
    if votes_each:
        given = np.stack([rng.multivariate_hypergeometric(row, votes_each) for row in counts])
    else:
        given = counts
    answer = np.argmax(given + 1e-3 * rng.random(given.shape), axis=1)
    strong = np.load(VOTED / "cifar10h" / "crossval_pred_probs.npy")
    weak = np.load(VOTED / "cifar10h" / "weak_model_scores.npy")
    weak = np.exp(weak) / np.exp(weak).sum(1, keepdims=True) if weak.min() < 0 or weak.max() > 1 else weak
    wrong = answer != truth
    at = np.arange(len(truth))
    return wrong, 1 - strong[at, answer], 1 - weak[at, answer]


def crowd(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Whether the majority of a crowd's votes is wrong, and the share of votes against it."""
    folder = VOTED / name
    rows = [tuple(line.split(",")) for line in (folder / "annotations.csv").read_text().splitlines()[1:]]
    truth = dict(line.split(",") for line in (folder / "truth.csv").read_text().splitlines()[1:])
    votes = Votes.of([(row[0], row[1], row[2]) for row in rows])
    answer = votes.counts.argmax(1)
    wrong = np.array(
        [votes.categories[a] != truth[item] for a, item in zip(answer, votes.items, strict=True)]
    )
    return wrong, 1 - votes.counts.max(1) / votes.counts.sum(1)


def real_votes(runs: int) -> None:
    rng = np.random.default_rng(7)
    sets: list[tuple[str, np.ndarray, np.ndarray]] = []
    for votes_each in (1, 3, 0):
        wrong, strong, weak = cifar(votes_each, rng)
        name = f"CIFAR-10H, {votes_each or 'all'} vote{'s' if votes_each != 1 else ''}"
        sets += [(f"{name}, strong scores", wrong, strong), (f"{name}, weak scores", wrong, weak)]
    for name in ("ducks", "bluebirds"):
        sets.append((f"{name}, majority, share against", *crowd(name)))
    rows = []
    for name, wrong, scores in sets:
        truth, size = int(wrong.sum()), min(500, len(wrong) * 3 // 4)
        plan = planned(scores)
        broken = np.zeros(4, dtype=int)
        few = max(60, runs // 4)
        for number in range(runs):
            order = rng.permutation(len(wrong))[:size]
            simple = ErrorShare(len(wrong), 0.05, claim=max(truth - 1, 0) / len(wrong))
            for verdict in wrong[order]:
                simple.add(bool(verdict))
            broken += (simple.upper_count < truth, simple.lower_count > truth, 0, 0)
            if number < few:
                strata = stratified_run(rng, wrong, plan, size, 0.05)
                broken += (0, 0, strata.upper_count < truth, strata.lower_count > truth)
        shares = broken / (runs, runs, few, few)
        rows.append((name, len(wrong), f"{truth / len(wrong):.2%}", *(f"{share:.1%}" for share in shares)))
    table(
        f"Real votes: how often a 95 % bound is ever broken ({runs} audits; strata {max(60, runs // 4)})",
        [
            "votes and scores",
            "N",
            "wrong",
            "simple, above",
            "simple, below",
            "strata, above",
            "strata, below",
        ],
        rows,
    )


class Planned:
    """Strata of scores, fixed before any verdict: their members, guesses and shares of the audit."""

    def __init__(self, scores: np.ndarray, strata: int) -> None:
        of = np.array(strata_of(np.clip(scores, 0, 1).tolist(), strata))
        self.members = [np.flatnonzero(of == stratum) for stratum in range(of.max() + 1)]
        self.sizes = [len(members) for members in self.members]
        self.guesses = [float(np.clip(scores[members], 0, 1).mean()) for members in self.members]
        self.shares = neyman_shares(self.sizes, self.guesses)

    def counts(self, size: int) -> list[int]:
        """How many of an audit of this size each stratum gets."""
        ideal = np.array(self.shares) * size
        taken = np.minimum(np.maximum(np.floor(ideal).astype(int), 1), self.sizes)
        while taken.sum() < size:
            behind = np.where(taken < self.sizes, ideal - taken, -np.inf)
            taken[int(np.argmax(behind))] += 1
        return taken.tolist()


def planned(scores: np.ndarray, strata: int = 3) -> Planned:
    return Planned(scores, strata)


def stratified_run(
    rng: np.random.Generator, wrong: np.ndarray, plan: Planned, size: int, alpha: float
) -> StratifiedShare:
    share = StratifiedShare(plan.sizes, plan.guesses, alpha)
    taken = plan.counts(size)
    verdicts = [wrong[rng.permutation(members)[:n]] for members, n in zip(plan.members, taken, strict=True)]
    when = np.concatenate([(np.arange(n) + 0.5) / max(n, 1) for n in taken])
    which = np.repeat(np.arange(len(taken)), taken)
    flat = np.concatenate(verdicts)
    for place in np.argsort(when, kind="stable"):
        share.add(int(which[place]), bool(flat[place]))
    return share


def savings(runs: int) -> None:
    """Audits saved at the width of a simple audit of 500: fixed and running bounds, each with its like."""
    rng = np.random.default_rng(8)
    rows = []
    for votes_each in (1, 2, 3):
        wrong, strong, weak = cifar(votes_each, rng)
        truth = wrong.mean()

        def fixed_simple(size: int, wrong: np.ndarray = wrong) -> tuple[float, float]:
            found = clopper_pearson(int(rng.permutation(wrong)[:size].sum()), size)
            assert found is not None
            return found.lower, found.upper

        def running_simple(size: int, wrong: np.ndarray = wrong) -> tuple[float, float]:
            share = ErrorShare(len(wrong), 0.025, expected=0.05)
            for verdict in rng.permutation(wrong)[:size]:
                share.add(bool(verdict))
            return share.lower, share.upper

        for scored, scores in (("strong", strong), ("weak", weak)):
            plan = planned(scores)

            def fixed_strata(
                size: int, wrong: np.ndarray = wrong, plan: Planned = plan
            ) -> tuple[float, float]:
                taken = plan.counts(size)
                errors = [
                    int(rng.permutation(wrong[members])[:n].sum())
                    for members, n in zip(plan.members, taken, strict=True)
                ]
                found = stratified_interval(plan.sizes, taken, errors)
                assert found is not None
                return found.lower, found.upper

            def strata_run(size: int, wrong: np.ndarray = wrong, plan: Planned = plan) -> tuple[float, float]:
                share = stratified_run(rng, wrong, plan, size, 0.025)
                return share.lower, share.upper

            def guided(
                size: int, wrong: np.ndarray = wrong, scores: np.ndarray = scores
            ) -> tuple[float, float]:
                guesses = np.clip(scores, 0, 1)
                share = BoundedMean(len(wrong), 0.025, guess_mean=float(guesses.mean()))
                for place in rng.permutation(len(wrong))[:size]:
                    share.add(float(wrong[place]), float(guesses[place]))
                return share.lower, share.upper

            for kind, simple, sharper in (
                ("fixed size", fixed_simple, fixed_strata),
                ("running, strata", running_simple, strata_run),
                ("running, guesses", running_simple, guided),
            ):
                tries = runs if kind == "fixed size" else max(8, runs // 10)
                base, base_held = width(simple, 500, truth, tries)
                same, held = width(sharper, 500, truth, tries)
                size = equal_width(sharper, base, truth, max(8, tries // 2))
                rows.append(
                    (
                        f"{votes_each} vote{'s' if votes_each > 1 else ''} ({truth:.1%} wrong), {scored}",
                        kind,
                        f"{100 * base:.2f} ({base_held:.0%})",
                        f"{100 * same:.2f} ({held:.0%})",
                        f"{1 - (same / base) ** 2:.0%}",
                        size if size else "> 500",
                        f"{1 - size / 500:.0%}" if size else "none",
                    )
                )
    table(
        "CIFAR-10H: width of the 95 % interval in points (and how often it holds), simple against sharpened",
        [
            "votes and scores",
            "bounds",
            "simple, n = 500",
            "sharper, n = 500",
            "1 - width ratio²",
            "n of equal width",
            "saved",
        ],
        rows,
    )


def width(
    bounds: Callable[[int], tuple[float, float]], size: int, truth: float, tries: int
) -> tuple[float, float]:
    found = np.array([bounds(size) for _ in range(tries)])
    held = (found[:, 0] <= truth) & (truth <= found[:, 1])
    return float((found[:, 1] - found[:, 0]).mean()), float(held.mean())


def equal_width(
    bounds: Callable[[int], tuple[float, float]], wanted: float, truth: float, tries: int
) -> int | None:
    for size in range(150, 500, 25):
        if width(bounds, size, truth, tries)[0] <= wanted:
            return size
    return None


if __name__ == "__main__":
    main()
