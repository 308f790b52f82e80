"""A page as its reader's program takes it apart: elements, attributes, scripts, forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Field:
    """What a form would send. `values` are all that could be chosen, `chosen` what is."""

    name: str
    values: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)

    def field(self, name: str) -> Field:
        return self.fields.setdefault(name, Field(name))

    def data(self) -> dict[str, list[str]]:
        return {name: each.chosen for name, each in self.fields.items() if each.chosen}


class Markup(HTMLParser):
    """`elements`: (tag, attributes); `scripts`: (type, what stands inside)."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._select: Field | None = None
        self._script: str | None = None
        self._area: Field | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.elements.append((tag, told))
        if tag == "script":
            self._script = told.get("type", "text/javascript")
        elif tag == "form":
            self.forms.append(Form(told.get("action", ""), told.get("method", "get").lower()))
        elif self.forms:
            self._note(tag, told)

    def _note(self, tag: str, told: dict[str, str]) -> None:
        form, name = self.forms[-1], told.get("name", "")
        if tag == "option" and self._select:
            self._select.values.append(told.get("value", ""))
            if "selected" in told:
                self._select.chosen.append(told.get("value", ""))
        elif tag == "select" and name:
            self._select = form.field(name)
        elif tag == "textarea" and name:
            self._area = form.field(name)
            self._area.chosen.append("")
        elif tag == "input" and name:
            one, kind = form.field(name), told.get("type", "text")
            one.values.append(told.get("value", ""))
            if kind not in ("checkbox", "radio") or "checked" in told:
                one.chosen.append(told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts.append((self._script, data))
        elif self._area is not None:
            self._area.chosen[-1] += data
