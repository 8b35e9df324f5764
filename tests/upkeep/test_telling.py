"""Whoever keeps the machine running hears it once, again after a day, and when it is over; on a full disk not each minute."""

import json

import pytest
from django.core import mail
from django.utils import translation

from digibel.notifications.errors import GatewayError
from digibel.upkeep import telling, troubles

texts = []


class Works:
    name = "works"
    takes_our_id = True

    def send(self, *, message_id, to, text):
        texts.append((to, text))
        return str(message_id)


class Fails(Works):
    def send(self, **unused):
        raise GatewayError("no_credit", permanent=False, down=True)


@pytest.fixture
def told(settings, tmp_path, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DIGIBEL_MAIL = "smtp://mail.example:25"
    settings.DIGIBEL_ALERT_MAIL = ["night@digibel.example"]
    settings.DIGIBEL_ALERT_SMS = ["+32470000001"]
    settings.DIGIBEL_ALERT_LANGUAGE = "en"
    settings.DIGIBEL_GATEWAY = "fails,by_hand,works"
    monkeypatch.setattr(telling.gateways, "gateway", {"works": Works(), "fails": Fails()}.__getitem__)
    texts.clear()
    with translation.override("en"):
        yield telling.Told(tmp_path / "alerts.json")


def at(monkeypatch, seconds):
    monkeypatch.setattr(telling.time, "time", lambda: float(seconds))


def test_told_by_mail_and_by_text_over_the_first_gateway_that_works(told):
    assert telling.tell(["disk"], told) == [troubles.WORDS["disk"]]
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["night@digibel.example"], f"Digibel: {troubles.WORDS['disk']}")
    assert sent.body == f"- {troubles.WORDS['disk']}\n\nhttp://127.0.0.1:8000\n"
    assert texts == [("+32470000001", f"Digibel: {troubles.WORDS['disk']}")]


def test_once_and_again_after_a_day_and_when_it_is_over(told, monkeypatch):
    at(monkeypatch, 1_000_000)
    said = [telling.tell(["worker"], told), telling.tell(["worker"], told)]
    at(monkeypatch, 1_000_000 + 24 * 3600)
    said += [telling.tell(["worker"], told), telling.tell([], told), telling.tell([], told)]
    worker = str(troubles.WORDS["worker"])
    assert said == [[worker], [], [worker], [f"Over: {worker}"], []]


def test_what_lasts_is_not_told_again_with_what_is_new(told):
    telling.tell(["worker"], told)
    assert telling.tell(["worker", "disk"], told) == [troubles.WORDS["disk"]]


def test_another_process_remembers_what_was_told(told):
    telling.tell(["worker"], told)
    assert telling.tell(["worker"], telling.Told.remembered(told.path)) == []


@pytest.mark.parametrize("spoilt", ["", "[1]", '{"worker": "x"}', "\x00"])
def test_a_memory_that_is_spoilt_tells_again(told, spoilt):
    told.path.write_text(spoilt)
    assert telling.tell(["worker"], telling.Told.remembered(told.path)) == [troubles.WORDS["worker"]]


def test_a_full_disk_does_not_tell_each_minute(told, tmp_path):
    full = telling.Told(tmp_path / "nowhere" / "alerts.json")
    assert telling.tell(["disk"], full) == [troubles.WORDS["disk"]]
    assert telling.tell(["disk"], full) == []


def test_what_nobody_could_be_told_is_told_with_the_next_look(told, settings):
    settings.DIGIBEL_GATEWAY, settings.DIGIBEL_ALERT_MAIL = "fails", []
    assert telling.tell(["worker"], told) == []
    assert not told.path.exists()
    settings.DIGIBEL_GATEWAY = "works"
    assert telling.tell(["worker"], told) == [troubles.WORDS["worker"]]
    assert list(json.loads(told.path.read_text())) == ["worker"]


def test_a_mail_server_that_is_away_holds_up_no_text(told, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    assert telling.tell(["worker"], told) == [troubles.WORDS["worker"]]
    assert len(texts) == 1


def test_in_the_language_of_who_keeps_it_running(told, settings):
    settings.DIGIBEL_ALERT_LANGUAGE = "fr"
    [sentence] = telling.tell(["disk"], told)
    assert sentence == "Le disque est presque plein. Faites de la place avant que plus rien ne puisse s’écrire."
