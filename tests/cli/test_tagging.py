"""`labelwright tag` on a folder with no server."""

import json
from pathlib import Path

import pytest
from PIL import Image

from labelwright.cli.main import DONE, main


def test_pictures_are_tagged_and_what_is_none_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.effect_noise((64, 48), 60).convert("RGB").save(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    data = ["--model", "efficientnet-lite0", "--least-confidence", "0", "--data", str(tmp_path / "data")]

    good = main(["tag", str(tmp_path / "good.png"), "--json", *data])
    told = json.loads(capsys.readouterr().out)
    both = main(["tag", str(tmp_path / "good.png"), str(tmp_path / "bad.png"), *data])
    said = capsys.readouterr()
    none = main(["tag", str(tmp_path / "nothing.png"), *data])

    assert good == DONE
    assert told[0]["result"]["tags"][0]["confidence"] > 0
    assert both != DONE
    assert "good.png" in said.out
    assert "1 of 2 pictures were not tagged" in said.err
    assert none != DONE
    assert "There is no file" in capsys.readouterr().err
