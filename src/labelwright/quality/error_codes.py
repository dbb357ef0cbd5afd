"""Error codes: the commonest errors with examples, pairs of categories that get confused, and scorecards.

A reviewer who returns an annotation says what is wrong with it by a code: missing, extra, wrong_category,
loose_shape, wrong_attribute, or one of the project's own. Everything here counts such codes. Shares have
intervals of Clopper and Pearson (Biometrika 1934), because one error in three annotations is no rate.

**The live warning**: while somebody picks category a, it is said that a is often taken for b, if at least
five annotations of a were found to be b, and if their share is surely (lower bound of 90 %) at least 5 %.
Only then: a warning that comes without reason is soon no longer read.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from labelwright.quality.bounds import clopper_pearson, clopper_pearson_lower

CODES = ("missing", "extra", "wrong_category", "loose_shape", "wrong_attribute")
EXAMPLES = 5
WARN_FROM = 5
WARN_SHARE = 0.05
WARN_LEVEL = 0.9


class CodedError(NamedTuple):
    """One error that a reviewer found; `instead` is the right category where the given one is wrong."""

    item: str
    annotation: str | None
    code: str
    annotator: str
    category: str
    instead: str | None = None
    time: float = 0.0


class Common(NamedTuple):
    """A code within a group: how often, its share of the group's errors, and the latest examples."""

    group: str | None
    code: str
    errors: int
    share: float
    examples: tuple[CodedError, ...]


class ConfusedPair(NamedTuple):
    """Two categories: how many given as `one` were `other`, and the other way round.

    The shares are of all checked annotations of the given category, None where nobody knows how many.
    """

    one: str
    other: str
    one_for_other: int
    other_for_one: int
    one_share: float | None
    other_share: float | None


class ConfusionWarning(NamedTuple):
    """Said to whoever picks `picked`: `wrong` of `checked` of them turned out to be `rather`."""

    picked: str
    rather: str
    wrong: int
    checked: int
    least_share: float
    text: str


class Scorecard(NamedTuple):
    """What reviewers found in somebody's work: annotations checked, how many with errors, and which.

    `share` of annotations with an error has its interval, and is None where nothing was checked. `earlier`
    is the share in the work before `since`, and `later` from then on. `codes` are counts.
    """

    annotator: str
    checked: int
    wrong: int
    share: float | None
    low: float | None
    high: float | None
    codes: tuple[tuple[str, int], ...]
    worst_category: str | None
    earlier: float | None
    later: float | None


def commonest(
    errors: Sequence[CodedError],
    by: Callable[[CodedError], str] | None = None,
    examples: int = EXAMPLES,
) -> list[Common]:
    """The commonest codes, in all or within each group, with the latest examples, each item once.

    `by` gives an error's group, such as its category or annotator. Groups come in the order of their
    errors, the most first; ties by name, and then codes likewise.
    """
    groups: dict[str | None, list[CodedError]] = {}
    for error in errors:
        groups.setdefault(None if by is None else by(error), []).append(error)
    found: list[Common] = []
    for group, inside in sorted(groups.items(), key=lambda entry: (-len(entry[1]), entry[0] or "")):
        counts = Counter(error.code for error in inside)
        for code, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
            latest = sorted(
                (error for error in inside if error.code == code),
                key=lambda error: (-error.time, error.item, error.annotation or ""),
            )
            shown = tuple({error.item: error for error in reversed(latest)}.values())
            shown = tuple(sorted(shown, key=latest.index))[:examples]
            found.append(Common(group, code, count, count / len(inside), shown))
    return found


def confused_pairs(
    errors: Iterable[CodedError], checked: Mapping[str, int] | None = None
) -> list[ConfusedPair]:
    """Pairs of categories that were taken for one another, both ways, the most often confused first.

    `checked` is the number of checked annotations given as each category. In a pair, `one` is the
    category that was wrong more often.
    """
    ways = Counter(
        (error.category, error.instead)
        for error in errors
        if error.instead is not None and error.instead != error.category
    )
    of = checked or {}
    pairs: list[ConfusedPair] = []
    for first, second in {(min(way), max(way)) for way in ways}:
        turned = ways[second, first] > ways[first, second]
        one, other = (second, first) if turned else (first, second)
        pairs.append(
            ConfusedPair(
                one,
                other,
                ways[one, other],
                ways[other, one],
                _share(ways[one, other], of.get(one)),
                _share(ways[other, one], of.get(other)),
            )
        )
    return sorted(pairs, key=lambda pair: (-pair.one_for_other - pair.other_for_one, pair.one, pair.other))


def confusion_warnings(
    errors: Iterable[CodedError],
    checked: Mapping[str, int],
    *,
    least: int = WARN_FROM,
    least_share: float = WARN_SHARE,
    names: Mapping[str, str] | None = None,
) -> dict[str, ConfusionWarning]:
    """For each category that deserves one, the warning whoever picks it should see (see above).

    Of several categories it is taken for, the one most often confused. An error counts as checked: where
    `checked` says fewer than there are errors, the errors are taken.
    """
    called = names or {}
    found: dict[str, ConfusionWarning] = {}
    ways = Counter(
        (error.category, error.instead)
        for error in errors
        if error.instead is not None and error.instead != error.category
    )
    for (picked, rather), wrong in sorted(ways.items(), key=lambda entry: (-entry[1], entry[0])):
        if picked in found or wrong < least:
            continue
        of = max(checked.get(picked, 0), wrong)
        surely = clopper_pearson_lower(wrong, of, WARN_LEVEL) or 0.0
        if surely < least_share:
            continue
        text = f"{wrong} of {of} marked {called.get(picked, picked)} were {called.get(rather, rather)}"
        found[picked] = ConfusionWarning(picked, rather, wrong, of, surely, text)
    return found


def scorecards(
    errors: Sequence[CodedError],
    checked: Mapping[str, int],
    *,
    since: float | None = None,
    checked_later: Mapping[str, int] | None = None,
) -> list[Scorecard]:
    """Everybody's scorecard, by name. `checked` is how many of their annotations were looked at.

    With `since` (a time) and `checked_later` (how many of those looked at were made from then on) earlier
    and later work are told apart. An annotation with several errors counts as wrong once; missing ones are
    counted one by one.
    """
    names = sorted({error.annotator for error in errors} | checked.keys())
    mine: dict[str, list[CodedError]] = {name: [] for name in names}
    for error in errors:
        mine[error.annotator].append(error)
    cards: list[Scorecard] = []
    for name in names:
        wrong = _wrong(mine[name])
        of = max(checked.get(name, 0), wrong)
        interval = clopper_pearson(wrong, of) if of else None
        codes = Counter(error.code for error in mine[name])
        categories = Counter(error.category for error in mine[name])
        worst = min(categories, key=lambda category: (-categories[category], category), default=None)
        earlier = later = None
        if since is not None and checked_later is not None:
            recent = _wrong([error for error in mine[name] if error.time >= since])
            after = max(checked_later.get(name, 0), recent)
            later = _share(recent, after)
            earlier = _share(wrong - recent, max(of - after, wrong - recent))
        cards.append(
            Scorecard(
                name,
                of,
                wrong,
                _share(wrong, of),
                interval.lower if interval else None,
                interval.upper if interval else None,
                tuple(sorted(codes.items(), key=lambda entry: (-entry[1], entry[0]))),
                worst,
                earlier,
                later,
            )
        )
    return cards


def _wrong(errors: Sequence[CodedError]) -> int:
    marked = {(error.item, error.annotation) for error in errors if error.annotation is not None}
    return len(marked) + sum(error.annotation is None for error in errors)


def _share(count: int, of: int | None) -> float | None:
    return count / of if of else None
