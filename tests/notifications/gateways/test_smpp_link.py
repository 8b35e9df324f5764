"""`manage.py smpp_link`, as operators start it: a process of its own, beside web and worker."""

import os
import signal
import subprocess
import sys
import uuid

import pytest
from django.core.management import CommandError, call_command

from counterparts import wait_for
from digibel.notifications.errors import GatewayError
from digibel.notifications.gateways.smpp import Smpp, handover
from notifications.gateways.texts import DIGIBEL, arrived


def is_bound():
    try:
        return handover.ask({})["bound"]
    except GatewayError:
        return False


def test_the_link_is_a_process_that_ends_when_asked(network, settings, tmp_path):
    settings.HOME = tmp_path
    environment = {
        **os.environ,
        "DIGIBEL_HOME": str(tmp_path),
        "DIGIBEL_GATEWAY": "smpp",
        "DIGIBEL_SMPP_URL": f"smpp://digibel:geheim@127.0.0.1:{network.port}",
        "DIGIBEL_SMPP_SENDER": DIGIBEL,
    }
    command = [sys.executable, "-m", "django", "smpp_link", "--settings", "digibel.settings", "--skip-checks"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        wait_for(is_bound, what="the link")
        assert Smpp().send(message_id=uuid.uuid4(), to="+32470999999", text="ok")
        assert arrived(network, "+32470999999", user="digibel") == ["ok"]
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=10)[1]
    finally:
        process.kill()
    assert (process.returncode, handover.path().exists()) == (0, False)
    assert "geheim" not in said
    assert "32470999999" not in said


@pytest.mark.parametrize(
    ("url", "sender", "names"),
    [
        ("", DIGIBEL, "DIGIBEL_SMPP_URL"),
        ("http://digibel:geheim@127.0.0.1:2775", DIGIBEL, "DIGIBEL_SMPP_URL"),
        ("smpp://127.0.0.1:99999", DIGIBEL, "DIGIBEL_SMPP_URL"),
        ("smpp://digibel:geheim@127.0.0.1", "Digibel", "DIGIBEL_SMPP_SENDER"),
    ],
)
def test_what_is_not_set_up_is_said(settings, url, sender, names):
    settings.DIGIBEL_SMPP_URL, settings.DIGIBEL_SMPP_SENDER = url, sender
    with pytest.raises(CommandError, match=names) as refusal:
        call_command("smpp_link")
    assert "geheim" not in str(refusal.value)
    assert Smpp().what_is_missing() == [str(refusal.value)]
