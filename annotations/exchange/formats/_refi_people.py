"""What the people of a REFI-QDA project are called: two of one name are two."""

from collections import Counter
from xml.etree.ElementTree import Element

from ..frame import Findings
from ..frame.xml_in import line_of


class Names:
    def __init__(self) -> None:
        self._guids: dict[str, str] = {}  # by what people are called
        self._n_more: Counter[str] = Counter()  # how many more are called so

    def of(self, user: Element, *, path: str, findings: Findings) -> str:
        guid = user.get("guid", "")
        name = user.get("id") or user.get("name") or "annotator"
        if self._guids.setdefault(name, guid) == guid:
            return name
        free = name
        while self._guids.setdefault(free, guid) != guid:
            self._n_more[name] += 1
            free = f"{name} {self._n_more[name] + 1}"
        sentence = f"Two people are called “{name[:40]}”; one of them is “{free[:50]}” now."
        findings.repaired(path, line_of(user), sentence)
        return free
