import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0004_bin_of_articles"),
    ]

    operations = [
        migrations.CreateModel(
            name="StudyTables",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("input_hash", models.CharField(max_length=64)),
                ("tables", models.JSONField()),
                ("computed_at", models.DateTimeField()),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_tables",
                        to="annotations.study",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "study tables",
                "ordering": ["-computed_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("study", "input_hash"), name="study_tables_once"
                    )
                ],
            },
        ),
    ]
