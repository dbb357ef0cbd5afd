"""The table of readers of votes, in the order in which they are asked; and the reading of a file."""

from importlib import import_module
from pathlib import Path

from labelwright.core.errors import BadFile, UnknownName, UnreadableLabels
from labelwright.formats.votes.file import VoteFile
from labelwright.formats.votes.long import Named, read_seen
from labelwright.formats.votes.reader import VoteReader
from labelwright.formats.votes.table import Gathering, VoteTable

READERS = {
    "label-studio": "labelwright.formats.votes.label_studio:LabelStudio",
    "mturk": "labelwright.formats.votes.mturk:MTurk",
    "toloka": "labelwright.formats.votes.toloka:Toloka",
    "crowd-kit": "labelwright.formats.votes.long:CrowdKit",
    "own": "labelwright.formats.votes.long:Own",
    "wide": "labelwright.formats.votes.wide:Wide",
}
FOLDER_FILES = ("votes", "annotations", "crowd_labels", "answers", "labels")
"""What tables of votes are called in folders of data sets; crowd-kit's are `crowd_labels.csv`."""
SEEN = "tasks.csv"
ENDINGS = (".csv", ".tsv", ".parquet", ".json")
REFERENCES = ("gt.csv", "truth.csv", "expert.csv", "gold.csv")


def get(name: str) -> VoteReader:
    """The reader of a name. Raises UnknownName."""
    if name not in READERS:
        raise UnknownName("shape of table", name, READERS)
    module, _, cls = READERS[name].partition(":")
    return getattr(import_module(module), cls)()


def read_votes(
    path: Path,
    *,
    shape: str = "auto",
    item: str | None = None,
    annotator: str | None = None,
    answer: str | None = None,
    question: str | None = None,
    seen: Path | None = None,
) -> VoteTable:
    """The votes of a file, or of the table in a folder.

    `item`, `annotator` and `answer` name columns that are called otherwise; `question` says which of
    several is meant; `seen` is a table of who saw which item, for shapes. Raises BadFile, UnreadableLabels,
    UnknownName and WhichQuestion.
    """
    beside: list[str] = []
    if path.is_dir():
        path, beside = _in_folder(path)
        if seen is None and SEEN in beside:
            seen = path.parent / SEEN
    file = VoteFile(path)
    reader, reason = _chosen(file, shape, (item, annotator, answer))
    gathering = Gathering(file.name)
    reader.read(file, gathering, question)
    if seen is not None and gathering.has_shapes:
        count = read_seen(VoteFile(seen), gathering)
        gathering.note(f"{seen.name} says of {count:,} pairs of item and annotator that they were seen.")
    for name in beside:
        if name in REFERENCES:
            gathering.note(f"{name} lies beside it; name it with --gold if it holds references.")
    return gathering.table(reader.name, reason)


def _chosen(
    file: VoteFile, shape: str, columns: tuple[str | None, str | None, str | None]
) -> tuple[VoteReader, str]:
    if any(columns):
        named = Named(*columns)
        return named, named.recognize(file) or ""
    if shape != "auto":
        reader = get(shape)
        reason = reader.recognize(file)
        if reason is None and shape != "wide":
            raise UnreadableLabels(file.name, "", f"this is no table of {reader.title}")
        return reader, reason or "it was asked for"
    for name in READERS:
        reader = get(name)
        reason = reader.recognize(file)
        if reason is not None:
            return reader, reason
    there = ", ".join(f"“{name}”" for name in file.header[:20])
    told = f"its columns are {there}" if there else "it has no columns"
    raise UnknownTable(
        file.name, told if file.kind != "json" else "it is JSON, but no tasks with annotations"
    )


class UnknownTable(UnreadableLabels):
    """A table of which nobody knows where the votes are."""

    code = "votes.unknown_table"
    remedy = (
        "Call the columns item, annotator and answer, or name them with --item, --annotator and --answer; "
        "“--from wide” reads a row for each item and a column for each annotator."
    )

    def __init__(self, name: str, told: str) -> None:
        super().__init__(name, "", f"no votes are recognized: {told}")


def _in_folder(folder: Path) -> tuple[Path, list[str]]:
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    for stem in FOLDER_FILES:
        for ending in ENDINGS:
            if stem + ending in names:
                return folder / (stem + ending), names
    tables = [name for name in names if name.lower().endswith(ENDINGS)]
    if len(tables) != 1:
        listed = ", ".join(tables[:10]) or "no table at all"
        raise BadFile(
            f"{folder.name}: it is not clear which file holds the votes ({listed}).",
            place=str(folder),
            remedy="Name the file itself.",
        )
    return folder / tables[0], names
