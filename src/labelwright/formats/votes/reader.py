"""The contract of a reader of one shape of table."""

from typing import Protocol

from labelwright.core.errors import InvalidInput
from labelwright.formats.votes.file import VoteFile
from labelwright.formats.votes.table import Gathering


class VoteReader(Protocol):
    """One shape of table. `title` is what people call it."""

    name: str
    title: str

    def recognize(self, file: VoteFile) -> str | None:
        """Why a file is of this shape, in words, or None."""
        ...

    def read(self, file: VoteFile, gathering: Gathering, question: str | None) -> None:
        """Take in every answer; `question` says which is meant where a table has several."""
        ...


class WhichQuestion(InvalidInput):
    """A table has answers to several questions, and nobody said which is meant."""

    code = "votes.which_question"

    def __init__(self, file: str, questions: list[str], asked: str | None) -> None:
        listed = ", ".join(f"“{name}”" for name in questions[:20])
        said = f"does not ask “{asked}”; it asks" if asked else "has answers to several questions:"
        super().__init__(f"{file} {said} {listed}.", place=file, remedy="Name one of them with --question.")


def chosen_question(file: str, questions: list[str], asked: str | None) -> str:
    """The question that is meant: the one asked for, or the only one. Raises WhichQuestion."""
    if asked in questions:
        return asked
    if asked is not None or len(questions) != 1:
        raise WhichQuestion(file, questions, asked)
    return questions[0]
