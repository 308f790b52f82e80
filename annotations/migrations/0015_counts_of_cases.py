"""Kept counts of cases are counted again: they are thrown away, not converted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotations', '0014_titles_in_order'),
    ]

    operations = [
        migrations.DeleteModel(name='ArticleCases'),
        migrations.CreateModel(
            name='ArticleCases',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('token', models.UUIDField()),
                ('n_works', models.PositiveIntegerField()),
                ('is_closed', models.BooleanField()),
                ('n_all', models.PositiveIntegerField()),
                ('n_decided', models.PositiveIntegerField()),
                ('n_changed', models.PositiveIntegerField(default=0)),
                ('contest', models.FloatField(default=0)),
                ('counts', models.JSONField()),
                ('counted_at', models.DateTimeField()),
                ('article', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='case_counts', to='annotations.article')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='article_cases', to='annotations.study')),
            ],
            options={
                'verbose_name_plural': 'article cases',
                'ordering': ['article'],
                'indexes': [models.Index(models.F('study'), models.F('is_closed'), models.OrderBy(models.F('contest'), descending=True), models.F('article'), name='cases_by_contest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('n_decided__lte', models.F('n_all'))), name='article_cases_decided')],
            },
        ),
        migrations.CreateModel(
            name='RecountDue',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='annotations.article')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='annotations.study')),
            ],
            options={
                'verbose_name_plural': 'recounts due',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='StudyCases',
            fields=[
                ('study', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='case_totals', serialize=False, to='annotations.study')),
                ('engine', models.CharField(default='', max_length=8)),
                ('totals', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name_plural': 'study cases',
            },
        ),
    ]
