"""A table of how many assignments are in which state. It is filled after every `migrate`, as the
triggers that keep it are set (annotations/notices.py)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


TRIGGERS = [f"annotations_assignment_counted_{event}" for event in ("insert", "update", "delete")]


def take_triggers_away(apps, schema_editor):
    on = "" if schema_editor.connection.vendor == "sqlite" else " ON annotations_assignment"
    for name in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


class Migration(migrations.Migration):

    dependencies = [
        ('annotations', '0018_sealed'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkCount',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'Not begun'), ('in_progress', 'In progress'), ('submitted', 'Submitted'), ('returned', 'Returned'), ('withdrawn', 'Handed over')], max_length=12)),
                ('n', models.IntegerField()),
                ('is_change', models.BooleanField()),
                ('annotator', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='annotations.round')),
                ('study', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='annotations.study')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['study', 'annotator', 'round', 'state'], name='work_counts')],
            },
        ),
        migrations.RunPython(migrations.RunPython.noop, take_triggers_away),
    ]
