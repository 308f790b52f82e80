"""Addresses of the first pages, of queues, and of who works on what."""

from django.urls import path

from .views import changes, overview, plans, single

app_name = "assignment"
STUDY = "studies/<uuid:study_id>/"
ONE = f"{STUDY}assignments/<uuid:assignment_id>/"
PERSON = f"{STUDY}people/<uuid:user_id>/assignments/"
urlpatterns = [
    path("", overview.home, name="home"),
    path(STUDY, overview.study, name="study"),
    path(f"{STUDY}assignments/", plans.plan, name="plan"),
    path(f"{ONE}remove/", single.remove, name="remove"),
    path(f"{ONE}hand-over/", changes.hand_over_one, name="hand_over"),
    path(f"{ONE}return/", changes.return_, name="return"),
    path(f"{STUDY}articles/<uuid:article_id>/assignments/", single.article, name="article"),
    path(PERSON, single.person, name="person"),
    path(f"{PERSON}clear/", single.clear, name="person_clear"),
    path(f"{PERSON}hand-over/", changes.hand_over_everything, name="person_hand_over"),
]
