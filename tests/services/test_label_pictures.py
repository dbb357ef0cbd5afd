"""Pictures that are labels are told apart from pictures to label, in folders and zips."""

import zipfile
from pathlib import Path

from PIL import Image

from labelwright.services.uploads import Uploads
from tests.services.conftest import World
from tests.services.test_item_import import data_of, run
from tests.services.test_label_import import bring

VOC = """<annotation><folder>x</folder><filename>one.jpg</filename>
<size><width>64</width><height>48</height><depth>3</depth></size>
<object><name>Cell</name><bndbox><xmin>3</xmin><ymin>4</ymin><xmax>20</xmax><ymax>30</ymax></bndbox></object>
</annotation>"""


def voc(folder: Path) -> Path:
    """A VOC set of one picture with its label maps."""
    for name in ("JPEGImages", "Annotations", "SegmentationClass", "SegmentationObject"):
        (folder / name).mkdir(parents=True)
    (folder / "JPEGImages" / "one.jpg").write_bytes(data_of(1, "JPEG"))
    (folder / "Annotations" / "one.xml").write_text(VOC)
    for name in ("SegmentationClass", "SegmentationObject"):
        Image.new("P", (64, 48), 1).save(folder / name / "one.png")
    return folder


def zipped(folder: Path, place: Path) -> Path:
    with zipfile.ZipFile(place, "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder).as_posix())
    return place


def test_label_maps_do_not_become_items_and_the_report_says_so(world: World, tmp_path: Path) -> None:
    folder = voc(tmp_path / "in")
    project = world.project().id

    for source in (folder, zipped(folder, tmp_path / "in.zip")):
        made = run(world, world.services.item_imports.start(world.owner, project, source=str(source)))

        reasons = {entry["name"]: entry["reason"] for entry in made.report["skipped"]}
        assert [i.name for i in world.services.items.list(world.owner, project).items] == [
            "JPEGImages/one.jpg"
        ]
        assert "label of Pascal VOC" in reasons["SegmentationClass/one.png"]
        assert "label of Pascal VOC" in reasons["SegmentationObject/one.png"]


def test_a_look_counts_pictures_and_labels_apart(world: World, tmp_path: Path) -> None:
    project = world.project().id

    look = world.services.label_imports.look(world.owner, project, source=str(voc(tmp_path / "in")))

    assert (look.images, look.label_files, look.label_pictures, look.archives) == (1, 1, 2, 0)
    assert look.formats[0].name == "voc"
    assert look.formats[0].reason


def test_an_upload_is_kept_for_the_labels_and_then_thrown_away(world: World, tmp_path: Path) -> None:
    project = world.project(review=False).id
    uploads = Uploads(world.context)
    upload = uploads.open(world.owner, project).id
    for path in voc(tmp_path / "in").rglob("*.*"):
        incoming = uploads.file(world.owner, upload, path.relative_to(tmp_path / "in").as_posix())
        incoming.write(path.read_bytes())
        incoming.finish()

    run(
        world,
        world.services.item_imports.start(world.owner, project, upload=upload, keep_upload=True),
    )
    kept = uploads.folder(world.owner, upload).is_dir()
    labels = bring(world, project, None, upload=upload)

    assert kept
    assert labels.report["annotations"] == 1
    assert not (world.context.uploads / upload).exists()
