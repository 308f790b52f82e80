import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.html import strip_tags

from annotations.accounts.models import User
from annotations.exchange.models import Export
from annotations.study.actions import create_study
from annotations.study.actions.studies import (
    LastRound,
    RoundInUse,
    RoundNameTaken,
    add_round,
    bring_back,
    remove_round,
    set_comparison,
    throw_away,
)
from annotations.study.models import AuditEntry, Role, Study
from annotations.study.queries.people import roles_of
from tests.people import assign, join, make_article, make_user

pytestmark = pytest.mark.django_db


def test_whoever_makes_a_study_manages_it(sign_in) -> None:
    gina = make_user("gina")
    response = sign_in(gina).post("/studies/new/", {"name": "New", "description": ""})
    study = Study.objects.get()
    assert response["Location"] == f"/studies/{study.pk}/people/"
    assert roles_of(study, gina) == {Role.MANAGER}
    assert [round.name for round in study.rounds.all()] == ["Pilot", "Main"]
    assert study.rules.count() > 30


def test_settings_are_saved_and_written_down(sign_in, led: Study, alice: User) -> None:
    data = {"name": "Coverage", "description": "d", "hide_source": "on"}
    assert sign_in(alice).post(f"/studies/{led.pk}/settings/", data).status_code == 302
    led.refresh_from_db()
    assert (led.name, led.hide_source) == ("Coverage", True)
    entry = AuditEntry.objects.get(action="study.changed")
    assert (entry.before["hide_source"], entry.after["hide_source"]) == (False, True)


def test_refused_settings_leave_the_header_as_it_was(sign_in, led: Study, alice: User) -> None:
    response = sign_in(alice).post(f"/studies/{led.pk}/settings/", {"name": ""})
    page = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#id_name">Name</a>: This field is required.' in page
    assert "Strike coverage" in page


def test_a_study_in_the_bin_is_hidden_from_everybody_and_comes_back(
    sign_in, led: Study, alice: User, erin: User
) -> None:
    manager, annotator = sign_in(alice), sign_in(erin)
    out = f"/studies/{led.pk}/settings/archive/"
    assert b"No such file has been made" in manager.get(out).content
    made = {"study": led, "created_by": alice, "state": "done", "path": "a.zip"}
    Export.objects.create(file_format="csv", **made)
    assert b"No such file has been made" in manager.get(out).content
    Export.objects.create(file_format="sourcemark", **made)
    assert b"The last such file was asked for on" in manager.get(out).content
    unticked = manager.post(out)
    assert (unticked.status_code, b"Take a copy first, or say" in unticked.content) == (422, True)
    manager.post(out, {"copied": "on"})
    url = f"/studies/{led.pk}/codebook/"
    assert (manager.get(url).status_code, annotator.get(url).status_code) == (404, 404)
    assert b"Strike coverage" not in annotator.get("/studies/bin/").content
    assert b"Strike coverage" in manager.get("/studies/bin/").content
    assert annotator.post(f"/studies/bin/{led.pk}/restore/").status_code == 404
    assert manager.post(f"/studies/bin/{led.pk}/restore/").status_code == 302
    assert annotator.get(url).status_code == 200


def test_the_bin_of_others_stays_closed(sign_in, led: Study, alice: User, mallory: User) -> None:
    throw_away(study=led, actor=alice)
    client = sign_in(mallory)
    assert b"Strike coverage" not in client.get("/studies/bin/").content
    assert client.post(f"/studies/bin/{led.pk}/restore/").status_code == 404


def test_after_thirty_days_the_bin_gives_nothing_back(sign_in, led: Study, alice: User) -> None:
    throw_away(study=led, actor=alice)
    Study.objects.update(deleted_at=timezone.now() - timedelta(days=30, minutes=1))
    assert sign_in(alice).post(f"/studies/bin/{led.pk}/restore/").status_code == 404


def test_bringing_back_is_written_down(led: Study, alice: User) -> None:
    throw_away(study=led, actor=alice)
    bring_back(study=led, actor=alice)
    actions = AuditEntry.objects.values_list("action", flat=True)
    assert list(actions[:2]) == ["study.restored", "study.archived"]


def test_a_round_is_added_on_the_page(sign_in, led: Study, alice: User) -> None:
    data = {
        "name": "Reliability",
        "purpose": "reliability",
        "starts_on": "2026-11-02",
        "ends_on": "2026-11-20",
    }
    url = f"/studies/{led.pk}/settings/rounds/new/"
    assert sign_in(alice).post(url, data).status_code == 302
    added = led.rounds.get(name="Reliability")
    assert (added.position, added.starts_on) == (2, date(2026, 11, 2))


def test_a_round_ends_after_it_begins(sign_in, led: Study, alice: User) -> None:
    data = {"name": "R", "purpose": "main", "starts_on": "2026-11-20", "ends_on": "2026-11-02"}
    response = sign_in(alice).post(f"/studies/{led.pk}/settings/rounds/new/", data)
    errors = response.context["form"].errors
    assert errors == {"ends_on": ["The deadline lies before the first day."]}


def test_two_rounds_cannot_share_a_name(sign_in, led: Study, alice: User) -> None:
    with pytest.raises(RoundNameTaken):
        add_round(
            study=led, actor=alice, name="PILOT", purpose="main", starts_on=None, ends_on=None
        )
    pilot = led.rounds.get(name="Pilot")
    url = f"/studies/{led.pk}/settings/rounds/{pilot.pk}/"
    response = sign_in(alice).post(url, {"name": "Main", "purpose": "pilot"})
    assert response.context["form"].errors["name"] == ["Another round of this study has this name."]
    assert sign_in(alice).post(url, {"name": "Try-out", "purpose": "pilot"}).status_code == 302


def test_the_comparison_is_opened_and_closed_and_written_down(
    sign_in, led: Study, alice: User
) -> None:
    pilot = led.rounds.get(name="Pilot")
    client, url = sign_in(alice), f"/studies/{led.pk}/settings/rounds/{pilot.pk}/comparison/"
    assert "This ends blindness for this round." in client.get(url).content.decode()
    pilot.refresh_from_db()
    assert pilot.comparison_opened_at is None  # asked, not done
    client.post(url, {"comparison": "open"})
    pilot.refresh_from_db()
    opened_at = pilot.comparison_opened_at
    assert opened_at is not None
    client.post(url, {"comparison": "open"})  # twice is once
    pilot.refresh_from_db()
    assert pilot.comparison_opened_at == opened_at
    client.post(url, {"comparison": "close"})
    pilot.refresh_from_db()
    assert pilot.comparison_opened_at is None
    actions = AuditEntry.objects.filter(subject_id=str(pilot.pk)).values_list("action", flat=True)
    assert list(actions) == ["comparison.closed", "comparison.opened"]


def test_a_round_in_use_stays(study: Study, alice: User, bob: User) -> None:
    used = assign(make_article(study), bob).round
    add_round(study=study, actor=alice, name="Two", purpose="main", starts_on=None, ends_on=None)
    with pytest.raises(RoundInUse):
        remove_round(round=used, actor=alice)
    assert study.rounds.count() == 2
    assert not AuditEntry.objects.filter(action="round.removed").exists()


def test_the_last_round_stays(study: Study, alice: User) -> None:
    with pytest.raises(LastRound):
        remove_round(round=study.rounds.get(), actor=alice)


def test_an_empty_round_can_go(sign_in, led: Study, alice: User) -> None:
    pilot = led.rounds.get(name="Pilot")
    sign_in(alice).post(f"/studies/{led.pk}/settings/rounds/{pilot.pk}/remove/")
    assert [round.name for round in led.rounds.all()] == ["Main"]


def test_opening_the_comparison_of_one_round_leaves_the_others_closed(
    led: Study, alice: User
) -> None:
    set_comparison(round=led.rounds.get(name="Pilot"), actor=alice, opened=True)
    assert led.rounds.get(name="Main").comparison_opened_at is None


def test_history_tells_who_did_what(sign_in, led: Study, alice: User, frank: User) -> None:
    join(led, frank, Role.MANAGER)
    throw_away(study=create_study(actor=alice, name="Elsewhere"), actor=alice)
    sign_in(frank).post(f"/studies/{led.pk}/settings/", {"name": "Frank's", "description": ""})
    url = f"/studies/{led.pk}/history/"
    page = sign_in(alice).get(url).content.decode()
    assert "Study changed" in page
    assert "Elsewhere" not in page
    of_frank = sign_in(alice).get(url, {"who": "frank"})
    assert [entry.action for entry in of_frank.context["page"].rows] == ["study.changed"]
    of_books = sign_in(alice).get(url, {"what": "codebook", "after": "zzz"})
    assert [entry.action for entry in of_books.context["page"].rows] == ["codebook.changed"]


def test_a_name_that_is_script_is_text_everywhere(sign_in, led: Study, alice: User) -> None:
    Study.objects.update(name="<script>alert(1)</script>", description="<img src=x>")
    for path in ("settings/", "people/", "codebook/", "history/", "settings/archive/"):
        page = sign_in(alice).get(f"/studies/{led.pk}/{path}").content.decode()
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("guide", ["annotators", "managers"])
def test_the_help_page_has_what_the_guides_have(sign_in, alice: User, guide: str) -> None:
    """Bold words and headings of docs/ stand on the page: whoever changes one changes the other."""
    page = unescape(strip_tags(sign_in(alice).get("/help/").content.decode()))
    words = (settings.BASE_DIR / "docs" / f"{guide}.md").read_text(encoding="utf-8")
    told = re.findall(r"^#+ (.+)$|\*\*(.+?)\*\*", words, re.MULTILINE)
    assert [each for pair in told for each in pair if each and each not in page] == []
