"""XML without entities, DTDs and addresses to fetch."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from .refused import FileRefused
from .sources import SourceFiles


class PlacedElement(Element):
    """An element that knows the line in which it begins, from 1."""

    line = 0


class _PlacingParser(DefusedXMLParser):  # type: ignore[misc]  # it ships no types
    def _start(self, tag: str, attributes: list[str]) -> Any:
        made = super()._start(tag, attributes)
        made.line = self.parser.CurrentLineNumber
        return made


def line_of(element: Element) -> str:
    """ "line 12", as findings name it."""
    return f"line {getattr(element, 'line', 0)}"


def parse_xml(files: SourceFiles, path: str) -> Element:
    """The root element of a file. Raises FileRefused.

    The characters of attributes come as XML gives them: line ends in attribute values become
    spaces unless they are written as &#10;.
    """
    content = files.read(path)
    try:
        builder = TreeBuilder(element_factory=PlacedElement)
        parser = _PlacingParser(target=builder, forbid_dtd=True)
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException:
        reason = "It defines entities or a document type, which is refused. Save it without."
        raise FileRefused(path, reason) from None
    except ParseError as error:
        line, column = error.position
        place = f"line {line}, character {column + 1}"
        raise FileRefused(path, f"This is not XML ({error.msg}).", place=place) from None
    except (LookupError, ValueError) as error:
        raise FileRefused(path, f"This is not XML that can be read ({error}).") from None
    return root
