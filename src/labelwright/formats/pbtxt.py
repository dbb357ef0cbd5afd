"""TensorFlow's label maps (`*.pbtxt`): classes with numbers from 1, as protobuf's text.

`item { id: 1 name: 'cat' display_name: 'Cat' }`. Names are written in quotes, with backslashes before
quotes, backslashes and line breaks, as protobuf's text format reads them.
"""

import re
from collections.abc import Iterator, Sequence

from labelwright.core.errors import UnreadableLabels
from labelwright.formats.folder import Source, text_of

MOST = 1_000_000  # classes
_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<open>[{<])|(?P<close>[}>])|(?P<mark>[:;,])|(?P<number>-?\d{1,18}(?![\w.]))"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<other>[^\s{}<>:;,]+)"""
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r"}


def is_label_map(start: bytes) -> bool:
    """Whether a file begins as a label map does."""
    return re.match(rb"(\xef\xbb\xbf)?(\s|#[^\n]*\n)*item\s*:?\s*[{<]", start) is not None


def maps_of(source: Source) -> list[str]:
    """The label maps of a source."""
    return [
        name
        for name in source.names()
        if name.lower().endswith((".pbtxt", ".prototxt")) and is_label_map(source.start(name, 4096))
    ]


def labels_of(source: Source, name: str) -> dict[int, str]:
    """The classes by their numbers, in the file's order. Raises UnreadableLabels."""
    found: dict[int, str] = {}
    fields: dict[str, str] = {}
    key, depth = "", 0
    for kind, token in _tokens(text_of(source, name)):
        if kind == "open":
            depth += 1
            fields = {} if depth == 1 else fields
        elif kind == "close":
            depth -= 1
            if depth == 0 and len(found) < MOST and fields.get("id", "").isdigit():
                number = int(fields["id"])
                found[number] = fields.get("name") or fields.get("display_name") or str(number)
        elif depth == 1 and kind == "word":
            key = token
        elif depth == 1 and kind in ("text", "number") and key:
            # Texts that stand side by side are one text.
            fields[key] = fields.get(key, "") + token if kind == "text" else token
    if not found:
        raise UnreadableLabels(name, "", "this is no label map: it has no item with an id")
    return found


def label_map(names: Sequence[str]) -> Iterator[str]:
    """The lines of a label map of classes in their order, numbered from 1."""
    for number, name in enumerate(names, 1):
        yield "item {"
        yield f"  id: {number}"
        yield f"  name: '{_escaped(name)}'"
        yield "}"


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind == "text":
            yield kind, _unescaped(found[0][1:-1])
        elif kind:
            yield kind, found[0]


def _escaped(name: str) -> str:
    text = name.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return text.replace("\t", "\\t")


def _unescaped(text: str) -> str:
    """A text without its escapes; those of bytes are UTF-8."""
    if "\\" not in text:
        return text

    def meant(found: re.Match[str]) -> str:
        word = found[1]
        if word[0] == "x" and len(word) > 1:
            return chr(int(word[1:], 16))
        return chr(int(word, 8) & 255) if word[0] in "01234567" else _PLAIN.get(word, word)

    if not re.search(r"\\(x[0-9a-fA-F]|[0-7])", text):
        return _ESCAPE.sub(meant, text)
    raw = _ESCAPE.sub(meant, text.encode().decode("latin-1"))
    return raw.encode("latin-1").decode("utf-8", "replace")
