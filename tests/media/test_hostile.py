"""Every hostile file ends in an error of ours or in a picture, within bounds of memory."""

import resource
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from labelwright.core.errors import LabelwrightError
from labelwright.media.image import ImageLimits
from labelwright.media.rendition import display_rendition, examine
from tests.shared_data import shared_data

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")
MOST_MEMORY = 6 * 2**30  # address space; decoding one of the files without limits would ask for more


@pytest.fixture
def bounded_memory():
    """No more address space than the limit, so that a bomb fails instead of filling the machine."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.usefixtures("bounded_memory")
@pytest.mark.parametrize("name", ["generated", "exif_orientation", "pillow"])
def test_hostile_files_end_in_a_named_error_or_a_picture(name: str) -> None:
    folder, read, refused = shared_data(f"hostile/{name}"), 0, 0

    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        try:
            found = examine(path, path.name, ImageLimits())
            rendition = display_rendition(path, path.name, ImageLimits())
        except LabelwrightError as error:
            refused += 1
            check_words(error, path)
            continue
        read += 1
        small = Image.open(BytesIO(found.thumbnail))
        assert max(small.size) == min(320, max(found.picture.width, found.picture.height))
        assert_same_size(rendition.data, found.picture.width, found.picture.height)

    assert read >= 10
    assert refused >= 2


def check_words(error: LabelwrightError, path: Path) -> None:
    """A refusal names the file, not where the server keeps it, and what to do."""
    assert error.message.startswith(f"{path.name}: ")
    assert str(path) not in error.message
    assert error.remedy


def assert_same_size(data: bytes | None, width: int, height: int) -> None:
    """A rendition has the size of its item."""
    if data is not None:
        assert Image.open(BytesIO(data)).size == (width, height)


@pytest.mark.usefixtures("bounded_memory")
def test_no_part_of_a_picture_crashes_the_decoder() -> None:
    image = Image.effect_noise((48, 32), 90).convert("RGB")

    for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"):
        out = BytesIO()
        image.save(out, kind)
        data = out.getvalue()
        for cut in range(0, len(data), max(1, len(data) // 24)):
            flipped = data[:cut] + bytes([data[cut] ^ 0xFF]) + data[cut + 1 :]
            for broken in (data[:cut], flipped):
                with suppress(LabelwrightError):
                    examine(broken, "broken", ImageLimits(max_pixels=1_000_000))


def test_missing_files_are_refused_with_their_name(tmp_path: Path) -> None:
    with pytest.raises(LabelwrightError, match=r"gone\.png"):
        examine(tmp_path / "gone.png", "gone.png", ImageLimits())
