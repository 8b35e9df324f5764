import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from digibel.audit import chain, triggers
from digibel.audit.models import Event, Seal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sealed(diary, frozen_clock):
    diary.write(2)
    chain.seal_chain()


def test_sound_audit_is_said_with_its_newest_hash(capsys):
    call_command("verify_audit", head=chain.head())
    said = f"The audit is as it was sealed, in 1 segments. Newest hash: {Seal.objects.get().hash}\n"
    assert capsys.readouterr().out == said


def test_difference_is_printed_and_the_command_fails(capsys):
    triggers.remove(connection)
    Event.objects.update(actor="clock")
    triggers.install(connection)
    with pytest.raises(CommandError) as failure:
        call_command("verify_audit")
    assert failure.value.returncode == 1
    assert (
        capsys.readouterr().out == f"{Seal.objects.get()} is not what was sealed: an event or the seal was altered.\n"
    )


def test_missing_trigger_fails_too(capsys):
    names = [trigger.name for trigger in triggers._triggers(connection.vendor)]
    triggers.remove(connection)
    with pytest.raises(CommandError):
        call_command("verify_audit")
    assert capsys.readouterr().out.splitlines() == [f"The trigger {name} is missing: run `migrate`." for name in names]


def test_rewritten_chain_does_not_know_the_hash_kept_on_paper(diary, capsys):
    kept = chain.head()
    triggers.remove(connection)
    Seal.objects.all().delete()
    Event.objects.update(actor="clock")
    triggers.install(connection)
    chain.seal_chain()
    call_command("verify_audit")
    capsys.readouterr()
    with pytest.raises(CommandError):
        call_command("verify_audit", head=kept)
    assert capsys.readouterr().out == f"{kept} is not in the chain: it was rewritten, or its end was cut off.\n"
