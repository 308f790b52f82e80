"""What a key costs the page's main thread until its change is handed over to be drawn.

Read from a trace of Chromium. CPU time: what other programs do on the machine does not add to it.
"""

import json
from collections.abc import Iterator
from typing import Any

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
Event = dict[str, Any]


def cpu_until_painted(trace: bytes) -> list[float]:
    """Milliseconds for each keydown of the trace, in their order.

    All tasks of the thread count from the one that handles the key to the one that commits the
    next frame: scripts, style, layout, paint. Rasterising is the work of other threads.
    """
    events: list[Event] = json.loads(trace)["traceEvents"]
    keys = sorted(keydowns(events), key=lambda event: event["ts"])
    return [cost(events, key) for key in keys]


def keydowns(events: list[Event]) -> Iterator[Event]:
    for event in events:
        if event["name"] == "EventDispatch" and event["args"]["data"]["type"] == "keydown":
            yield event


def cost(events: list[Event], key: Event) -> float:
    mine = [e for e in events if (e["pid"], e["tid"]) == (key["pid"], key["tid"])]
    commits = [e["ts"] + e["dur"] for e in mine if e["name"] == "Commit" and e["ts"] > key["ts"]]
    painted = min(commits, default=key["ts"])
    tasks = (e for e in mine if e["name"] == "RunTask" and e["ph"] == "X")
    within = (e for e in tasks if e["ts"] + e["dur"] > key["ts"] and e["ts"] < painted)
    return sum(float(e.get("tdur", 0)) for e in within) / 1000
