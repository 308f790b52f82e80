"""The comparison with pygamma-agreement is a leg of its own: it runs where that is installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("pygamma_agreement") else ["test_against_pygamma.py"]
