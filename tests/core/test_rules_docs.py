"""The page about label rules: its example is an ontology that is read, with every kind of rule."""

from pathlib import Path

from labelwright.core import ontology_yaml
from labelwright.core.rules import KINDS, kind_of

PAGE = (Path(__file__).parents[2] / "docs" / "label-rules.md").read_text()


def test_the_example_is_read_and_has_every_kind() -> None:
    _, _, rest = PAGE.partition("```yaml\n")
    example, _, _ = rest.partition("```")

    ontology = ontology_yaml.read(example)

    assert {kind_of(rule) for rule in ontology.rules} == set(KINDS)


def test_every_kind_has_its_row() -> None:
    rows = {line.split("|")[1].strip() for line in PAGE.splitlines() if line.startswith("| ")}

    assert {kind.replace("_", " ").replace("self crossing", "self-crossing") for kind in KINDS} <= rows
