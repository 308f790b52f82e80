"""Addresses of threads, meetings and calibrations."""

from django.urls import URLPattern, path

from .views import calibration, codebook, discussion, meetings

STUDY = "studies/<uuid:study_id>/"
ARTICLE = f"{STUDY}articles/<uuid:article_id>/"
THREAD = f"{STUDY}discussion/<uuid:thread_id>/"
MEETING = f"{STUDY}meetings/<uuid:meeting_id>/"
CALIBRATION = f"{STUDY}calibrations/<uuid:calibration_id>/"
COMMENT = f"{STUDY}discussion/comments/<uuid:comment_id>/"
urlpatterns: list[URLPattern] = [
    path(f"{STUDY}discussion/", discussion.discussion, name="discussion"),
    path(THREAD, discussion.thread, name="thread"),
    path(f"{THREAD}comments/", discussion.comment, name="thread_comment"),
    path(f"{THREAD}resolve/", discussion.resolve, name="thread_resolve"),
    path(f"{THREAD}rule/", discussion.rule, name="thread_rule"),
    path(f"{THREAD}seen/", discussion.seen, name="thread_seen"),
    path(f"{THREAD}codebook/", codebook.new_rule, name="thread_codebook"),
    path(f"{THREAD}codebook/hard-case/", codebook.hard_case, name="thread_hard_case"),
    path(COMMENT, discussion.correct, name="comment_correct"),
    path(f"{COMMENT}take-back/", discussion.take_back, name="comment_take_back"),
    path(f"{ARTICLE}discussion/", discussion.article, name="article_discussion"),
    path(f"{ARTICLE}gold/cases/<uuid:case_id>/discuss/", discussion.on_case, name="discuss"),
    path(f"{STUDY}meetings/", meetings.meetings, name="meetings"),
    path(f"{ARTICLE}meetings/new/", meetings.plan, name="meeting_new"),
    path(MEETING, meetings.meeting, name="meeting"),
    path(f"{MEETING}verdict/", meetings.verdict, name="meeting_verdict"),
    path(f"{MEETING}notes/", meetings.notes, name="meeting_notes"),
    path(f"{MEETING}end/", meetings.end, name="meeting_end"),
    path(f"{MEETING}agenda/", meetings.agenda, name="meeting_agenda"),
    path(f"{STUDY}calibrations/", calibration.calibrations, name="calibrations"),
    path(CALIBRATION, calibration.calibration, name="calibration"),
    path(f"{CALIBRATION}reveal/", calibration.reveal, name="calibration_reveal"),
    path(f"{CALIBRATION}revise/", calibration.revise, name="calibration_revise"),
    path(f"{CALIBRATION}end/", calibration.end, name="calibration_end"),
]
