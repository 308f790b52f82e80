"""What is wrong with a page for people who see, hear or point differently, by axe-core.

The rules are WCAG 2.2 at level AA and axe's best practices. Axe is injected as a script, which
our own policy rightly refuses: the page's context must be made with `bypass_csp=True`.
"""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"], "iframes": False}
ASK = """async (options) => {
    const { violations } = await axe.run(document, options);
    const first = (nodes) => nodes.slice(0, 3).map((node) => node.html.slice(0, 120));
    return violations.map(({ id, nodes }) => `${id}: ${first(nodes).join(", ")}`);
}"""
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def violations(page: Page) -> list[str]:
    """The rules that are broken, each with the first three places."""
    page.evaluate(Axe().axe_script)
    found: list[str] = page.evaluate(ASK, OPTIONS)
    return found


def misfits(page: Page) -> list[str]:
    """The same, and a line when the page is wider than its window."""
    content, window = page.evaluate(WIDTHS)
    wide = [f"{content - window} pixels wider than the window"] if content > window else []
    return violations(page) + wide
