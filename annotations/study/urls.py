"""Addresses of a study and of its people, codebook and settings."""

from django.urls import include, path

from .views import codebook, codebook_editor, history, people, studies, undoing

app_name = "study"

people_urls = [
    path("", people.people, name="people"),
    path("invite/", people.invite, name="people_invite"),
    path("invitations/<uuid:invitation_id>/revoke/", people.revoke, name="people_revoke"),
    path("<uuid:user_id>/", people.member, name="people_member"),
    path("<uuid:user_id>/end/", people.member_end, name="people_end"),
]
codebook_urls = [
    path("", codebook.codebook, name="codebook"),
    path("versions/", codebook.versions, name="codebook_versions"),
    path("versions/<int:number>/", codebook.version, name="codebook_version"),
    path("changes/", codebook.changes, name="codebook_changes"),
    path("edit/", codebook_editor.edit, name="codebook_edit"),
    path("labels/new/", codebook_editor.label_new, name="codebook_label_new"),
    path("labels/<uuid:label_id>/", codebook_editor.label, name="codebook_label"),
    path(
        "labels/<uuid:label_id>/archive/",
        codebook_editor.label_archive,
        name="codebook_label_archive",
    ),
    path(
        "labels/<uuid:label_id>/questions/new/",
        codebook_editor.attribute_new,
        name="codebook_attribute_new",
    ),
    path("questions/<uuid:attribute_id>/", codebook_editor.attribute, name="codebook_attribute"),
    path(
        "questions/<uuid:attribute_id>/archive/",
        codebook_editor.attribute_archive,
        name="codebook_attribute_archive",
    ),
    path("rules/new/", codebook_editor.rule_new, name="codebook_rule_new"),
    path("rules/<uuid:rule_id>/", codebook_editor.rule, name="codebook_rule"),
    path(
        "rules/<uuid:rule_id>/archive/", codebook_editor.rule_archive, name="codebook_rule_archive"
    ),
]
settings_urls = [
    path("", studies.settings, name="settings"),
    path("archive/", studies.archive, name="settings_archive"),
    path("rounds/new/", studies.round_new, name="settings_round_new"),
    path("rounds/<uuid:round_id>/", studies.round_edit, name="settings_round"),
    path(
        "rounds/<uuid:round_id>/comparison/",
        studies.round_comparison,
        name="settings_round_comparison",
    ),
    path("rounds/<uuid:round_id>/closing/", studies.round_closing, name="settings_round_closing"),
    path("rounds/<uuid:round_id>/remove/", studies.round_remove, name="settings_round_remove"),
]
urlpatterns = [
    path("help/", studies.help_, name="help"),
    path("accounts/close/", people.close_account, name="close_account"),
    path("invitations/<str:token>/", people.accept, name="accept"),
    path("studies/new/", studies.new, name="new"),
    path("studies/bin/", studies.binned, name="bin"),
    path("studies/bin/<uuid:study_id>/restore/", studies.restore, name="restore"),
    path("studies/<uuid:study_id>/people/", include(people_urls)),
    path("studies/<uuid:study_id>/leave/", people.leave, name="leave"),
    path("studies/<uuid:study_id>/codebook/", include(codebook_urls)),
    path("studies/<uuid:study_id>/settings/", include(settings_urls)),
    path("studies/<uuid:study_id>/history/", history.history, name="history"),
    path("studies/<uuid:study_id>/history/undo/", undoing.undo, name="undo"),
    path("studies/<uuid:study_id>/history/export/", history.history_export, name="history_export"),
]
