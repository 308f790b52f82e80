"""Nasty files: right ones of each format, spoilt in the ways that files are spoilt or made to harm.

`nasty(files)` yields (what was done, files). Whoever reads them either refuses with a sentence or
reads what is left; nothing else may happen (test_nasty_files.py).
"""

import io
import random
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise

Files = list[tuple[str, bytes]]
Spoil = Callable[[bytes, random.Random], bytes]

XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(9))
    + b"]><x>&a9;</x>"
)
NUMBERS = re.compile(rb"(?<![\w.-])\d+(?![\w.])")


def deep(n: int) -> bytes:
    return b"[" * n + b"]" * n


def number_becomes(value: bytes) -> Spoil:
    """One of the numbers in a file is another: an offset out of range, reversed, or none."""

    def spoil(content: bytes, dice: random.Random) -> bytes:
        places = list(NUMBERS.finditer(content))
        if not places:
            return content
        place = dice.choice(places)
        return content[: place.start()] + value + content[place.end() :]

    return spoil


def swapped(content: bytes, dice: random.Random) -> bytes:
    """Two numbers that follow each other change places: ends before starts."""
    pairs = list(pairwise(NUMBERS.finditer(content)))
    if not pairs:
        return content
    one, other = dice.choice(pairs)
    middle = content[one.end() : other.start()]
    return content[: one.start()] + other.group() + middle + one.group() + content[other.end() :]


def line_twice(content: bytes, dice: random.Random) -> bytes:
    """A line stands twice, so that ids do."""
    lines = content.splitlines(keepends=True) or [b""]
    at = dice.randrange(len(lines))
    return b"".join([*lines[: at + 1], lines[at], *lines[at + 1 :]])


def line_gone(content: bytes, dice: random.Random) -> bytes:
    """A line is missing, so that links dangle."""
    lines = content.splitlines(keepends=True) or [b""]
    del lines[dice.randrange(len(lines))]
    return b"".join(lines)


def flipped(content: bytes, dice: random.Random) -> bytes:
    spoilt = bytearray(content or b"x")
    for _ in range(5):
        spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
    return bytes(spoilt)


def cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content) or 1)]


def put_in(words: bytes) -> Spoil:
    def spoil(content: bytes, dice: random.Random) -> bytes:
        at = dice.randrange(len(content) + 1)
        return content[:at] + words + content[at:]

    return spoil


CIRCLES = (  # how formats write a link, and the same link back to where it begins
    (rb'\{("id": \d+, |"type": "relation", )"from_id": ([^,]+), "to_id": ([^,]+)',
     rb'{\1"from_id": \3, "to_id": \2}, \g<0>'),
    (rb'\{"head": \d+, "child": \d+, "head_span": (\{[^{}]*\}), "child_span": (\{[^{}]*\})',
     rb'{"head_span": \2, "child_span": \1}, \g<0>'),
    (rb'("items": \[)(.*?"body": ("[^"]+"),\s*"target": \[\s*("[^"]+"))',
     rb'\1{"type": "Annotation", "motivation": "linking", "body": \4, "target": [\3]},\2'),
    (rb'<sourcemark:Link xmi:id="\d+" source="(\d+)" target="(\d+)"',
     rb'<sourcemark:Link xmi:id="99999" source="\2" target="\1"/>\g<0>'),
    (rb'<Link guid="[^"]*" name="sources"[^>]* originGUID="([^"]*)" targetGUID="([^"]*)"',
     rb'<Link guid="back" name="sources" originGUID="\2" targetGUID="\1"/>\g<0>'),
    (rb'(?m)^E\d+\tSourcing:T\d+ source:(T\d+) target:(T\d+)',
     rb'R99\tSources Arg1:\2 Arg2:\1\nE98\tX:E99\nE99\tX:E98\n\g<0>'),
)  # fmt: skip


def circled(content: bytes, dice: random.Random) -> bytes:
    """The first link leads back as well; in brat, two events also refer to each other."""
    for link, both in CIRCLES:
        content = re.sub(link, both, content, count=1, flags=re.DOTALL)
    return content


def plain(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def mixed(content: bytes, dice: random.Random) -> bytes:
    return content.replace(b"\n", b"\r\n", 3).replace(b"\n", b"\r", 2)


def is_packed(content: bytes) -> bool:
    return content.startswith(b"PK")


SPOILT: dict[str, Spoil] = {
    "in UTF-16": lambda content, _: plain(content).encode("utf-16"),
    "in UTF-32": lambda content, _: plain(content).encode("utf-32"),
    "in Latin-1": lambda content, _: plain(content).encode("latin-1", "replace") + b"\xe9",
    "with a byte order mark": lambda content, _: b"\xef\xbb\xbf" + content,
    "with Windows line ends": lambda content, _: content.replace(b"\n", b"\r\n"),
    "with mixed line ends": mixed,
    "with NUL": put_in(b"\x00"),
    "with half a character": put_in(b"\xf0\x9f"),
    "with a surrogate": put_in(b"\\ud83d"),
    "empty": lambda content, _: b"",
    "only spaces": lambda content, _: b" \n\t\r\n",
    "cut": cut,
    "flipped": flipped,
    "with a line twice": line_twice,
    "without a line": line_gone,
    "with an offset out of range": number_becomes(b"99999999"),
    "with an offset beyond every number": number_becomes(b"9" * 5000),
    "with a negative offset": number_becomes(b"-7"),
    "with an offset that is no number": number_becomes(b"1e999"),
    "with offsets reversed": swapped,
    "with links in a circle": circled,
    "deep JSON": lambda content, _: deep(200_000),
    "deep JSON in an object": lambda content, _: b'{"a":' * 100_000,
    "with a line of 10 MB": lambda content, _: content + b"x" * 10_000_000,
    "10 MB of quotes": lambda content, _: b'"' * 10_000_000,
    "with a formula": put_in(b"=HYPERLINK(1)"),
    "an outer entity": lambda content, _: XXE,
    "a billion laughs": lambda content, _: LAUGHS,
    "deep XML": lambda content, _: b"<a>" * 100_000,
}  # fmt: skip


def nasty(files: Files, seed: int = 1, ways: tuple[str, ...] = ()) -> Iterator[tuple[str, Files]]:
    """Each file spoilt in each way, or in some, the others as they were."""
    dice = random.Random(seed)
    for how, spoil in SPOILT.items():
        if ways and how not in ways:
            continue
        for at, (path, content) in enumerate(files):
            spoilt = spoil(content, dice)
            yield f"{path} {how}", [*files[:at], (path, spoilt), *files[at + 1 :]]
    if ways:
        return
    for at, (path, _) in enumerate(files):
        yield f"{path} is missing", [*files[:at], *files[at + 1 :]]
    for at, (path, content) in enumerate(files):
        if is_packed(content):
            for how, packed in nasty(unpacked(content), seed):
                yield (
                    f"{path}: {how}",
                    [*files[:at], (path, packed_again(packed)), *files[at + 1 :]],
                )


def unpacked(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def packed_again(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files:
            archive.writestr(path, content)
    return out.getvalue()


# --- zip files that were made to harm -------------------------------------------------------------


def zip_of(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def linked() -> bytes:
    info = zipfile.ZipInfo("passwd.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zip_of((info, b"/etc/passwd"))


def lying() -> bytes:
    """Says of 50 MB that they are ten bytes."""
    content = bytearray(zip_of(("a.txt", b"0" * 50_000_000)))
    for at in (content.index(b"PK\x03\x04") + 22, content.rindex(b"PK\x01\x02") + 24):
        content[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(content)


def locked() -> bytes:
    content = bytearray(zip_of(("a.txt", b"secret")))
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


ZIPS: dict[str, tuple[bytes, str]] = {
    "slips out": (zip_of(("../../etc/passwd", b"x")), "folder above its own"),
    "slips out backwards": (zip_of(("..\\..\\passwd", b"x")), "folder above its own"),
    "is absolute": (zip_of(("/etc/passwd", b"x")), "absolute path"),
    "has a drive": (zip_of(("C:/x.txt", b"x")), "absolute path"),
    "is a link": (linked(), "link to another file"),
    "is a bomb": (zip_of(("a.txt", b"0" * 100_000_000)), "a file may have"),
    "is many bombs": (
        zip_of(*((f"{n}.txt", b"0" * 15_000_000) for n in range(3))), "are more than",
    ),
    "has too many files": (zip_of(*((f"{n}.txt", b"") for n in range(1_001))), "more than 1,000"),
    "lies about its size": (lying(), "cannot be unpacked"),
    "is locked": (locked(), "password"),
    "is cut": (zip_of(("a.txt", b"x" * 1_000))[:60], "not a zip file"),
    "has a name twice": (zip_of(("a.txt", b"1"), ("A.txt", b"2"), ("a.txt", b"3")), "this name"),
    "is none": (b"PK\x03\x04" + b"\x00" * 100, "not a zip file"),
}  # fmt: skip
