"""Every table of a study bears its key, so that studies could be told apart by it."""

from django.apps import apps

OF_NO_STUDY = {  # people and what is theirs alone; and the study itself
    "User", "Session", "AccessToken", "StoredAnswer", "Study", "StudyImport",
}  # fmt: skip


def test_every_table_of_a_study_bears_its_key_and_never_leaves_it_empty() -> None:
    models = {model.__name__: model for model in apps.get_app_config("annotations").get_models()}
    keys = {
        name: [field for field in model._meta.concrete_fields if field.name == "study"]
        for name, model in models.items()
    }
    assert {name for name, found in keys.items() if not found} == OF_NO_STUDY
    assert [name for name, found in keys.items() if found and found[0].null] == []
