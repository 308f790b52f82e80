"""What one article costs in Chromium: opening it, changing marks, keys, scrolling."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from bench.marking_browser.trace import CATEGORIES, cpu_until_painted

PROBE = Path(__file__).with_name("probe.js").read_text()
VIEW = {"width": 1280, "height": 800}
SETTLED_MS = 300  # what saving and the panel still do after a change is painted
LATE = """performance.getEntriesByType("resource")
    .filter(({ responseEnd }) => responseEnd > probe.ready).map(({ name }) => name)"""
WALK = ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "j", "k", "Shift+ArrowRight", "Escape"]
FETCHED_LATER_MS = 3_000  # the page fetches what is rare when it has nothing else to do
SCROLL_STEPS = 90
SCROLL_BY = 400  # CSS pixels a step


@dataclass
class Figures:
    """Milliseconds unless said otherwise."""

    ready: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    first_text: list[float] = field(default_factory=list)
    opening_cpu: list[float] = field(default_factory=list)
    bytes_ready: list[int] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)
    bytes_by_kind: dict[str, int] = field(default_factory=dict)
    bytes_ready_brotli: list[int] = field(default_factory=list)
    bytes_brotli: list[int] = field(default_factory=list)
    add: list[float] = field(default_factory=list)
    relabel: list[float] = field(default_factory=list)
    remove: list[float] = field(default_factory=list)
    add_cpu: list[float] = field(default_factory=list)
    relabel_cpu: list[float] = field(default_factory=list)
    remove_cpu: list[float] = field(default_factory=list)
    change_cpu: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    n_keys: int = 0
    scroll: list[float] = field(default_factory=list)
    frame_gap: list[float] = field(default_factory=list)
    missed: int = 0


@contextmanager
def opened(
    browser: Browser, site: str, session: str, encoding: str = "gzip"
) -> Iterator[tuple[Page, CDPSession]]:
    """A page in a browser that has been here before only in so far as it is signed in."""
    headers = {"Accept-Encoding": encoding}
    context = browser.new_context(viewport=VIEW, base_url=site, extra_http_headers=headers)
    context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    context.add_init_script(PROBE)
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"  the page complains: {error}"))
    try:
        yield page, context.new_cdp_session(page)
    finally:
        page.close(run_before_unload=False)
        context.close()


def wait_until_ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
    while page.evaluate("probe.shown") is None:
        page.wait_for_timeout(20)


def measure_opening(
    browser: Browser, site: str, session: str, path: str, into: Figures, encoding: str = "gzip"
) -> None:
    """A cold visit: nothing in the cache."""
    with opened(browser, site, session, encoding) as (page, devtools):
        kinds: dict[str, str] = {}
        names: dict[str, str] = {}
        sizes: dict[str, float] = {}
        devtools.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
        devtools.on(
            "Network.responseReceived",
            lambda e: names.update({e["requestId"]: e["response"]["url"]}),
        )
        devtools.on(
            "Network.loadingFinished",
            lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}),
        )
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(path, wait_until="commit", timeout=120_000)
        wait_until_ready(page)
        into.opening_cpu.append(busy_ms(devtools))
        page.wait_for_timeout(FETCHED_LATER_MS)
        page.wait_for_load_state("networkidle")
        into.ready.append(page.evaluate("probe.ready"))
        into.shown.append(page.evaluate("probe.shown"))
        paints = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
        into.first_text.append(page.evaluate(paints) or into.shown[-1])
        into.bytes.append(round(sum(sizes.values())))
        late = set(page.evaluate(LATE))
        early = (size for request, size in sizes.items() if names.get(request) not in late)
        into.bytes_ready.append(round(sum(early)))
        by_kind: dict[str, float] = {}
        for request, size in sizes.items():
            kind = kinds.get(request, "Other")
            by_kind[kind] = by_kind.get(kind, 0) + size
        into.bytes_by_kind = {kind: round(size) for kind, size in sorted(by_kind.items())}


def measure_working(
    browser: Browser, site: str, session: str, path: str, rounds: int, into: Figures
) -> None:
    """Marks made, relabelled and removed all over the article, then keys, then scrolling."""
    with opened(browser, site, session) as (page, devtools):
        page.goto(path, wait_until="commit", timeout=120_000)
        wait_until_ready(page)
        page.wait_for_timeout(1_000)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        dice = random.Random(rounds)
        measure_marks(page, devtools, dice, Figures())  # warms up
        browser.start_tracing(page=page, categories=CATEGORIES)
        for _ in range(rounds):
            measure_marks(page, devtools, dice, into)
        costs = cpu_until_painted(browser.stop_tracing())
        into.add_cpu, into.relabel_cpu, into.remove_cpu = costs[::3], costs[1::3], costs[2::3]
        measure_keys(page, dice, into)
        measure_scrolling(page, devtools, into)


def measure_marks(page: Page, devtools: CDPSession, dice: random.Random, into: Figures) -> None:
    """A click on a plain word, a label key; another label key; Delete."""
    place = None
    while place is None:
        place = page.evaluate("probe.word", dice.randrange(1_000_000))
    page.wait_for_timeout(SETTLED_MS)
    page.mouse.click(place["x"], place["y"])
    page.wait_for_timeout(SETTLED_MS)
    before = page.evaluate("probe.marks()")
    for key, times, marks in (
        ("4", into.add, before + 1),
        ("3", into.relabel, before + 1),
        ("Delete", into.remove, before),
    ):
        page.evaluate("probe.watch()")
        busy = busy_ms(devtools)
        page.keyboard.press(key)
        took = page.evaluate("probe.change")
        if took is None or page.evaluate("probe.marks()") != marks:
            into.missed += 1
        else:
            times.append(took)
        page.wait_for_timeout(SETTLED_MS)
        into.change_cpu.append(busy_ms(devtools) - busy)


def measure_keys(page: Page, dice: random.Random, into: Figures) -> None:
    """Each key's duration as the browser reports it; what took less than 16 ms is 16."""
    page.evaluate("probe.keys = []")
    place = None
    while place is None:
        place = page.evaluate("probe.word", dice.randrange(1_000_000))
    page.mouse.click(place["x"], place["y"])
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate("probe.keys = []")
    into.n_keys = 0
    for number in range(120):
        keys = ["4", "3", ".", ",", "Delete"] if number % 15 == 7 else [WALK[number % len(WALK)]]
        for key in keys:
            page.keyboard.press(key)
            into.n_keys += 1
            page.wait_for_timeout(70)
    page.wait_for_timeout(SETTLED_MS)
    worst: dict[int, float] = {}
    for entry in page.evaluate("probe.keys"):
        which, duration = entry["interactionId"], entry["duration"]
        worst[which] = max(worst.get(which, 0), duration)
    slow = sorted(worst.values())
    into.keys = [16.0] * max(0, into.n_keys - len(slow)) + slow


def measure_scrolling(page: Page, devtools: CDPSession, into: Figures) -> None:
    """Main-thread time for each frame while the wheel turns, in three runs."""
    for share in (0.1, 0.4, 0.7):
        page.evaluate(
            "share => window.scrollTo(0, document.documentElement.scrollHeight * share)", share
        )
        page.mouse.move(400, 400)
        page.wait_for_timeout(SETTLED_MS)
        before = busy_ms(devtools)
        page.evaluate("probe.countFrames()")
        began = time.monotonic()
        for _ in range(SCROLL_STEPS):
            page.mouse.wheel(0, SCROLL_BY)
            page.wait_for_timeout(10)
        frames = page.evaluate("probe.stopFrames()")
        into.scroll.append((busy_ms(devtools) - before) / max(1, frames))
        into.frame_gap.append((time.monotonic() - began) * 1000 / max(1, frames))


def busy_ms(devtools: CDPSession) -> float:
    """CPU time of the page's main thread so far: other programs do not add to it."""
    metrics: list[dict[str, Any]] = devtools.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "TaskDuration") * 1000
