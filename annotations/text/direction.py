"""Which way a text runs."""

import unicodedata
from itertools import islice
from typing import Literal, TypeAlias

Direction: TypeAlias = Literal["ltr", "rtl"]

RTL_LANGUAGES = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ku", "ps", "sd", "syr", "ug", "ur", "yi"}
)
LTR_SCRIPTS = frozenset({"latn", "cyrl"})
_READ_AT_MOST = 100_000  # code points


def direction(text: str, language: str = "", start: int = 0) -> Direction:
    """From the language tag where that decides, else from the first strong character.

    `start` (code points) skips what is not the article's own, such as a crawler prefix.
    """
    parts = language.lower().replace("_", "-").split("-")
    if parts[0] in RTL_LANGUAGES and LTR_SCRIPTS.isdisjoint(parts):
        return "rtl"
    for sign in islice(text, start, start + _READ_AT_MOST):
        kind = unicodedata.bidirectional(sign)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
