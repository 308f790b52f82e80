"""Files of which nothing is for PostgreSQL: they ask no database, or are tried on SQLite alone.

Each of that suite's processes would load and collect them for nothing. On SQLite a test for both
fails when it stands in one of them (conftest.py).
"""

NAMES = {
    "accounts": "narrowing second_factor",
    "admin": "pages",
    "api": "openapi rights",
    "architecture": "floors house layers modules nothing_seeps patterns templates words",
    "assignment": "planning",
    "corpus": "extraction files pages records",
    "curation": "calibrating cases foreign_merges meetings",
    "deploy": "files nginx",
    "exchange": """
        aliases brat conll demo demo_files doccano export_pages fitting foreseeing formats
        hf_dataset inner_zips json_values label_studio left_out marks_format mutated_files
        nasty_files native native_any native_seed prodigy refi_qda spacy_docbin tables tools
        w3c webanno_tsv wording xmi
    """,
    "marking": "lint painting put_away_choices",
    "project": """
        canaries distribution help promises serving settings setup site_css sqlite_turns
        stopping tied
    """,
    "reports": "excerpts pages passages plots sentences tables",
    "study": "default_codebook",
}
FILES = ["agreement", "text"]
FILES += [f"{room}/test_{name}.py" for room, names in NAMES.items() for name in names.split()]
