"""Which category of a project a word of a file probably means: by its spelling, never by a guess at sense.

Case, separators (space, _, -, ., /) and a plural s do not count. A word that differs in a letter or two is
offered as similar, for somebody to look at.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from labelwright.core.ontology import Ontology

SIMILAR = 0.86  # of difflib's ratio: about one letter in seven
MOST_COMPARED = 400_000  # pairs of words
SHORTEST = 4  # letters below which one letter makes another word

_BREAKS = re.compile(r"[\s_\-./\\]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def plain_word(word: str) -> str:
    """A word without case, separators and plural.

    >>> plain_word("Traffic_Lights") == plain_word("trafficLight")
    True
    """
    parts = [part for part in _BREAKS.split(_HUMPS.sub(" ", word).casefold()) if part]
    return "".join([*parts[:-1], _singular(parts[-1])]) if parts else ""


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def suggested(words: Sequence[str], known: Mapping[str, str]) -> dict[str, tuple[str, bool]]:
    """For each word that is close to a known name: the id of that name, and whether it is only similar."""
    plain: dict[str, str] = {}
    for name, chosen in known.items():
        plain.setdefault(plain_word(name), chosen)
    found: dict[str, tuple[str, bool]] = {}
    may_compare = len(words) * len(plain) <= MOST_COMPARED
    for word in words:
        bare = plain_word(word)
        if bare in plain and bare:
            found[word] = (plain[bare], False)
        elif may_compare and len(bare) >= SHORTEST:
            close = get_close_matches(bare, plain, 1, SIMILAR)
            if close:
                found[word] = (plain[close[0]], True)
    return found


def for_categories(words: Sequence[str], ontology: Ontology) -> dict[str, tuple[str, bool]]:
    """Suggestions among the categories of an ontology."""
    return suggested(words, {category.name: category.id for category in ontology.categories})


def for_attributes(words: Sequence[str], ontology: Ontology, within: Iterable[str]) -> dict[str, str]:
    """The name of the attribute that a word means, among those of some categories (by id)."""
    wanted = set(within)
    names = {
        spec.name: spec.name
        for category in ontology.categories
        if category.id in wanted
        for spec in category.attributes
    }
    return {word: name for word, (name, _) in suggested(words, names).items()}
