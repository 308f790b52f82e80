"""One write for every address of the programming interface that takes one, on the same scene."""

from collections.abc import Callable
from typing import Any

from tests.api.asking import Asker, sample

from .scene import Act, Scene, answered, export

ANY = {"If-Match": "*"}


def asker(scene: Scene, who: str) -> Asker:
    people = {"alice": scene.study.created_by, "bob": scene.bob, "dave": scene.dave}
    return Asker(people[who], raise_request_exception=False)


def sending(
    who: str,
    path: Callable[[Scene], str],
    body: Callable[[Scene], Any],
    method: str = "POST",
    prepare: Callable[[Scene], Any] = lambda scene: None,
) -> Callable[[Scene], Act]:
    """Sent under a new key each time: the key's own work is tried in tests/api."""

    def prepared(scene: Scene) -> Act:
        prepare(scene)
        program, told = asker(scene, who), body(scene)
        there = f"/studies/{scene.study.pk}{path(scene)}"
        return lambda: program.send(there, told, method=method, headers=ANY)

    return prepared


def new_assignment(scene: Scene) -> dict[str, str]:
    ids = {"article": scene.spare.pk, "annotator": scene.bob.pk, "round": scene.round.pk}
    return {name: str(pk) for name, pk in ids.items()}


def allow_suggestions(scene: Scene) -> None:
    type(scene.study).objects.update(suggestions_allowed=True)


def change_marks(scene: Scene) -> Any:
    told = sample("change_marks")
    told["ops"][0]["span"]["fragments"] = [{"start": 0, "end": 7, "quote": "Another"}]
    return told


def suggestions(scene: Scene) -> Any:
    told = sample("create_suggestions")
    told["spans"][0]["fragments"] = [{"start": 0, "end": 7, "quote": "Another"}]
    return told


def deciding(scene: Scene) -> Act:
    program, study = asker(scene, "dave"), scene.study.pk
    scene.curator.get(scene.at("curation:adjudicate", scene.article.pk))
    there = f"/studies/{study}/articles/{scene.article.pk}/cases"
    case = answered(program.read(there)).json()["items"][0]
    tag = {"If-Match": program.read(f"{there}/{case['id']}")["ETag"]}
    told = {"choice": "left", "votes": case["votes"]}
    return lambda: program.send(f"{there}/{case['id']}/decision", told, headers=tag)


def removing(scene: Scene) -> Act:
    program, made = asker(scene, "alice"), export(scene)
    there = f"/studies/{scene.study.pk}/exports/{made}"
    return lambda: program.send(there, "", method="DELETE", headers=ANY)


PROGRAMS: dict[str, Callable[[Scene], Act]] = {
    "api:create_article": sending(
        "alice", lambda s: "/articles", lambda s: sample("create_article")
    ),
    "api:change_article": sending(
        "alice",
        lambda s: f"/articles/{s.fresh.pk}",
        lambda s: sample("change_article"),
        method="PATCH",
    ),
    "api:create_assignment": sending("alice", lambda s: "/assignments", new_assignment),
    "api:change_marks": sending(
        "bob", lambda s: f"/assignments/{s.waiting.pk}/operations", change_marks
    ),
    "api:submit_marks": sending(
        "bob", lambda s: f"/assignments/{s.waiting.pk}/submission", lambda s: {"confirmed": True}
    ),
    "api:create_suggestions": sending(
        "alice",
        lambda s: f"/articles/{s.fresh.pk}/suggestions",
        suggestions,
        prepare=allow_suggestions,
    ),
    "api:decide_case": deciding,
    "api:create_report": sending("alice", lambda s: "/reports", lambda s: sample("create_report")),
    "api:create_export": sending("alice", lambda s: "/exports", lambda s: sample("create_export")),
    "api:delete_export": removing,
}
