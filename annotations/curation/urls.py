"""Addresses of the curation room."""

from django.urls import URLPattern, path

from . import views
from .talk_urls import urlpatterns as talk_urls

app_name = "curation"
STUDY = "studies/<uuid:study_id>/gold/"
ARTICLE = "studies/<uuid:study_id>/articles/<uuid:article_id>/gold/"
urlpatterns: list[URLPattern] = [
    path(ARTICLE, views.adjudicate, name="adjudicate"),
    path(f"{ARTICLE}ops", views.ops, name="ops"),
    path(f"{ARTICLE}unanimous", views.unanimous, name="unanimous"),
    path(f"{ARTICLE}close", views.close, name="close"),
    path(f"{ARTICLE}reopen", views.reopen, name="reopen"),
    path(f"{ARTICLE}versions/", views.versions, name="versions"),
    path(f"{ARTICLE}names", views.names, name="names"),
    path(f"{ARTICLE}cases/<uuid:case_id>/", views.case, name="case"),
    path(f"{ARTICLE}add/", views.add_span, name="add_span"),
    path(f"{ARTICLE}cases/<uuid:case_id>/link/", views.add_link, name="add_link"),
    path(f"{ARTICLE}dissent.json", views.article_dissent, name="article_dissent"),
    path(f"{STUDY}spans/<uuid:gold_id>/", views.custody, name="custody"),
    path(f"{STUDY}spans/<uuid:gold_id>/dissent.json", views.dissent, name="dissent"),
    path(f"{STUDY}links/<uuid:link_id>/", views.link_custody, name="link_custody"),
    path(f"{STUDY}mine/", views.mine, name="mine"),
    path(f"{STUDY}merge/", views.merge, name="merge"),
    path(f"{STUDY}merge/<uuid:merge_id>/", views.merge_state, name="merge_state"),
    path(STUDY, views.queue, name="queue"),
    path(f"{STUDY}next", views.next_case, name="next"),
]
urlpatterns += talk_urls
