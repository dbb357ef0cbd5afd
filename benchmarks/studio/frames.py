"""Frame times of a page while something moves: the median and the 95th percentile, in milliseconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

SECONDS = 3

FRAMES = """
([seconds, each]) => new Promise((done) => {
  const act = each ? new Function('t', 'n', each) : () => undefined;
  const times = [];
  const start = performance.now();
  let before = start;
  let n = 0;
  const frame = (now) => {
    times.push(now - before);
    before = now;
    act((now - start) / 1000, n++);
    if (now - start < seconds * 1000) requestAnimationFrame(frame);
    else done(times.slice(2).sort((a, b) => a - b));
  };
  requestAnimationFrame(frame);
})
"""


@dataclass(frozen=True)
class Frames:
    """What was measured; `count` frames in `SECONDS`."""

    median: float
    late: float
    count: int

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self.count / SECONDS


def frames(page: Page, each: str = "") -> Frames:
    """Measure while `each` (the body of a function of seconds `t` and frame `n`) runs once a frame."""
    times = page.evaluate(FRAMES, [SECONDS, each])
    return Frames(times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))], len(times))


def say(title: str, found: Frames, limit: Frames | None = None) -> None:
    """Print one line, with the ratio to an empty page's median."""
    beside = "" if limit is None else f"   {found.median / limit.median:6.2f} × an empty page"
    told = f"{title:46} p50 {found.median:7.1f} ms   p95 {found.late:7.1f} ms   {found.rate:5.1f} fps"
    print(told + beside, flush=True)


COLLECT = """
() => {
  window.benchmarkTimes = [];
  let before = performance.now();
  const frame = (now) => {
    window.benchmarkTimes?.push(now - before);
    before = now;
    if (window.benchmarkTimes) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
"""


def frames_while(page: Page, act: Callable[[float], None]) -> Frames:
    """Measure while `act` is called over and over from outside with the seconds since the start."""
    page.evaluate(COLLECT)
    begin = time.perf_counter()
    while (seconds := time.perf_counter() - begin) < SECONDS:
        act(seconds)
    times = page.evaluate(
        "() => { const t = window.benchmarkTimes; window.benchmarkTimes = null; return t; }"
    )
    times = sorted(times[2:])
    return Frames(times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))], len(times))
