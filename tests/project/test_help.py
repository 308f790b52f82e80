"""What `--help` of each command says to somebody who has never used it."""

import pytest
from django.core.management import load_command_class

COMMANDS = ["agreement", "assign", "import_articles", "purge_bin"]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_gives_an_example_and_a_sentence_for_every_option(name: str) -> None:
    parser = load_command_class("annotations", name).create_parser("manage.py", name)
    told = parser.format_help()
    assert f"  manage.py {name} " in told
    for action in parser._actions:
        assert action.help or action.dest == "files", action.dest
