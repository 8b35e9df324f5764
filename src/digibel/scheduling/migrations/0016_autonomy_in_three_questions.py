"""One number from 1 to 5 becomes three answers. It answers none of the three, so that nothing of it is carried over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0015_follow_up_ends"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="report",
            name="report_autonomy_one_to_five",
        ),
        migrations.RemoveField(
            model_name="followup",
            name="autonomy",
        ),
        migrations.RemoveField(
            model_name="report",
            name="autonomy_after",
        ),
        migrations.RemoveField(
            model_name="report",
            name="autonomy_before",
        ),
        migrations.AddField(
            model_name="followup",
            name="alone",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="followup",
            name="dares",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="followup",
            name="knows_whom",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="report",
            name="alone",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="report",
            name="dares",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="report",
            name="knows_whom",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("alone", None), ("alone__range", (0, 2)), _connector="OR"),
                    models.Q(("dares", None), ("dares__range", (0, 2)), _connector="OR"),
                    models.Q(("knows_whom", None), ("knows_whom__range", (0, 2)), _connector="OR"),
                ),
                name="followup_autonomy_zero_to_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("alone", None), ("alone__range", (0, 2)), _connector="OR"),
                    models.Q(("dares", None), ("dares__range", (0, 2)), _connector="OR"),
                    models.Q(("knows_whom", None), ("knows_whom__range", (0, 2)), _connector="OR"),
                ),
                name="report_autonomy_zero_to_two",
            ),
        ),
    ]
