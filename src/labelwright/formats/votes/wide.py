"""Tables with a row for each item and a column for each annotator; an empty cell is no answer."""

from collections import Counter

from labelwright.formats.votes.file import VoteFile
from labelwright.formats.votes.long import ITEM
from labelwright.formats.votes.table import Gathering

MOST_WORDS = 1000  # different answers in the sample; texts and numbers have more


class Wide:
    """One row per item, one column per annotator."""

    name = "wide"
    title = "a row for each item, a column for each annotator"

    def recognize(self, file: VoteFile) -> str | None:
        """Columns that share their answers, behind one of items that stand once each."""
        if file.kind == "json" or len(file.header) < 3 or not file.sample:
            return None
        item = _item_column(file)
        names = [cells[item] for cells in file.sample]
        if len(set(names)) < len(names):
            return None
        columns = [place for place in range(len(file.header)) if place != item]
        words = [{cells[place] for cells in file.sample if cells[place]} for place in columns]
        used = Counter(word for known in words for word in known)
        sharing = sum(any(used[word] > 1 for word in known) for known in words)
        filled = sum(bool(known) for known in words)
        cells = sum(bool(cells[place]) for cells in file.sample for place in columns)
        few = len(used) <= MOST_WORDS and (len(used) <= max(2, cells // 2) or len(file.sample) < 3)
        if filled < 2 or sharing < max(2, filled - filled // 4) or not few:
            return None
        return f"its {len(columns)} columns after “{file.header[item]}” share their answers"

    def read(self, file: VoteFile, gathering: Gathering, question: str | None) -> None:
        """Every cell that is not empty."""
        del question
        item = _item_column(file)
        columns = [place for place in range(len(file.header)) if place != item]
        names = [file.header[place] or f"column {place + 1}" for place in columns]
        if len(set(names)) < len(names):
            names = [f"{name} ({place + 1})" for name, place in zip(names, columns, strict=True)]
            gathering.note("Columns of the same name are told apart by their places.")
        for place, (name, *cells) in file.rows_by_place([item, *columns], gathering):
            if not name:
                gathering.fault(f"{place}, column “{file.header[item]}”", "it is empty")
                continue
            for annotator, cell in zip(names, cells, strict=True):
                if cell:
                    gathering.vote(name, annotator, cell)


def _item_column(file: VoteFile) -> int:
    found = file.place(*ITEM)
    return 0 if found is None else found
