"""XML without entities, DTDs and addresses to fetch."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from annotations.corpus.files import BAD_ZIP

from .refused import FileRefused
from .sources import SourceFiles

BLOCK = 1 << 16  # bytes that are parsed at once


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
    with _said_of(path):
        builder = TreeBuilder(element_factory=PlacedElement)
        parser = _PlacingParser(target=builder, forbid_dtd=True)
        parser.feed(content)
        root: Element = parser.close()
    return root


def walk_xml(files: SourceFiles, path: str, wanted: Collection[str]) -> Iterator[Element]:
    """The root without what is in it, then each outermost element of the wanted names, whole.

    No more than one of them is in memory, so a file may be of any size. Raises FileRefused.
    """
    sieve = _Sieve(wanted)
    parser = _PlacingParser(target=sieve, forbid_dtd=True)
    with files.open(path) as file:
        while not sieve.closed:
            with _said_of(path):
                block = file.read(BLOCK)
                parser.feed(block) if block else parser.close()
            yield from sieve.taken()


class _Sieve:
    """What an XML parser calls: builds the wanted elements one by one, passes over the others."""

    closed = False

    def __init__(self, wanted: Collection[str]) -> None:
        self._wanted = frozenset(wanted)
        self._done: list[Element] = []
        self._builder: TreeBuilder | None = None
        self._depth = 0
        self._begun = False

    def taken(self) -> list[Element]:
        done, self._done = self._done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        if not self._begun:
            self._begun = True
            self._done.append(PlacedElement(tag, attributes))
            return self._done[-1]
        if self._builder is None:
            if tag not in self._wanted:
                return _PASSED
            self._builder = TreeBuilder(element_factory=PlacedElement)
        self._depth += 1
        return self._builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        if self._builder is not None:
            self._builder.end(tag)
            self._depth -= 1
            if not self._depth:
                self._done.append(self._builder.close())
                self._builder = None

    def data(self, words: str) -> None:
        if self._builder is not None:
            self._builder.data(words)

    def close(self) -> None:
        self.closed = True


_PASSED = PlacedElement("passed")


@contextmanager
def _said_of(path: str) -> Iterator[None]:
    """What is wrong with the XML of a file, as a FileRefused."""
    try:
        yield
    except DefusedXmlException:
        reason = "It defines entities or a document type, which is refused. Save it without."
        raise FileRefused(path, reason) from None
    except ParseError as error:
        line, column = error.position
        place = f"line {line}, character {column + 1}"
        raise FileRefused(path, f"This is not XML ({error.msg}).", place=place) from None
    except BAD_ZIP as error:
        raise FileRefused(path, f"This file cannot be unpacked ({error}).") from error
    except (LookupError, ValueError) as error:
        raise FileRefused(path, f"This is not XML that can be read ({error}).") from None
