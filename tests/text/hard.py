"""Texts that break what counts or cuts characters."""

from hypothesis import strategies as st

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"  # one grapheme, five code points
FLAGS = "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7"  # Germany, France: two graphemes
ACUTE = "e\u0301"
HEBREW = "שלום"
HINDI = "क्षि"

TEXTS = [
    "plain words",
    f"a{FAMILY}b {FLAGS}x {ACUTE}tat",
    f"{HEBREW} \u200f(\u2067abc\u2069) {HINDI}",
    "one\u2028two\u2029three\u0085four",
    "\ufeffBOM inside\ufeff, soft\u00adhyphen, no\u00a0break, zero\u200bwidth",
    "tab\tff\x0cvt\x0b end",
    "\n\n\nleading\n\n \n\ntrailing\n\n",
    "x" * 5000,
    "\u0301" * 30 + FLAGS * 40,
    "   spaces around   ",
]

PIECES = [
    *"aZ9.!?,;:'’‘“”„«»\"()-– \n\t\x0b\x0c\u00a0\u0085\u2028\u2029\ufeff\u00ad\u200b\u200d\u200f",
    *(ACUTE, FAMILY, FLAGS, HEBREW, HINDI, "한", "日本。", "Mr. ", "U.S. ", "p.m. ", "No. ", "…"),
    *("\U0001f1e9", "\u0301", "1. ", "\r", "date 2023-11-10 ", "J.\u00a0K. ", "?! "),
]

texts = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"])).map("".join)
