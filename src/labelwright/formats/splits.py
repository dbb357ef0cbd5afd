"""Words for the parts of a data set, as tools and people spell them: train, val and test here."""

import re
from pathlib import PurePosixPath

SPLITS = ("train", "val", "test")
_WORDS = {
    "train": ("train", "training", "trn"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "tst"),
}
_WORD = re.compile(r"[a-z]+")
_MEANT = {word: split for split, words in _WORDS.items() for word in words}


def split_of(word: str | None) -> str | None:
    """The split that a word means, or None."""
    return _MEANT.get((word or "").strip().casefold())


def split_of_folders(path: str) -> str | None:
    """The split that the innermost folder named so of a path means, or None."""
    found = (split_of(part) for part in reversed(PurePosixPath(path).parent.parts))
    return next((split for split in found if split), None)


def split_of_file(path: str) -> str | None:
    """The split that a word of a file's name means, else a folder of it, or None."""
    words = _WORD.findall(PurePosixPath(path).stem.casefold())
    return next((split for word in words if (split := split_of(word))), None) or split_of_folders(path)


def written_split(split: str | None) -> str:
    """The split as one of the three that trainers look for; what says none is for training."""
    return split_of(split) or "train"
