"""Our own format: nothing is lost, and nothing is believed that the manifest does not vouch for."""

import contextlib
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labelwright.core.document import Document, Evidence, Relation
from labelwright.core.errors import BadFile, UnreadableLabels, UnsafeArchive
from labelwright.core.ontology import AttributeSpec, Category, Ontology, Option
from labelwright.core.shapes import Mask
from labelwright.formats import labelwright_reading, parquet, parquet_process
from labelwright.formats.conversion import convert
from labelwright.formats.folder import source_of
from labelwright.formats.labelwright import Labelwright
from labelwright.formats.labelwright_tables import ANNOTATIONS
from labelwright.formats.registry import choose
from labelwright.formats.report import Fault
from tests.conformance.conftest import BOX, ONTOLOGY, annotation, item, one_of_every_shape, written
from tests.shared_data import shared_data

FULL = Evidence(
    author="0190-ana",
    created_at="2026-11-23T08:00:00.000Z",
    changed_by="0190-ben",
    changed_at="2026-11-23T09:00:00.000Z",
    model="net@2",
    score=0.875,
    prediction="p1",
    similarity=0.5,
    seconds=12.25,
    reviewer="0190-cleo",
    verdict="amended",
    reviewed_at="2026-11-23T10:00:00.000Z",
)


TYPES = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "flag": pa.bool_()}


@pytest.fixture
def tried_apart() -> None:
    """Asks for what is done outside of tests: tables are tried in a process of their own."""


@pytest.fixture(autouse=True)
def read_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else they are not, for a process takes its time."""
    if "tried_apart" not in request.fixturenames:
        monkeypatch.setattr(parquet_process, "try_apart", lambda tables: None)


def export(folder: Path, *, items: int = 2) -> Path:
    """A folder in our format."""
    bond = (Relation(kind="r1", to="2"),)
    said = annotation(99, BOX, group="g", relations=bond, flags={"difficult": True}, evidence=FULL)
    document = Document(annotations=(*one_of_every_shape().annotations, said))
    written(Labelwright(), [item(f"{n}.png", document, split="val") for n in range(items)], folder)
    return folder


def sealed(folder: Path, **counts: int) -> Path:
    """Make the manifest vouch for the files as they are now, as someone with bad intent would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in manifest["files"]:
        data = (folder / name).read_bytes()
        manifest["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest["counts"] |= counts
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def changed(folder: Path, name: str, change: Callable[[pa.Table], pa.Table], **options: Any) -> Path:
    """Rewrite a table, and the manifest with it."""
    pq.write_table(change(pq.read_table(folder / name)), folder / name, **options)
    return sealed(folder)


def with_column(name: str, values: list[Any]) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(name)
        filled = [*values, *table.column(name).to_pylist()[len(values) :]]
        return table.set_column(place, name, pa.array(filled, table.schema.field(name).type))

    return change


def faults(folder: Path) -> list[Fault]:
    reading = Labelwright().read(source_of(folder))
    list(reading.items)
    return reading.faults


@pytest.mark.usefixtures("tried_apart")
def test_everything_that_is_known_of_an_item_and_its_evidence_comes_back(tmp_path: Path) -> None:
    reading = Labelwright().read(source_of(export(tmp_path / "out")))
    first, _ = reading.items

    last = first.document.annotations[-1]
    assert (first.split, first.width, first.item_id) == ("val", 50, "1")
    assert (last.evidence, last.group, last.flags) == (FULL, "g", {"difficult": True})
    assert reading.definitions["Zelle"] == ONTOLOGY.categories[0]
    assert reading.relations == ONTOLOGY.relations
    assert first.media is not None
    assert first.media() == (tmp_path / "out/images/0.png").read_bytes()


def test_data_tools_see_plain_columns(tmp_path: Path) -> None:
    table = pq.read_table(export(tmp_path / "out") / "annotations.parquet").to_pylist()

    box = next(row for row in table if row["kind"] == "box")
    assert (box["left"], box["bottom"], box["category_name"]) == (BOX.left, BOX.bottom, "Zelle")
    assert box["area"] == pytest.approx(BOX.area)
    assert json.loads(box["shape"])["kind"] == "box"
    assert [row["left"] for row in table if row["kind"] == "tag"] == [None, None]
    assert table[-1]["score"] == 0.875


def test_attributes_stand_there_by_name_and_survive_options_of_one_name(tmp_path: Path) -> None:
    options = (Option(id="x", name="same"), Option(id="y", name="same"), Option(id="z", name="other"))
    spec = AttributeSpec(id="s", name="Stain", kind="choices", options=options)
    ontology = Ontology(categories=(Category(id="c", name="Cell", attributes=(spec,)),))
    values = {"s": ("y", "z"), "gone": "kept as it is"}
    document = Document(annotations=(annotation(1, BOX, "c", attributes=values),))
    written(Labelwright(), [item("a.png", document)], tmp_path / "one", ontology)

    convert(tmp_path / "one", tmp_path / "two", to="labelwright")

    (row,) = pq.read_table(tmp_path / "one/annotations.parquet").to_pylist()
    assert json.loads(row["attributes"]) == {"Stain": ["y", "other"], "gone": "kept as it is"}
    for name in ("annotations.parquet", "items.parquet", "ontology.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_it_is_recognized_inside_of_a_folder_of_the_archive(tmp_path: Path) -> None:
    export(tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for path in (tmp_path / "out").rglob("*.*"):
            archive.write(path, f"my export/{path.relative_to(tmp_path / 'out')}")

    found, reason = choose(source_of(tmp_path / "in.zip"))

    assert (found.name, "my export/manifest.json" in reason) == ("labelwright", True)
    assert len(list(found.read(source_of(tmp_path / "in.zip")).items)) == 2


@pytest.mark.parametrize("name", ["items.parquet", "annotations.parquet", "ontology.json"])
def test_a_file_that_was_changed_or_cut_short_is_named(tmp_path: Path, name: str) -> None:
    path = export(tmp_path / "out") / name
    whole = path.read_bytes()

    for data in (whole[:-7], whole + b" ", whole[:20] + b"x" + whole[21:], b""):
        path.write_bytes(data)
        with pytest.raises(UnreadableLabels, match=rf"{name}: it is not the file that the manifest"):
            Labelwright().read(source_of(tmp_path / "out"))
    path.unlink()
    with pytest.raises(UnreadableLabels, match=rf"{name}: .* not there"):
        Labelwright().read(source_of(tmp_path / "out"))


@pytest.mark.parametrize("name", ["items.parquet", "annotations.parquet"])
@pytest.mark.parametrize("keep", [0, 3, 4, 100, -1, -9, -400])
def test_a_table_that_breaks_off_under_a_manifest_that_lies_is_named(
    tmp_path: Path, name: str, keep: int
) -> None:
    path = export(tmp_path / "out") / name
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(UnreadableLabels, match=name):
        faults(sealed(tmp_path / "out"))


@pytest.mark.usefixtures("tried_apart")
def test_a_table_that_ends_the_program_that_reads_it_is_named(tmp_path: Path) -> None:
    path = export(tmp_path / "out") / "items.parquet"
    optional, required = b"\x25\x02\x18\x04name", b"\x25\x00\x18\x04name"  # one bit of the footer
    assert path.read_bytes().count(optional) == 1
    path.write_bytes(path.read_bytes().replace(optional, required))

    with pytest.raises(UnreadableLabels, match=r"items\.parquet"):  # Arrow 26 aborts on it
        faults(sealed(tmp_path / "out"))


@pytest.mark.usefixtures("tried_apart")
@pytest.mark.parametrize("limit", ["MEMORY", "SECONDS"])
def test_a_table_that_takes_too_much_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    folder = export(tmp_path / "out")
    change = "pp.MEMORY = 300_000_000" if limit == "MEMORY" else "pp._limit(1)\nwhile True: pass"
    program = f"import labelwright.formats.parquet_process as pp\n{change}\npp.main()"

    def begin(file, name, columns) -> subprocess.Popen[bytes]:
        listed = json.dumps([[column.name, column.type] for column in columns])
        command = [sys.executable, "-c", program, name, listed]
        return subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    monkeypatch.setattr(parquet_process, "_begin", begin)

    with pytest.raises(UnreadableLabels, match=r"items\.parquet"):
        faults(folder)


def test_a_tiny_table_of_endless_rows_is_refused(tmp_path: Path) -> None:
    nothing = pa.table({c.name: pa.nulls(3_000_000, TYPES[c.type]) for c in ANNOTATIONS})
    folder = export(tmp_path / "out")
    pq.write_table(nothing, folder / "annotations.parquet")
    size = (folder / "annotations.parquet").stat().st_size

    assert size < 200_000
    with pytest.raises(UnreadableLabels, match=f"its {size:,} bytes hold 3,000,000 rows"):
        faults(sealed(folder, annotations=3_000_000))


def test_a_table_of_nothing_but_faults_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelwright_reading, "MOST_FAULTS", 5)
    folder = changed(export(tmp_path / "out"), "annotations.parquet", with_column("category", ["x"] * 9))

    with pytest.raises(UnreadableLabels, match="the 5th fault"):
        faults(folder)


@pytest.mark.usefixtures("tried_apart")
def test_every_byte_of_a_table_may_be_wrong(tmp_path: Path) -> None:
    path = export(tmp_path / "out", items=1) / "annotations.parquet"
    whole = path.read_bytes()

    for at in range(0, len(whole), len(whole) // 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        with contextlib.suppress(UnreadableLabels):  # nothing else, or a reading with faults
            faults(sealed(tmp_path / "out"))


def test_a_version_to_come_is_refused_by_name(tmp_path: Path) -> None:
    manifest = {"format": "labelwright", "version": 2, "all": "new"}
    (export(tmp_path / "out") / "manifest.json").write_text(json.dumps(manifest))

    assert choose(source_of(tmp_path / "out"))[0].name == "labelwright"
    with pytest.raises(UnreadableLabels, match="version 2 of the format; this Labelwright reads 1"):
        Labelwright().read(source_of(tmp_path / "out"))


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": "other", "version": 1}', '{"version": 1}', "[" * 100_000, "\0"]
)
def test_the_manifest_of_something_else_is_not_taken_for_ours(tmp_path: Path, text: str) -> None:
    (export(tmp_path / "out") / "manifest.json").write_text(text)

    assert Labelwright().recognize(source_of(tmp_path / "out")) is None
    with pytest.raises(UnreadableLabels, match=r"no manifest\.json of this format"):
        Labelwright().read(source_of(tmp_path / "out"))


@pytest.mark.parametrize("lost", ["counts", "files"])
def test_a_manifest_that_lacks_something_says_what(tmp_path: Path, lost: str) -> None:
    path = export(tmp_path / "out") / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest[lost]
    path.write_text(json.dumps(manifest))

    with pytest.raises(UnreadableLabels, match=lost):
        Labelwright().read(source_of(tmp_path / "out"))


def test_two_exports_in_one_folder_are_not_mixed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        export(tmp_path / "in" / name)

    with pytest.raises(UnreadableLabels, match="several"):
        Labelwright().read(source_of(tmp_path / "in"))


@pytest.mark.parametrize("name", ["items.parquet", "annotations.parquet"])
def test_a_column_that_is_missing_or_of_another_type_is_named(tmp_path: Path, name: str) -> None:
    folder = export(tmp_path / "out")
    before = (folder / name).read_bytes()
    columns = ("name", "width", "in_shares") if name == "items.parquet" else ("shape", "score", "group")
    for column in columns:
        (folder / name).write_bytes(before)
        changed(folder, name, lambda table, column=column: table.drop_columns([column]))
        with pytest.raises(UnreadableLabels, match=f"no column “{column}”"):
            faults(folder)
        (folder / name).write_bytes(before)
        wrong = pa.array([b"\x00"] * len(pq.read_table(folder / name)))

        def replaced(table: pa.Table, column: str = column, wrong: pa.Array = wrong) -> pa.Table:
            return table.set_column(table.schema.get_field_index(column), column, wrong)

        changed(folder, name, replaced)
        with pytest.raises(UnreadableLabels, match=f"column “{column}”: it holds binary"):
            faults(folder)


def test_a_table_that_another_tool_wrote_again_is_read(tmp_path: Path) -> None:
    folder = export(tmp_path / "out")
    expected = [entry.document for entry in Labelwright().read(source_of(folder)).items]

    def rewritten(table: pa.Table) -> pa.Table:
        large = [
            pa.field(f.name, pa.large_string() if pa.types.is_string(f.type) else f.type)
            for f in table.schema
        ]
        return table.cast(pa.schema(large)).append_column("mine", pa.array([1] * len(table)))

    changed(folder, "annotations.parquet", rewritten, compression="snappy", row_group_size=3)

    assert [entry.document for entry in Labelwright().read(source_of(folder)).items] == expected


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("shape", '{"kind":"box","left":9,"top":0,"right":1,"bottom":2}', "above zero"),
        ("shape", '{"kind":"blob"}', "blob"),
        ("shape", "[" * 200_000, ""),
        ("shape", '{"kind":"points","points":[[1e999,0]]}', ""),
        ("shape", "", ""),
        ("attributes", "[]", "object"),
        ("relations", '[{"kind":1}]', ""),
        ("flags", '{"a":{}}', ""),
        ("category", "nobody", "no category “nobody”"),
        ("annotation", "1", "twice"),
        ("annotation", None, "no id"),
        ("annotation", "", "no id"),
    ],
)
def test_a_row_that_makes_no_annotation_is_a_fault_and_the_rest_is_read(
    tmp_path: Path, column: str, value: str | None, reason: str
) -> None:
    folder = export(tmp_path / "out", items=1)
    before = [pq.read_table(folder / "annotations.parquet").column(column)[0].as_py()]
    changed(folder, "annotations.parquet", with_column(column, [*before, value]))

    reading = Labelwright().read(source_of(folder))
    (entry,) = reading.items

    (fault,) = reading.faults
    assert (fault.file, fault.place) == ("annotations.parquet", "row 2")
    assert reason in fault.reason
    assert len(fault.reason) <= 300
    assert len(entry.document.annotations) == len(one_of_every_shape().annotations)


@pytest.mark.parametrize(
    ("column", "value"), [("name", "a\0b"), ("name", None), ("width", -1), ("height", None)]
)
def test_a_row_that_makes_no_item_is_a_fault_and_the_next_keeps_its_own(
    tmp_path: Path, column: str, value: object
) -> None:
    folder = changed(export(tmp_path / "out"), "items.parquet", with_column(column, [value]))

    reading = Labelwright().read(source_of(folder))
    (entry,) = reading.items

    assert [fault.place for fault in reading.faults] == ["row 1"]
    assert entry.name == "1.png"
    assert entry.document.annotations


def test_annotations_of_another_item_are_not_mixed_in(tmp_path: Path) -> None:
    folder = export(tmp_path / "out")
    changed(folder, "annotations.parquet", with_column("item", ["1", "2"]))

    with pytest.raises(UnreadableLabels, match="row 2 is not of item “1”"):
        faults(folder)


@pytest.mark.parametrize("count", [-5, 0, 1, 10**12])
def test_a_count_that_lies_is_found_out(tmp_path: Path, count: int) -> None:
    folder = changed(export(tmp_path / "out"), "items.parquet", with_column("annotations", [count]))

    with pytest.raises(UnreadableLabels, match=r"annotations\.parquet"):
        faults(folder)
    with pytest.raises(UnreadableLabels, match="the tables have 2 and"):
        faults(sealed(export(tmp_path / "more"), items=3))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"categories": [{"id": "a", "name": "x"}, {"id": "a", "name": "y"}]}',
        '{"categories": [{"id": "a", "name": "x\\u0000"}]}',
        '{"categories": [{"id": "a", "name": "x", "shapes": ["blob"]}]}',
        '{"categories": ' + "[" * 100_000,
    ],
)
def test_an_ontology_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    (export(tmp_path / "out") / "ontology.json").write_text(text)

    with pytest.raises(UnreadableLabels, match=r"ontology\.json"):
        Labelwright().read(source_of(sealed(tmp_path / "out")))


def test_a_row_group_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = export(tmp_path / "out")
    monkeypatch.setattr(parquet, "MOST_UNPACKED", 2**20)
    changed(folder, "annotations.parquet", with_column("flags", [" " * 2**21]), use_dictionary=False)

    with pytest.raises(UnreadableLabels, match="unpacks to"):
        faults(folder)


def test_a_long_text_that_a_dictionary_repeats_is_made_once(tmp_path: Path) -> None:
    import tracemalloc

    folder = export(tmp_path / "out", items=30)
    text = json.dumps({"note": "x" * 2**18})
    rows = len(pq.read_table(folder / "annotations.parquet"))
    changed(folder, "annotations.parquet", with_column("flags", [text] * rows))

    tracemalloc.start()
    reading = Labelwright().read(source_of(folder))
    first = next(reading.items)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert first.document.annotations[0].flags["note"][:3] == "xxx"
    assert rows * len(text) > 90_000_000
    assert peak < 20_000_000


def test_a_picture_that_was_exchanged_is_not_given_out(tmp_path: Path) -> None:
    (export(tmp_path / "out") / "images/0.png").write_bytes(b"other")

    first, second = Labelwright().read(source_of(tmp_path / "out")).items

    with pytest.raises(UnreadableLabels, match=r"images/0\.png"):
        first.media()  # pyright: ignore[reportOptionalCall]
    assert second.media() == (tmp_path / "out/images/1.png").read_bytes()  # pyright: ignore[reportOptionalCall]


def test_a_picture_elsewhere_is_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = changed(export(tmp_path / "out"), "items.parquet", with_column("picture", ["../secret.txt"]))

    first, _ = Labelwright().read(source_of(folder)).items

    assert first.media is None


@pytest.mark.parametrize("name", ["zip_slip", "zip_symlink", "zip_bomb_200MB"])
def test_hostile_archives_are_refused(name: str) -> None:
    with pytest.raises((UnsafeArchive, BadFile)):
        Labelwright().read(source_of(shared_data(f"hostile/generated/{name}.zip")))


def test_an_archive_that_lies_about_a_files_size_is_refused(tmp_path: Path) -> None:
    export(tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "in.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (tmp_path / "out").glob("*.*"):
            archive.write(path, path.name)
    data = bytearray((tmp_path / "in.zip").read_bytes())
    with zipfile.ZipFile(tmp_path / "in.zip") as archive:
        info = archive.getinfo("annotations.parquet")
    at = data.index(info.file_size.to_bytes(4, "little"), data.index(b"PK\x01\x02"))
    data[at : at + 4] = (10).to_bytes(4, "little")
    (tmp_path / "in.zip").write_bytes(data)

    with pytest.raises(BadFile):
        faults(tmp_path / "in.zip")


def test_large_masks_are_written_in_small_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BYTES", 10_000)
    mask = Mask(left=0, top=0, width=100, height=100, runs=(0, *[1] * 10_000))
    document = Document(annotations=tuple(annotation(n, mask) for n in range(6)))

    written(Labelwright(), [item("a.png", document, 100, 100)], tmp_path / "out")

    table = pq.ParquetFile(tmp_path / "out/annotations.parquet")
    assert table.num_row_groups == 6
    (entry,) = Labelwright().read(source_of(tmp_path / "out")).items
    assert entry.document.annotations[5].shape == mask


def test_arrow_is_loaded_by_whoever_needs_it_first() -> None:
    program = (
        "import sys, labelwright.serving, labelwright.services.services, labelwright.worker.child\n"
        "from labelwright.formats.registry import every\n"
        "every()\n"
        "sys.exit('pyarrow' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
