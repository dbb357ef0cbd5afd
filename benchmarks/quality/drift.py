"""How soon a change in somebody's errors is noticed, at one false alarm in 2,000 answers; all simulated.

    python -m benchmarks.quality.drift [RUNS]

A person errs in 5 % of the answers, then from one answer on in 25 % (or 15 %). What the answers are held
against is gold (always right, on a share of them), and a soft reference of peers or a model that is right in
97 % of the cases. The false alarms are counted in runs without a change; the delay from the change to the
alarm in runs whose change lies at answer 200, where no alarm came before. Beside the CUSUM of
`quality/drift.py` stands a Bayesian online change point (Adams and MacKay 2007) on the same answers, its
threshold found by simulation at about the same rate of false alarms.
"""

import sys

import numpy as np
from numpy.typing import NDArray

from labelwright.quality.drift import (
    error_step,
    error_threshold,
    usual_error,
    watch_agreement,
    watch_pace,
)

Floats = NDArray[np.float64]
USUAL, LENGTH, CHANGE = 0.05, 2_000, 200
SETTINGS: list[tuple[str, list[tuple[float, float]]]] = [
    ("gold only, 5 % of answers", [(1.0, 0.05)]),
    ("gold only, 10 %", [(1.0, 0.10)]),
    ("soft reference on all", [(0.97, 1.0)]),
    ("gold 5 %, soft on the rest", [(1.0, 0.05), (0.97, 0.95)]),
    ("gold 10 %, soft on the rest", [(1.0, 0.10), (0.97, 0.90)]),
    ("gold 5 %, soft on half", [(1.0, 0.05), (0.97, 0.50)]),
    ("soft 90 % right, on all", [(0.90, 1.0)]),
]


def chances_of_being_wrong(
    references: list[tuple[float, float]], error: float, runs: int, rng: np.random.Generator
) -> Floats:
    """One answer of each run, as its chance of being wrong; 0.5 where there is no reference."""
    kinds = rng.choice(
        len(references) + 1,
        runs,
        p=[*(s for _, s in references), max(0.0, 1 - sum(s for _, s in references))],
    )
    right = np.array([*(r for r, _ in references), 0.5])[kinds]
    seen = rng.random(runs) < error * right + (1 - error) * (1 - right)
    return np.where(seen, right, 1 - right)


class Cusum:
    """Many runs of the CUSUM side by side."""

    def __init__(self, runs: int, worse: float) -> None:
        self.sums, self.worse = np.zeros(runs), worse

    def step(self, wrong: Floats) -> Floats:
        table = {float(q): error_step(float(q), USUAL, self.worse) for q in np.unique(wrong)}
        steps = np.array([table[float(q)] for q in wrong])
        self.sums = np.maximum(0.0, self.sums + steps)
        return self.sums

    def forget(self, which: NDArray[np.bool_]) -> None:
        self.sums[which] = 0.0


class BayesianChangePoint:
    """Adams and MacKay's run-length posterior with Beta rates; its statistic is the expected error now."""

    LONGEST, HAZARD = 150, 1 / 500

    def __init__(self, runs: int, worse: float) -> None:
        self.new = (8 * worse, 8 * (1 - worse))
        self.weights = np.zeros((runs, self.LONGEST))
        self.a, self.b = np.zeros_like(self.weights), np.ones_like(self.weights)
        self.forget(np.ones(runs, np.bool_))

    def forget(self, which: NDArray[np.bool_]) -> None:
        # The oldest run stands for "no change yet" and knows what is usual.
        self.weights[which] = 0.0
        self.weights[which, -1] = 1.0
        self.a[which], self.b[which] = 1.0, 1.0
        self.a[which, -1], self.b[which, -1] = 200 * USUAL, 200 * (1 - USUAL)

    def step(self, wrong: Floats) -> Floats:
        q = wrong[:, None]
        rate = self.a / (self.a + self.b)
        seen = rate * q + (1 - rate) * (1 - q)
        joint = self.weights * seen
        blame = rate * q / seen
        known = np.abs(2 * q - 1)  # an answer without a reference teaches nothing
        a, b = self.a + known * blame, self.b + known * (1 - blame)
        grown = joint * (1 - self.HAZARD)
        self.weights[:, 1:-1] = grown[:, :-2]
        self.weights[:, -1] = grown[:, -1] + grown[:, -2]
        self.weights[:, 0] = joint.sum(axis=1) * self.HAZARD
        self.weights /= self.weights.sum(axis=1, keepdims=True)
        self.a[:, 1:-1], self.b[:, 1:-1] = a[:, :-2], b[:, :-2]
        self.a[:, -1] = np.minimum(a[:, -1], 200 * USUAL)  # what is usual stays what it was
        self.b[:, -1] = np.minimum(b[:, -1], 200 * (1 - USUAL))
        self.a[:, 0], self.b[:, 0] = self.new
        return (self.weights * self.a / (self.a + self.b)).sum(axis=1)


Watcher = type[Cusum] | type[BayesianChangePoint]


def run_length(
    kind: Watcher, references: list[tuple[float, float]], worse: float, threshold: float, runs: int, seed: int
) -> float:
    """Answers from one false alarm to the next, where nothing changes."""
    rng, watcher, alarms, steps = np.random.default_rng(seed), kind(runs, worse), 0, 4_000
    for _ in range(steps):
        rung = watcher.step(chances_of_being_wrong(references, USUAL, runs, rng)) >= threshold
        alarms += int(rung.sum())
        watcher.forget(rung)
    return runs * steps / max(alarms, 1)


def delays(
    kind: Watcher, references: list[tuple[float, float]], worse: float, threshold: float, runs: int, seed: int
) -> Floats:
    """Answers from the change to the alarm; an alarm before the change is a false one and begins anew."""
    rng, watcher = np.random.default_rng(seed), kind(runs, worse)
    waits = np.full(runs, np.inf)
    for at in range(CHANGE + 1_500):
        error = USUAL if at < CHANGE else worse
        rung = watcher.step(chances_of_being_wrong(references, error, runs, rng)) >= threshold
        if at >= CHANGE:
            waits[rung & np.isinf(waits)] = at - CHANGE + 1
        watcher.forget(rung)
        if at >= CHANGE and not np.isinf(waits).any():
            break
    return waits


def threshold_by_simulation(references: list[tuple[float, float]], worse: float, runs: int) -> float:
    """The statistic of the Bayesian change point that rings once in LENGTH answers."""
    low, high = USUAL, 1.0
    for _ in range(9):
        middle = (low + high) / 2
        if run_length(BayesianChangePoint, references, worse, middle, runs, 3) >= LENGTH:
            high = middle
        else:
            low = middle
    return high


def estimated(references: list[tuple[float, float]], first: int, runs: int, seed: int) -> tuple[float, float]:
    """False alarms and median delay where what is usual is itself estimated from the first answers."""
    rng = np.random.default_rng(seed)
    thresholds: dict[float, float] = {}
    steps = np.zeros((2, runs))  # per run: what an answer adds that seems right, that seems wrong
    limits = np.zeros(runs)
    ((right, _),) = references
    for run in range(runs):
        past = chances_of_being_wrong(references, USUAL, first, rng)
        # Rounded, so that not every run needs a threshold of its own.
        usual = max(0.005, round(usual_error([float(q) for q in past]) * 200) / 200)
        if usual not in thresholds:
            thresholds[usual] = error_threshold(references, usual, usual + 0.2, LENGTH) or np.inf
        steps[:, run] = error_step(1 - right, usual, usual + 0.2), error_step(right, usual, usual + 0.2)
        limits[run] = thresholds[usual]
    sums, alarms, waits = np.zeros(runs), 0, np.full(runs, np.inf)
    for at in range(4_000 + 1_500):
        error = USUAL if at < 4_000 else 0.25
        wrong = chances_of_being_wrong(references, error, runs, rng) > 0.5
        sums = np.maximum(0.0, sums + np.where(wrong, steps[1], steps[0]))
        rung = sums >= limits
        alarms += int(rung.sum()) if at < 4_000 else 0
        if at >= 4_000:
            waits[rung & np.isinf(waits)] = at - 4_000 + 1
        sums[rung] = 0.0
    return runs * 4_000 / max(alarms, 1), float(np.median(waits))


def level_figures(past: int, runs: int) -> list[str]:
    """False alarms and median delays of the watches on seconds (log-normal) and on agreement (yes or no)."""
    rng = np.random.default_rng(11)
    alarms, waits = np.zeros(2), np.full((2, runs), np.inf)
    for run in range(runs):
        seconds, agreed = (
            rng.lognormal(2, 0.5, past).tolist(),
            (rng.random(past) < 0.9).astype(float).tolist(),
        )
        usual = rng.lognormal(2, 0.5, 3_000).tolist()
        alarms[0] += len(watch_pace(usual, seconds, "faster").alarms)
        alarms[1] += len(watch_agreement((rng.random(3_000) < 0.9).astype(float).tolist(), agreed).alarms)
        changed = (
            watch_pace(rng.lognormal(2 - np.log(2), 0.5, 500).tolist(), seconds, "faster"),
            watch_agreement((rng.random(500) < 0.6).astype(float).tolist(), agreed),
        )
        for at, watch in enumerate(changed):
            if watch.alarms:
                waits[at, run] = watch.alarms[0].at + 1
    every = [f"{runs * 3_000 / max(count, 1):,.0f}" for count in alarms]
    return [every[0], f"{np.median(waits[0]):.0f}", every[1], f"{np.median(waits[1]):.0f}"]


def main(runs: int) -> None:
    print("| references | errors | false alarm every | median delay | mean | p90 | Adams–MacKay median |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for worse in (0.25, 0.15):
        for name, references in SETTINGS:
            threshold = error_threshold(references, USUAL, worse, LENGTH)
            assert threshold is not None
            between = run_length(Cusum, references, worse, threshold, runs // 4, 1)
            waits = delays(Cusum, references, worse, threshold, runs, 2)
            bayes = "–"
            if name.startswith(("soft reference", "gold 5 %, soft on the rest")):
                rung_at = threshold_by_simulation(references, worse, 60)
                waited = np.median(delays(BayesianChangePoint, references, worse, rung_at, 400, 2))
                rings = run_length(BayesianChangePoint, references, worse, rung_at, 100, 5)
                bayes = f"{waited:.0f} (false every {rings:,.0f})"
            print(
                f"| {name} | 5 % → {worse:.0%} | {between:,.0f} | {np.median(waits):.0f} "
                f"| {np.mean(waits[np.isfinite(waits)]):.0f} | {np.quantile(waits, 0.9):.0f} | {bayes} |",
                flush=True,
            )
    print("\nWhat is usual is estimated from the first answers (soft reference on all, 5 % → 25 %):\n")
    print("| first answers | false alarm every | median delay |\n| --- | --- | --- |")
    for first in (30, 100, 300):
        between, waited = estimated([(0.97, 1.0)], first, runs, 7)
        print(f"| {first} | {between:,.0f} | {waited:.0f} |", flush=True)
    print("\nPace and agreement against a person's own past:\n")
    print(
        "| answers in the past | faster: false every | seconds halved: noticed after "
        "| less agreement: false every | 90 % → 60 %: noticed after |\n| --- | --- | --- | --- | --- |"
    )
    for past in (100, 200, 400):
        print("| " + " | ".join([str(past), *level_figures(past, 60)]) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
