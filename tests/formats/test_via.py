"""VIA's files of every version, by hand."""

import json
from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.shapes import Box, Ellipse, Point, Points, Polygon, Polyline
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from labelwright.formats.via import Via
from tests.conformance.conftest import BOX, annotation, item, written

RECT = {"name": "rect", "x": 1, "y": 2, "width": 8, "height": 6}
TRIANGLE = {"all_points_x": [1, 9, 9], "all_points_y": [2, 2, 8]}
CORNERS = (Point(1, 2), Point(9, 2), Point(9, 8))


def read(place: Path):
    """The reading and the items of a file that is recognized."""
    found, _ = choose(source_of(place))
    assert found.name == "via"
    reading = found.read(source_of(place))
    return reading, list(reading.items)


def picture(*regions: tuple[dict, dict], as_table: bool = False) -> dict:
    """A picture of version 2, or of version 1, whose regions have numbers."""
    listed = [{"shape_attributes": shape, "region_attributes": said} for shape, said in regions]
    numbered = {str(place): one for place, one in enumerate(listed)}
    return {
        "a.png123": {
            "filename": "a.png",
            "size": 123,
            "regions": numbered if as_table else listed,
            "file_attributes": {},
        }
    }


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        (RECT, Box(left=1, top=2, right=9, bottom=8)),
        ({"name": "circle", "cx": 5, "cy": 6, "r": 2}, Ellipse(x=5, y=6, rx=2, ry=2)),
        (
            {"name": "ellipse", "cx": 5, "cy": 6, "rx": 2, "ry": 1, "theta": 0.5},
            Ellipse(x=5, y=6, rx=2, ry=1, angle=0.5),
        ),
        ({"name": "polygon", **TRIANGLE}, Polygon(parts=((CORNERS,),))),
        ({"name": "polyline", **TRIANGLE}, Polyline(points=CORNERS)),
        ({"name": "point", "cx": 5, "cy": 6}, Points(points=(Point(5, 6),))),
    ],
)
def test_every_shape_is_read(tmp_path: Path, shape: dict, wanted: object) -> None:
    (tmp_path / "via.json").write_text(json.dumps(picture((shape, {"class": "cell", "stain": "blue"}))))

    reading, (one,) = read(tmp_path)

    (found,) = one.document.annotations
    assert (found.category, found.shape, found.attributes) == ("cell", wanted, {"stain": "blue"})
    assert (one.name, reading.faults) == ("a.png", [])


def test_a_project_lists_categories_and_ticks_are_several(tmp_path: Path) -> None:
    options = {"type": "checkbox", "options": {"dirt": "", "cell": "", "glass": ""}}
    regions = picture((RECT, {"kinds": "", "type": {"cell": True, "dirt": False, "glass": True}}))
    body = {"_via_attributes": {"region": {"type": options}, "file": {}}, "_via_img_metadata": regions}
    (tmp_path / "via.json").write_text(json.dumps(body))

    reading, (one,) = read(tmp_path)

    assert reading.categories == ["dirt", "cell", "glass"]
    said = [(a.category, a.group) for a in one.document.annotations]
    assert said == [("cell", "region 1"), ("glass", "region 1")]


def test_version_1_has_numbered_regions_and_closed_polygons(tmp_path: Path) -> None:
    closed = {key: [*values, values[0]] for key, values in TRIANGLE.items()}
    regions = picture(({"name": "polygon", **closed}, {"species": "cell"}), as_table=True)
    (tmp_path / "via.json").write_text(json.dumps(regions))

    _, (one,) = read(tmp_path)

    assert [(a.category, a.shape) for a in one.document.annotations] == [
        ("cell", Polygon(parts=((CORNERS,),)))
    ]


def test_a_table_is_read_with_its_pictures_without_regions(tmp_path: Path) -> None:
    rows = (
        "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes",
        'a.png,1,"{}",2,0,"{""name"":""rect"",""x"":1,""y"":2,""width"":8,""height"":6}","{""label"":""cell""}"',
        'a.png,1,"{}",2,1,"{""name"":""point"",""cx"":5,""cy"":6}","{}"',
        'b.png,1,"{}",0,0,"{}","{}"',
        'c.png,1,"{}",1,0,"{broken","{}"',
    )
    (tmp_path / "via.csv").write_text("\n".join(rows))

    reading, items = read(tmp_path)

    assert {one.name: [a.category for a in one.document.annotations] for one in items} == {
        "a.png": ["cell", "unlabeled"],
        "b.png": [],
    }
    assert [fault.place for fault in reading.faults] == ["line 5"]


def test_version_3_is_read(tmp_path: Path) -> None:
    regions = [[2, 1, 2, 8, 6], [7, 1, 2, 9, 2, 9, 8], [1, 5, 6], [4, 5, 6, 2, 1], []]
    metadata = {
        f"1_{n}": {"vid": "1", "flg": 0, "z": [], "xy": xy, "av": {"1": "0"}} for n, xy in enumerate(regions)
    }
    metadata["1_z"] = {"vid": "1", "flg": 0, "z": [0.5, 2], "xy": [], "av": {"1": "1"}}
    body = {
        "project": {"pid": "x", "data_format_version": "3.1.1"},
        "attribute": {"1": {"aname": "class", "type": 4, "options": {"0": "cell", "1": "dirt"}}},
        "file": {"1": {"fid": 1, "fname": "a.png", "type": 2, "loc": 1, "src": ""}},
        "metadata": metadata,
        "view": {"1": {"fid_list": [1]}},
    }
    (tmp_path / "via.json").write_text(json.dumps(body))

    reading, (one,) = read(tmp_path)

    assert reading.categories == ["cell", "dirt"]
    assert [a.shape for a in one.document.annotations] == [
        Box(left=1, top=2, right=9, bottom=8),
        Polygon(parts=((CORNERS,),)),
        Points(points=(Point(5, 6),)),
        Ellipse(x=5, y=6, rx=2, ry=1),
        None,
    ]
    assert [(fault.place, "video" in fault.reason) for fault in reading.faults] == [
        ("$.view.1, region 6", True)
    ]


def test_a_project_is_as_via_writes_it(tmp_path: Path) -> None:
    one = item("one.png", Document(annotations=(annotation(1, BOX, attributes={"a1": "o1"}),)))
    written(Via(), [one], tmp_path / "out")

    body = json.loads((tmp_path / "out" / "via_project.json").read_text())
    size = (tmp_path / "out" / "one.png").stat().st_size

    (entry,) = body["_via_img_metadata"].values()
    assert list(body["_via_img_metadata"]) == [f"one.png{size}"]
    assert (entry["filename"], entry["size"]) == ("one.png", size)
    (region,) = entry["regions"]
    assert region["region_attributes"] == {"class": "Zelle", "Stain": "Giemsa blue"}
    assert region["shape_attributes"]["name"] == "rect"
    assert list(body["_via_attributes"]["region"]) == ["class", "Stain", "Remark"]
