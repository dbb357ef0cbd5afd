"""XML of strangers: entities and other declarations are refused, and every fault has its place."""

from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from labelwright.core.errors import LabelwrightError
from labelwright.formats.folder import Source
from labelwright.formats.report import Fault

LARGEST = 1024 * 2**20

Element = Any  # of xml.etree; defusedxml has no types of its own


def xml_files(source: Source) -> list[str]:
    """The XML files of a source."""
    return [name for name in source.names() if name.lower().endswith(".xml")]


def xml_of(source: Source, name: str, faults: list[Fault], limit: int = LARGEST) -> Element | None:
    """The root of an XML file, or None with a fault."""
    place, reason = "", ""
    try:
        return fromstring(source.read(name, limit), forbid_dtd=True)
    except DefusedXmlException:
        reason = "it declares a document type or entities, which are refused"
    except ParseError as error:
        line, column = error.position
        place, reason = f"line {line}, column {column}", "this is no readable XML"
    except LabelwrightError as error:
        reason = error.message
    except (ValueError, LookupError, RecursionError) as error:
        reason = f"this is no readable XML: {error}"
    faults.append(Fault(file=name, place=place, reason=reason))
    return None
