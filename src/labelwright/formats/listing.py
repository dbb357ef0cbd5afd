"""Small text files beside the labels: lists of pictures or classes, and YAML that may mean harm."""

import yaml

from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.formats.folder import Source, text_of
from labelwright.formats.report import Fault

LARGEST_YAML = 2**20


class _PlainLoader(yaml.BaseLoader):
    """Every word stays text, so a class may be called “no”. An alias can stand for gigabytes: refused."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it has an alias (*), which is refused")
        return super().compose_node(parent, index)


def lines_of(source: Source, name: str, faults: list[Fault]) -> list[str]:
    """The lines of a list; one that cannot be read is a fault, and its labels are still good."""
    try:
        return text_of(source, name).splitlines()
    except LabelwrightError as error:
        faults.append(Fault(file=name, place="", reason=error.message))
        return []


def yaml_of(source: Source, name: str) -> object:
    """What a YAML file says, every scalar as text. Raises UnreadableLabels."""
    return plain_yaml(text_of(source, name), name)


def plain_yaml(text: str, name: str) -> object:
    """What a YAML text of a file says, every scalar as text. Raises UnreadableLabels."""
    if len(text) > LARGEST_YAML:
        raise UnreadableLabels(name, "", f"a list of classes has at most {LARGEST_YAML:,} characters")
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506  # plainer than the safe loader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UnreadableLabels(name, "", f"this is no YAML: {error}") from None
