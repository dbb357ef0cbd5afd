"""Tables of votes: every shape is recognized with its reason, and what is wrong is told with its place."""

import io
from pathlib import Path

import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelwright.core.errors import BadFile, LabelwrightError, UnknownName, UnreadableLabels
from labelwright.formats.tables import row, unguarded
from labelwright.formats.votes.file import VoteFile
from labelwright.formats.votes.reader import WhichQuestion
from labelwright.formats.votes.registry import READERS, read_votes
from labelwright.formats.votes.table import VoteTable
from labelwright.quality.votes import Votes
from tests.shared_data import shared_data

PLAIN = "item,annotator,answer\na.jpg,ana,cat\na.jpg,ben,dog\nb.jpg,ana,dog\n"
ROWS = {("a.jpg", "ana", "cat"), ("a.jpg", "ben", "dog"), ("b.jpg", "ana", "dog")}


def table(tmp_path: Path, text: str | bytes, name: str = "votes.csv"):
    data = text.encode() if isinstance(text, str) else text
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


def tried(file: Path) -> VoteTable | LabelwrightError:
    try:
        return read_votes(file)
    except LabelwrightError as error:
        return error


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\n\n"),
        PLAIN.replace("item,annotator,answer", "Item , ANNOTATOR, Label"),
        PLAIN.replace("ana", ' "ana"'),
        PLAIN.replace("item,annotator,answer", "task,worker,label"),
        PLAIN.replace("a.jpg,ana,cat", "a.jpg,ana,maybe\na.jpg,ana,cat"),
    ],
    ids=[
        "plain",
        "bom",
        "utf-16",
        ";",
        "tabs",
        "crlf",
        "empty lines",
        "case",
        "quoted",
        "crowd-kit",
        "twice",
    ],
)
def test_whatever_a_spreadsheet_writes_is_read(tmp_path: Path, data: str | bytes) -> None:
    found = read_votes(table(tmp_path, data))

    assert set(found.votes.rows()) == ROWS
    assert found.left_out == 0


def test_the_same_rows_come_out_of_every_shape(tmp_path: Path) -> None:
    shapes = {
        "own": PLAIN,
        "crowd-kit": PLAIN.replace("item,annotator,answer", "task,worker,label"),
        "wide": "item,ana,ben\na.jpg,cat,dog\nb.jpg,dog,\n",
        "toloka": "INPUT:image\tOUTPUT:result\tASSIGNMENT:worker_id\tASSIGNMENT:status\n"
        "a.jpg\tcat\tana\tAPPROVED\na.jpg\tdog\tben\tAPPROVED\nb.jpg\tdog\tana\tAPPROVED\n"
        "b.jpg\tcat\tben\tREJECTED\n",
        "mturk": "HITId,WorkerId,AssignmentStatus,Input.image_url,Answer.animal.label\n"
        "1,ana,Approved,a.jpg,cat\n1,ben,Approved,a.jpg,dog\n2,ana,Submitted,b.jpg,dog\n"
        "2,ben,Rejected,b.jpg,cat\n",
        "label-studio": """[
          {"id": 1, "data": {"image": "/data/upload/1/0a1b2c3d-a.jpg"}, "annotations": [
            {"completed_by": {"email": "ana"}, "result": [
              {"from_name": "animal", "to_name": "image", "type": "choices", "value": {"choices": ["cat"]}}]},
            {"completed_by": "ben", "result": [
              {"from_name": "animal", "to_name": "image", "type": "choices", "value": {"choices": ["dog"]}}]},
            {"completed_by": "cyd", "was_cancelled": true, "result": []}], "total_annotations": 3},
          {"id": 2, "data": {"image": "/data/upload/1/0a1b2c3d-b.jpg"}, "annotations": [
            {"completed_by": {"email": "ana"}, "result": [
              {"from_name": "animal", "to_name": "i", "type": "choices", "value": {"choices": ["dog"]}}]}]}
        ]""",
    }

    for name, text in shapes.items():
        found = read_votes(table(tmp_path, text, f"{name}.txt"))
        rows = {(item.split("-")[-1], who, answer) for item, who, answer in found.votes.rows()}
        assert found.shape == name
        assert len(found.recognized.split()) > 3
        assert rows == ROWS, name
    assert set(shapes) == set(READERS)


names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=4)
hard = st.text(st.sampled_from("ab ,;\"'=\n\r\té猫"), min_size=1, max_size=5)


def _means_itself(cell: str) -> bool:
    said = cell.strip()
    return bool(said) and "\0" not in cell and unguarded(said) == said  # "'=" is how tables guard "="


cells = (names | hard).filter(_means_itself)
voted = st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=12)


@given(voted)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_names_come_back_and_the_last_answer_counts(
    tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    lines = [row(["item", "annotator", "answer"]), *(row(entry) for entry in rows)]
    file = table(tmp_path, "\r\n".join(lines) + "\r\n")

    found = read_votes(file, shape="own").votes

    wanted = Votes.of(tuple(cell.strip() for cell in entry) for entry in rows)
    assert list(found.rows()) == list(wanted.rows())
    assert (found.items, found.annotators, found.repeated) == (
        wanted.items,
        wanted.annotators,
        wanted.repeated,
    )


@given(voted)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_short_way_and_the_long_way_agree(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    out = io.BytesIO()
    names_ = ["item", "annotator", "answer"]
    columns = {name: [entry[place] for entry in rows] for place, name in enumerate(names_)}
    pyarrow.csv.write_csv(pyarrow.table(columns), out)
    file = table(tmp_path, out.getvalue())

    short = read_votes(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VoteFile, "votes", lambda *_: False)
        long = read_votes(file)

    assert list(short.votes.rows()) == list(long.votes.rows())
    assert short.votes.categories == long.votes.categories


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused_with_the_name_of_the_file(tmp_path: Path, data: bytes) -> None:
    for start in (b"", b"item,annotator,answer\n", b"HITId,WorkerId,Answer.a\n", b"[{"):
        found = tried(table(tmp_path, start + data))

        if isinstance(found, LabelwrightError):
            assert "votes.csv" in found.message
            assert found.remedy
        else:
            assert len(found.votes) or found.shapes


def test_what_is_wrong_is_told_with_line_and_column(tmp_path: Path) -> None:
    text = PLAIN + 'c.jpg,,cat\n"d\nd.jpg",ana,\ne.jpg,ana,cat,extra\n,ana,cat\nf.jpg\n'

    found = read_votes(table(tmp_path, text))

    assert set(found.votes.rows()) == ROWS
    assert [(fault.place, fault.reason) for fault in found.faults] == [
        ("line 5, column “annotator”", "it is empty"),
        ("line 7, column “answer”", "it is empty"),
        ("line 8", "it has 4 cells, the header has 3"),
        ("line 9, column “item”", "it is empty"),
        ("line 10, column “annotator”", "it is empty"),
    ]
    assert found.left_out == 5


def test_boxes_are_shapes_and_bad_ones_are_told(tmp_path: Path) -> None:
    text = (
        "item,annotator,answer,left,top,right,bottom\n"
        "a,ana,car,1,2,3,4\na,ben,,0,0,5,5\na,cyd,,,,,\n"
        "a,ana,car,nan,0,5,5\na,ana,car,0,0,,5\na,ana,car,5,0,5,9\na,ana,car,x,0,5,9\n"
    )

    found = read_votes(table(tmp_path, text))

    assert found.shapes is not None
    marked = {who: [entry.category for entry in given] for who, given in found.shapes["a"].items()}
    assert marked == {"ana": ["car"], "ben": ["object"], "cyd": []}
    assert [fault.place for fault in found.faults] == [
        "line 5, column “left”",
        "line 6, column “right”",
        "line 7",
        "line 8, column “left”",
    ]


def test_who_looked_and_marked_nothing_is_known_from_another_table(tmp_path: Path) -> None:
    boxes = table(tmp_path, "image,annotator,x,y,width,height\na,ana,1,2,3,4\n")
    seen = table(tmp_path, "image,annotator\na,ana\na,ben\nb,ben\n", "seen.csv")

    found = read_votes(boxes, seen=seen)

    assert found.shapes is not None
    assert {
        item: {who: len(marks) for who, marks in whom.items()} for item, whom in found.shapes.items()
    } == {
        "a": {"ana": 1, "ben": 0},
        "b": {"ben": 0},
    }
    assert found.shapes["a"]["ana"][0].shape.right == 4


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("", UnreadableLabels, "it is empty"),
        ("\n\n", UnreadableLabels, "it is empty"),
        ("item,annotator,answer\n", UnreadableLabels, "it has no answers"),
        ("item,annotator,answer\n,,\na,,b\n", UnreadableLabels, "no row could be used"),
        ("foo,bar\n1,2\n", UnreadableLabels, "its columns are “foo”, “bar”"),
        ("item,answer,answer,annotator\na,b,c,d\n", UnreadableLabels, "there are 2 columns “answer”"),
        ("[1, 2]", UnreadableLabels, "no tasks with annotations"),
        ('[{"annotations": [', UnreadableLabels, "votes"),
        ("PAR1 and then nothing", UnreadableLabels, "this is no Parquet table"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_words(
    tmp_path: Path, text: str, error: type[LabelwrightError], told: str
) -> None:
    with pytest.raises(error, match=r"votes\.csv") as refused:
        read_votes(table(tmp_path, text))

    assert told in refused.value.message
    assert refused.value.remedy


def test_a_file_that_is_not_there_and_a_shape_that_is_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such file"):
        read_votes(tmp_path / "nowhere.csv")
    with pytest.raises(UnknownName, match="crowdkit"):
        read_votes(table(tmp_path, PLAIN), shape="crowdkit")
    with pytest.raises(UnreadableLabels, match="no table of Toloka"):
        read_votes(table(tmp_path, PLAIN), shape="toloka")


def test_columns_can_be_named(tmp_path: Path) -> None:
    file = table(tmp_path, PLAIN.replace("item,annotator,answer", "what,who,said"))

    found = read_votes(file, item="what", annotator="who", answer="said")

    assert set(found.votes.rows()) == ROWS
    with pytest.raises(UnreadableLabels, match="no column “whom”; there are “what”, “who”, “said”"):
        read_votes(file, item="what", annotator="whom", answer="said")


def test_a_table_of_two_questions_asks_which_is_meant(tmp_path: Path) -> None:
    text = "HITId,WorkerId,Answer.mood,Answer.noise\n1,ana,happy,loud\n1,ben,sad,low\n"
    file = table(tmp_path, text)

    with pytest.raises(WhichQuestion, match="“mood”, “noise”") as refused:
        read_votes(file)

    assert "--question" in refused.value.remedy
    assert set(read_votes(file, question="noise").votes.rows()) == {("1", "ana", "loud"), ("1", "ben", "low")}


def test_boxes_to_tick_are_one_answer_of_all_that_were_ticked(tmp_path: Path) -> None:
    head = "HITId,WorkerId,Answer.tags.cat,Answer.tags.dog\n"
    text = head + "1,ana,true,true\n1,ben,true,false\n1,cyd,false,false\n"

    found = read_votes(table(tmp_path, text))

    assert {(who, answer) for _, who, answer in found.votes.rows()} == {
        ("ana", "cat + dog"),
        ("ben", "cat"),
        ("cyd", "(none)"),
    }


def test_answers_as_json_and_shapes_of_workers_are_read(tmp_path: Path) -> None:
    words = '"[{""animal"":{""label"":""cat""}}]"'
    text = f"HITId,WorkerId,Answer.taskAnswers\n1,ana,{words}\n1,ben,{words}\n"
    boxes = '"[{""label"":""cat"",""left"":1,""top"":1,""width"":4,""height"":4}]"'
    drawn = (
        "HITId,WorkerId,Input.image_url,Answer.annotatedResult.boundingBoxes\n"
        f"1,ana,http://x/a.jpg,{boxes}\n1,ben,http://x/a.jpg,[]\n"
    )

    answers = read_votes(table(tmp_path, text))
    shapes = read_votes(table(tmp_path, drawn)).shapes

    assert set(answers.votes.rows()) == {("1", "ana", "cat"), ("1", "ben", "cat")}
    assert shapes is not None
    ((whom),) = shapes.values()
    assert {who: len(marks) for who, marks in whom.items()} == {"ana": 1, "ben": 0}


def test_regions_of_label_studio_are_shapes_in_pixels(tmp_path: Path) -> None:
    region = (
        '{"from_name": "l", "to_name": "i", "type": "rectanglelabels", "original_width": 200,'
        '"original_height": 100, "value": {"x": 10, "y": 10, "width": 50, "height": 50, "rotation": 0,'
        '"rectanglelabels": ["car"]}}'
    )
    text = (
        '[{"id": 7, "data": {"image": "s3://b/a.jpg"}, "annotations": ['
        f'{{"completed_by": 1, "result": [{region}]}}, {{"completed_by": 2, "result": []}}],'
        '"total_annotations": 2}]'
    )

    found = read_votes(table(tmp_path, text))

    assert found.shapes is not None
    marks = found.shapes["a.jpg"]
    assert [entry.category for entry in marks["1"]] == ["car"]
    assert marks["1"][0].shape.bounds == (20, 10, 120, 60)
    assert marks["2"] == ()


def test_parquet_is_read_as_csv_is(tmp_path: Path) -> None:
    rows = sorted(ROWS)
    columns = {
        name: [entry[place] for entry in rows] for place, name in enumerate(("item", "annotator", "answer"))
    }
    columns["annotator"] = pyarrow.array(columns["annotator"]).dictionary_encode()
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "votes.parquet")
    numbered = pyarrow.table({"item": [1, 1, 2], "annotator": [7, 8, 7], "answer": [1.0, 0.0, None]})
    pyarrow.parquet.write_table(numbered, tmp_path / "numbers.parquet")

    plain, numbers = read_votes(tmp_path / "votes.parquet"), read_votes(tmp_path / "numbers.parquet")

    assert set(plain.votes.rows()) == ROWS
    assert set(numbers.votes.rows()) == {("1", "7", "1.0"), ("1", "8", "0.0")}
    assert [(fault.place, fault.reason) for fault in numbers.faults] == [
        ("row 3, column “answer”", "it is empty")
    ]


def test_a_folder_of_a_data_set_has_its_table_found(tmp_path: Path) -> None:
    table(tmp_path, PLAIN.replace("item,annotator,answer", "task,worker,label"), "crowd_labels.csv")
    table(tmp_path, "task,label\na.jpg,cat\n", "gt.csv")

    found = read_votes(tmp_path)

    assert (found.file, found.shape, set(found.votes.rows())) == ("crowd_labels.csv", "crowd-kit", ROWS)
    assert "--gold" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "items", "annotators", "votes", "repeated"),
    [("bluebirds", 108, 39, 4212, 0), ("ducks", 240, 53, 9600, 0), ("steller_watch", 100, 467, 5015, 2059)],
)
def test_real_crowds_are_read(name: str, items: int, annotators: int, votes: int, repeated: int) -> None:
    found = read_votes(shared_data(f"multi_annotator/{name}"))

    assert len(found.votes.items) == items
    assert len(found.votes.annotators) == annotators
    assert (len(found.votes), found.votes.repeated) == (votes, repeated)
    assert (
        len(found.votes) + found.votes.repeated + found.left_out
        == {4212: 4212, 9600: 9600, 5015: 7568}[votes]
    )


def test_real_boxes_count_those_who_saw_nothing() -> None:
    found = read_votes(shared_data("multi_annotator/pedestrian_boxes"))

    assert found.shapes is not None
    given = [marks for whom in found.shapes.values() for marks in whom.values()]
    assert len(found.shapes) == 350
    assert len(given) == 350 * 7
    assert sum(map(len, given)) == 2719 - found.left_out == 2716
    assert sum(not any(whom.values()) for whom in found.shapes.values()) == 55


def test_hostile_files_end_in_a_named_error_or_in_votes() -> None:
    folder = shared_data("hostile/generated")
    for file in sorted(folder.iterdir()):
        if file.suffix in (".csv", ".json", ".xml", ".zip") and file.stat().st_size < 10_000_000:
            found = tried(file)
            assert not isinstance(found, LabelwrightError) or found.remedy
