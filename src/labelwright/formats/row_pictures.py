"""Which picture the rows of a table mean: one in the table's folder, else the only one that fits."""

from pathlib import PurePosixPath

from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.splits import split_of_file


class RowPictures:
    """The pictures of one table; `split` is what the table's own name or folder tells."""

    def __init__(self, pictures: Pictures, file: str) -> None:
        folder = str(PurePosixPath(file).parent)
        self._beside = "" if folder == "." else folder
        self._prefix = f"{self._beside}/" if self._beside else ""
        self._pictures = pictures
        self.file, self.split = file, split_of_file(file)

    def of(self, name: str) -> tuple[str, str]:
        """A key that is the picture's path where there is one, and the name with the picture's ending."""
        if not self._pictures.names:
            return self._prefix + name, name
        picture = self._pictures.find(name, self._beside, f"{self._prefix}images")
        if picture is None:
            return self._prefix + name, name
        return picture, name if is_picture(name) else name + PurePosixPath(picture).suffix
