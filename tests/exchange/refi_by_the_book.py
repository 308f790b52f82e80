"""What REFI-QDA's published schema (Project.xsd, 18 March 2019) asks of a project, for tests alone.

Written after the schema and the specification's text, in words of our own: which elements stand in
which, in which order and how often, which attributes they must and may have, and of what type. The
kinds of sources that we never write (pictures, PDF, sound, film), cases, graphs and sets are not
here: a project that holds one is no project of ours. Beyond the schema, as the specification says:
guids are there once, what is referred to exists and is of its kind, a text stands in one place,
selections lie inside it.
"""

import io
import re
import zipfile
from collections.abc import Callable
from xml.etree.ElementTree import Element, fromstring

SPACE = "{urn:QDA-XML:project:1.0}"
_HEX = r"[0-9a-fA-F]"
_GUID = re.compile(rf"({{)?{_HEX}{{8}}(-{_HEX}{{4}}){{3}}-{_HEX}{{12}}(?(1)}})")
_DATE = re.compile(r"-?\d{4,}-\d\d-\d\d")
_TIME = re.compile(_DATE.pattern + r"T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")

Check = Callable[[str], object]
TYPES: dict[str, Check] = {
    "string": lambda words: True,
    "guid": _GUID.fullmatch,
    "integer": re.compile(r"[+-]?\d+").fullmatch,
    "decimal": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)").fullmatch,
    "boolean": re.compile(r"true|false|0|1").fullmatch,
    "date": re.compile(_DATE.pattern + r"(Z|[+-]\d\d:\d\d)?").fullmatch,
    "moment": _TIME.fullmatch,
    "colour": re.compile(rf"#({_HEX}{{6}}|{_HEX}{{3}})").fullmatch,
    "direction": {"Associative", "OneWay", "Bidirectional"}.__contains__,
    "kind": {"Text", "Boolean", "Integer", "Float", "Date", "DateTime"}.__contains__,
}
MADE = "creatingUser:guid creationDateTime:moment modifyingUser:guid modifiedDateTime:moment"
# Of each element: what may stand in it, in order; its attributes, * for those it must have.
BOOK: dict[str, tuple[str, str]] = {
    "Project": (
        "Users? CodeBook? Variables? Sources? Notes? Links? Description? NoteRef*",
        "*name:string origin:string creatingUserGUID:guid creationDateTime:moment "
        "modifyingUserGUID:guid modifiedDateTime:moment basePath:string",
    ),
    "Users": ("User+", ""),
    "User": ("", "*guid:guid name:string id:string"),
    "CodeBook": ("Codes", ""),
    "Codes": ("Code+", ""),
    "Code": (
        "Description? NoteRef* Code*",
        "*guid:guid *name:string *isCodable:boolean color:colour",
    ),
    "Variables": ("Variable+", ""),
    "Variable": ("Description?", "*guid:guid *name:string *typeOfVariable:kind"),
    "Sources": ("TextSource+", ""),
    "Notes": ("Note+", ""),
    "TextSource": (
        "Description? PlainTextContent? PlainTextSelection* Coding* NoteRef* VariableValue*",
        f"*guid:guid name:string richTextPath:string plainTextPath:string {MADE}",
    ),
    "PlainTextSelection": (
        "Description? Coding* NoteRef*",
        f"*guid:guid name:string *startPosition:integer *endPosition:integer {MADE}",
    ),
    "Coding": ("CodeRef NoteRef*", "*guid:guid creatingUser:guid creationDateTime:moment"),
    "VariableValue": ("VariableRef TextValue?", ""),
    "Links": ("Link+", ""),
    "Link": (
        "NoteRef*",
        "*guid:guid name:string direction:direction color:colour originGUID:guid targetGUID:guid",
    ),
    "CodeRef": ("", "*targetGUID:guid"),
    "NoteRef": ("", "*targetGUID:guid"),
    "VariableRef": ("", "*targetGUID:guid"),
}
BOOK["Note"] = BOOK["TextSource"]
WORDS = ("Description", "PlainTextContent", "TextValue")  # nothing but characters in them
REFERS = {
    ("CodeRef", "targetGUID"): ("Code",),
    ("NoteRef", "targetGUID"): ("Note",),
    ("VariableRef", "targetGUID"): ("Variable",),
    ("Link", "originGUID"): tuple(BOOK),
    ("Link", "targetGUID"): tuple(BOOK),
}


def check_project(content: bytes) -> Element:
    """The root of a .qdpx file. Fails where it is not by the book."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        root = fromstring(archive.read("project.qde"))
        assert root.tag == f"{SPACE}Project"
        faults = list_faults(root)
        assert faults == [], faults[:5]
        _check_references(root)
        for source in root.iter(f"{SPACE}TextSource"):
            path, inside = source.get("plainTextPath"), source.find(f"{SPACE}PlainTextContent")
            assert (path is None) != (inside is None), "a text stands in one place"
            assert path is not None
            assert path.startswith("internal://")
            raw = archive.read(f"Sources/{path.removeprefix('internal://')}")
            _check_selections(source, raw.decode("utf-8"))
    return root


def list_faults(element: Element) -> list[str]:
    """What the schema does not allow, of the element and all in it."""
    name = element.tag.removeprefix(SPACE)
    if name in WORDS:
        return [f"{name} holds elements"] if len(element) or element.attrib else []
    if name not in BOOK:
        return [f"{name} is not in the book"]
    faults = []
    inside, attributes = BOOK[name]
    children = "".join(f"{child.tag.removeprefix(SPACE)} " for child in element)
    order = re.sub(r"(\w+)(\S?)\s*", r"(?:\1 )\2", inside)
    if not re.fullmatch(order, children):
        faults.append(f"{name} holds {children or 'nothing'}, not {inside}")
    texts = [element.text, *(child.tail for child in element)]
    if any(words and words.strip() for words in texts):
        faults.append(f"{name} holds words")
    told = dict(each.lstrip("*").split(":") for each in attributes.split())
    needed = {each[1:].split(":")[0] for each in attributes.split() if each.startswith("*")}
    faults += [f"{name} has no {missing}" for missing in sorted(needed - element.attrib.keys())]
    for attribute, value in element.attrib.items():
        if attribute not in told:
            faults.append(f"{name} has {attribute}")
        elif not TYPES[told[attribute]](value):
            faults.append(f"{name}: {attribute} is {value[:40]!r}, no {told[attribute]}")
    return [*faults, *(fault for child in element for fault in list_faults(child))]


def _check_references(root: Element) -> None:
    known: dict[str, str] = {}
    for element in root.iter():
        if guid := element.get("guid"):
            assert guid not in known, f"{guid} stands twice"
            known[guid] = element.tag.removeprefix(SPACE)
    for element in root.iter():
        name = element.tag.removeprefix(SPACE)
        for attribute, value in element.attrib.items():
            if attribute.startswith(("creatingUser", "modifyingUser")):
                assert known.get(value) == "User", (name, attribute)
            elif attribute.endswith("GUID"):
                assert known.get(value) in REFERS[name, attribute], (name, attribute)


def _check_selections(source: Element, text: str) -> None:
    for selection in source.iter(f"{SPACE}PlainTextSelection"):
        start, end = int(selection.get("startPosition", "")), int(selection.get("endPosition", ""))
        assert 0 <= start < end <= len(text)
