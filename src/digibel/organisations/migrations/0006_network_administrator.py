"""Somebody above the organisations can log in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0005_plain_names_go"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="staff",
            name="staff_role_known",
        ),
        migrations.AlterField(
            model_name="staff",
            name="role",
            field=models.CharField(
                choices=[
                    ("intake", "intake worker"),
                    ("matcher", "matcher"),
                    ("coordinator", "coordinator"),
                    ("network", "network administrator"),
                ],
                default="intake",
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="staff",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["intake", "matcher", "coordinator", "network"])),
                name="staff_role_known",
            ),
        ),
    ]
