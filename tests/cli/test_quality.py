"""`labelwright agreement` and `consensus` on plain tables."""

import json
from pathlib import Path

import pytest

from labelwright.cli.main import DONE, REFUSED, main

PLAIN = (
    "item,annotator,answer\na,ana,cat\na,ben,cat\na,cyd,cat\n"
    "b,ana,dog\nb,ben,dog\nb,cyd,cat\nc,ana,dog\nc,ben,dog\n"
)
BOXES = (
    "item,annotator,answer,left,top,right,bottom\n"
    "a,ana,car,0,0,10,10\na,ben,car,0,0,10,9\na,cyd,car,1,0,10,10\n"
    "b,ana,car,5,5,9,9\nb,ben,,,,,\nb,cyd,car,5,5,9,10\n"
)


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    (tmp_path / "votes.csv").write_text(PLAIN, encoding="utf-8")
    return tmp_path / "votes.csv"


@pytest.fixture
def boxes(tmp_path: Path) -> Path:
    (tmp_path / "boxes.csv").write_text(BOXES, encoding="utf-8")
    return tmp_path / "boxes.csv"


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert main([str(word) for word in arguments]) == DONE
    return capsys.readouterr().out


def test_agreement_is_told_in_tables(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "agreement", votes)

    assert "read as own, because it has the columns item, annotator, answer" in out
    assert "8 answers of 3 annotators about 3 items, in 2 categories" in out
    for title in ("Krippendorff's alpha", "By category", "Pairs of annotators", "Cohen's kappa", "cyd"):
        assert title in out
    assert "nan" not in out.lower()


def test_agreement_for_programs_is_the_same_for_the_same_seed(
    votes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once, again, other = (
        json.loads(said(capsys, "agreement", votes, "--json", "--seed", seed)) for seed in ("7", "7", "8")
    )

    alpha = once["agreement"]["overall"]["krippendorff_alpha"]
    assert once == again != other
    assert once["read"]["shape"] == "own"
    assert 0 < alpha["value"] < 1
    assert other["agreement"]["overall"]["krippendorff_alpha"]["value"] == alpha["value"]


def test_agreement_of_boxes_has_the_measures_of_shapes(
    boxes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(said(capsys, "agreement", boxes, "--json"))["agreement"]
    out = said(capsys, "agreement", boxes)

    assert found["overall"]["f1"]["value"] == pytest.approx(2 * 4 / (2 * 4 + 2))
    assert found["overall"]["boundary_iou"]["value"] is None
    assert "Mean IoU of matched marks" in out
    assert "5 marks of 3 annotators about 2 items" in out


def test_one_measure_can_be_asked_for(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, "agreement", votes, "--measure", "gwet_ac1", "--json"))

    assert list(found["agreement"]["overall"]) == ["gwet_ac1"]
    assert main(["agreement", str(votes), "--measure", "kappa"]) == REFUSED
    assert "krippendorff_alpha" in capsys.readouterr().err


def test_what_could_not_be_used_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "votes.csv"
    file.write_text(PLAIN + "c,,dog\na,ana,dog\n", encoding="utf-8")

    out = said(capsys, "agreement", file)

    assert "1 row could not be used" in out
    assert "line 10, column “annotator”: it is empty" in out
    assert "1 answer came again from the same person" in out


def test_a_table_without_votes_is_refused_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")

    assert main(["agreement", str(file)]) == REFUSED

    told = capsys.readouterr().err
    assert "its columns are “a”, “b”" in told
    assert "--annotator" in told
    assert main(["agreement", str(tmp_path / "nowhere.csv")]) == REFUSED


def test_boxes_are_merged_into_a_table(
    boxes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = said(capsys, "consensus", boxes, "-o", tmp_path / "merged.csv")

    head, *rows = (tmp_path / "merged.csv").read_text(encoding="utf-8").splitlines()
    first = rows[0].split(",")
    assert head == "item,answer,confidence,votes,left,top,right,bottom"
    assert [row.split(",")[:2] for row in rows] == [["a", "car"], ["b", "car"]]
    assert [row.split(",")[3] for row in rows] == ["3", "2"]
    assert 0 <= float(first[2]) <= 1
    assert [float(cell) for cell in first[4:]] == pytest.approx([0, 0, 10, 10], abs=1)
    assert "Method: " in out
    assert "Wrote 2 rows" in out


def test_the_same_boxes_give_the_same_bytes(boxes: Path, tmp_path: Path) -> None:
    for name in ("one.parquet", "two.parquet"):
        assert main(["consensus", str(boxes), "-o", str(tmp_path / name)]) == DONE

    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_nothing_is_written_where_something_is_wrong(
    boxes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = boxes.read_bytes()
    wrong = [
        ["-o", str(boxes)],
        ["-o", str(tmp_path / "out.xlsx")],
        ["-o", str(tmp_path / "out.csv"), "--threshold", "2"],
        ["-o", str(tmp_path / "out.csv"), "--gold", str(boxes)],
    ]

    for arguments in wrong:
        assert main(["consensus", str(boxes), *arguments]) == REFUSED
        assert len(capsys.readouterr().err.splitlines()) == 2

    assert boxes.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == [boxes.name]


def test_answers_are_merged_into_a_table(
    votes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text("item,answer\na,cat\nb,cat\n", encoding="utf-8")

    out = said(capsys, "consensus", votes, "-o", tmp_path / "merged.csv")
    checked = json.loads(
        said(capsys, "consensus", votes, "-o", tmp_path / "again.csv", "--gold", gold, "--json")
    )

    head, *rows = (tmp_path / "merged.csv").read_text(encoding="utf-8").splitlines()
    cells = [row.split(",") for row in rows]
    assert head == "item,answer,confidence,votes"
    assert [(item, answer, count) for item, answer, _, count in cells] == [
        ("a", "cat", "3"),
        ("b", "dog", "3"),
        ("c", "dog", "2"),
    ]
    assert all(0 <= float(confidence) <= 1 for _, _, confidence, _ in cells)
    assert "Method: " in out
    assert checked["rows"] == 3
    assert checked["why"]


def test_a_method_that_is_none_is_refused_with_those_there_are(
    votes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["consensus", str(votes), "-o", str(tmp_path / "out.csv"), "--method", "guess"]) == REFUSED

    assert "majority" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_a_method_of_consensus_is_chosen_by_name_and_an_unknown_one_lists_them(tmp_path, capsys) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("item,annotator,answer\n" + "".join(f"{i},{a},cat\n" for i in range(3) for a in "xyz"))

    known = main(["consensus", str(votes), "--method", "dawid_skene", "-o", str(tmp_path / "out.csv")])
    told = capsys.readouterr().out
    unknown = main(["consensus", str(votes), "--method", "oracle", "-o", str(tmp_path / "no.csv")])
    lacking = main(["consensus", str(votes), "--method", "crowdlab", "-o", str(tmp_path / "no.csv")])
    error = capsys.readouterr().err

    assert (known, unknown, lacking) == (0, 1, 1)
    assert "Method: dawid_skene" in told
    assert "no measured probability" in told
    assert "glad" in error
    assert "--probabilities" in error
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == "0,cat,1,3"
    assert not (tmp_path / "no.csv").exists()
