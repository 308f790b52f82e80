"""Rows that stand already are tied to each other as new ones are (study/sealing.py): all in one
transaction, a portion at a time."""

import django.utils.timezone
from django.db import migrations, models

AT_ONCE = 500
SEAL = "UPDATE annotations_auditentry SET seen = %s, witness = %s, digest = %s WHERE id = %s"
TIE = "UPDATE annotations_assignment SET digest = %s WHERE id = %s"


def portions(rows):
    """In the order of their keys; what is read is written before more is read."""
    rows, last = rows.order_by("pk"), None
    while here := list(rows.filter(pk__gt=last)[:AT_ONCE] if last else rows[:AT_ONCE]):
        yield here
        last = here[-1].pk


def seal_audit(apps, schema_editor):
    from annotations.study.sealing import seal, witness_of

    connection = schema_editor.connection
    entries = apps.get_model("annotations", "AuditEntry").objects
    versions = apps.get_model("annotations", "CodebookVersion").objects
    guard = "DROP TRIGGER IF EXISTS annotations_auditentry_no_update"  # it is set again at the end
    on = " ON annotations_auditentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(guard + on)
        for study in apps.get_model("annotations", "Study").objects.values_list("pk", flat=True):
            made = versions.filter(study=study).iterator(20)
            witnesses, seen = {str(each.pk): witness_of(each) for each in made}, ""
            for rows in portions(entries.filter(study=study)):
                for entry in rows:
                    entry.witness = witnesses.get(entry.subject_id, "")
                sealed = list(seal(rows, seen))
                seen = sealed[-1].digest
                told = [(each.seen, each.witness, each.digest, each.pk) for each in sealed]
                cursor.executemany(SEAL, told)


def tie_operations(apps, schema_editor):
    from annotations.marking.chain import prefixes

    works = apps.get_model("annotations", "Assignment").objects.select_related("article")
    works = works.only("pk", "article__text_sha256")
    operations = apps.get_model("annotations", "Operation").objects
    plain = schema_editor.connection.vendor == "sqlite"
    with schema_editor.connection.cursor() as cursor:
        for rows in portions(works):
            begun = {work.pk: work.article.text_sha256 for work in rows}
            found = prefixes(begun, operations)
            told = [(each[-1], pk.hex if plain else pk) for pk, each in found.items()]
            cursor.executemany(TIE, told)


class Migration(migrations.Migration):

    dependencies = [
        ('annotations', '0017_invitation_for_whom'),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='digest',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='auditentry',
            name='digest',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='auditentry',
            name='seen',
            field=models.TextField(blank=True, db_default='', default='', editable=False),
        ),
        migrations.AddField(
            model_name='auditentry',
            name='witness',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.RunPython(seal_audit, migrations.RunPython.noop),
        migrations.RunPython(tie_operations, migrations.RunPython.noop),
    ]
