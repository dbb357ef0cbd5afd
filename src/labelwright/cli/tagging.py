"""`labelwright tag`: what a model says of pictures, without adding them anywhere."""

from pathlib import Path

from labelwright.cli.options import THERE, Target
from labelwright.cli.output import columns, say, show_json
from labelwright.cli.reach import client
from labelwright.core.errors import BadFile, InvalidInput
from labelwright.sdk.tagging import TagOutcome

MOST = 16  # pictures of one request: they travel in one body
LARGEST = 16 * 2**20


def tag(
    *images: str,
    model: str | None = None,
    project: str | None = None,
    least_confidence: float | None = None,
    ask_below: float | None = None,
    boxes: bool = False,
    target: Target = THERE,
) -> None:
    """Show the tags that a model gives to pictures.

    Parameters
    ----------
    images
        Files, or addresses of http and https, which the server fetches.
    model
        The model (`labelwright models list`); without one the first that tags.
    project
        A project, by name or id: tags are its categories.
    least_confidence
        Leave out what is less sure than this (0 to 1).
    ask_below
        Put a picture before a person of the project where the best tag is less sure than this.
    boxes
        Show where things are, too.
    """
    if not images:
        raise InvalidInput("There is no picture.", place="IMAGE", remedy="Name files or addresses.")
    pictures = [_picture(each) for each in images]
    done: list[TagOutcome] = []
    with client(target) as labelwright:
        options = {
            "model": model,
            "project": None if project is None else labelwright.projects.find(project).id,
            "least_confidence": least_confidence,
            "ask_below": ask_below,
            "boxes": boxes,
            "fetch": any(isinstance(each, str) for each in pictures),
        }
        for group in _groups(pictures):
            done += labelwright.tagging.batch(group, **options)
    if target.json:
        show_json([{"image": image, **_plain(one)} for image, one in zip(images, done, strict=True)])
    else:
        say(columns(("picture", "tag", "confidence", "where"), _rows(images, done)))
    failed = [(image, one) for image, one in zip(images, done, strict=True) if one.error is not None]
    if failed:
        image, one = failed[0]
        reason = (one.error or {}).get("message") or "it was refused"
        raise BadFile(
            f"{len(failed)} of {len(images)} pictures were not tagged. The first: {image}: {reason}",
            place=image,
            remedy=(one.error or {}).get("remedy"),
        )


def _picture(given: str) -> Path | str:
    if given.startswith(("http://", "https://")):
        return given
    file = Path(given)
    if not file.is_file():
        raise InvalidInput(f"There is no file “{given}”.", place="IMAGE", remedy="Check the path.")
    return file


def _groups(pictures: list[Path | str]) -> list[list[Path | str]]:
    groups: list[list[Path | str]] = []
    size = 0
    for picture in pictures:
        weight = picture.stat().st_size if isinstance(picture, Path) else 0
        if not groups or len(groups[-1]) >= MOST or size + weight > LARGEST:
            groups.append([])
            size = 0
        groups[-1].append(picture)
        size += weight
    return groups


def _plain(one: TagOutcome) -> dict[str, object]:
    return {"result": one.result, "error": one.error}


def _rows(images: tuple[str, ...], done: list[TagOutcome]) -> list[tuple[str, str, str, str]]:
    rows: list[tuple[str, str, str, str]] = []
    for image, one in zip(images, done, strict=True):
        if one.result is None:
            rows.append((image, "—", "", "not tagged"))
            continue
        waits = f"a person is asked ({one.result.request})" if one.result.state == "pending" else ""
        if one.result.boxes is not None:
            for box in one.result.boxes:
                sides = " ".join(f"{box['box'][side]:.0f}" for side in ("left", "top", "right", "bottom"))
                rows.append((image, str(box.get("name") or box["label"]), f"{box['confidence']:.2f}", sides))
        else:
            rows += [(image, tag.name or tag.label, f"{tag.confidence:.2f}", "") for tag in one.result.tags]
        if waits or not one.result.tags:
            rows.append((image, "—", "", waits or "nothing is found"))
    return rows
