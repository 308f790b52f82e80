"""The pages around the marking: what a manager and a newcomer do there, by what they read."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

STUDY = "Wire copy of the week"


@dataclass(frozen=True)
class Newcomer:
    """Somebody who is invited, and the account that they make."""

    name: str
    username: str
    password: str

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"


def sign_in(page: Page, base: str, username: str, password: str) -> None:
    page.goto(base)
    page.get_by_label("E-mail address or user name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def go(page: Page, name: str) -> None:
    """By the study's own navigation."""
    page.get_by_role("navigation", name="Study").get_by_role("link", name=name).click()


def make_study(page: Page, name: str = STUDY) -> None:
    """From the home page to a study with the default codebook."""
    page.get_by_role("link", name="New study").or_(
        page.get_by_role("link", name="Make a study")
    ).first.click()
    page.get_by_label("Name").fill(name)
    expect(page.get_by_label("Codebook")).to_contain_text("The default codebook")
    page.get_by_role("button", name="Create the study").click()
    expect(page.get_by_role("status")).to_contain_text(f"“{name}” is ready.")


def import_article(page: Page, file: Path) -> None:
    go(page, "Articles")
    page.get_by_role("link", name="Import articles").first.click()
    page.get_by_label("Files").set_input_files(file)
    page.get_by_role("button", name="Look at the files").click()
    expect(page.get_by_role("heading", name="What is in the files")).to_be_visible()
    page.get_by_role("button", name="Store 1 article").click()
    expect(page.get_by_role("heading", name="1 article stored")).to_be_visible()


def invite(page: Page) -> str:
    """The link for one more annotator."""
    go(page, "People")
    page.get_by_role("link", name="Invite somebody").click()
    expect(page.get_by_label("Annotator: marks the articles assigned to them")).to_be_checked()
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_label("Invitation link").input_value()


def assign_to_all(page: Page) -> None:
    go(page, "Assignments")
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name=re.compile("^Make ")).click()
    expect(page.get_by_role("status")).to_contain_text("2 assignments made")
