"""XML without entities, DTDs and addresses to fetch."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .refused import FileRefused
from .sources import SourceFiles


def parse_xml(files: SourceFiles, path: str) -> Element:
    """The root element of a file. Raises FileRefused.

    The characters of attributes come as XML gives them: line ends in attribute values become
    spaces unless they are written as &#10;.
    """
    content = files.read(path)
    try:
        root: Element = fromstring(content, forbid_dtd=True)
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
