"""A keyboard and nothing else: every key is counted."""

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 60


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.n_keys = 0  # chords count as one
        self.n_letters = 0  # typed into fields

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.n_keys += len(keys)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.n_letters += len(words)

    def go(self, place: Locator) -> None:
        """Tab by tab until the place has the focus."""
        expect(place).to_be_visible()
        for _ in range(MOST_TABS):
            if place.evaluate("element => element === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"{MOST_TABS} tabs do not lead to {place}")

    def fill(self, place: Locator, words: str) -> None:
        self.go(place)
        self.type(words)
