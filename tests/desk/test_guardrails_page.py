"""The rules, for everybody to read."""

import re

import pytest

from digibel.guardrails import catalogue

pytestmark = pytest.mark.django_db


def read(client, **query):
    answer = client.get("/guardrails", query)
    assert answer.status_code == 200
    return answer


def test_every_rule_has_its_place_without_a_login(client):
    html = read(client, lang="en").content.decode()
    ids = re.findall(r'<li id="([^"]+)"', html)
    assert sorted(set(ids) & set(catalogue.RULES)) == sorted(catalogue.RULES)
    assert len(ids) == len(set(ids))


def test_every_task_stands_with_its_verdict(client):
    html = read(client, lang="en").content.decode()
    assert len(re.findall(r'<p class="what"><svg', html)) == len(catalogue.TASKS)
    forbidden = [task for task in catalogue.TASKS.values() if task.verdict is catalogue.Verdict.FORBIDDEN]
    assert len(re.findall(r'<span class="tag alarm">(?:<svg.*?</svg>)not allowed', html)) == len(forbidden)


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_page_speaks_the_language_asked_for(client, language):
    answer = read(client, lang=language)
    assert answer["Content-Language"] == language
    assert catalogue.RULES["Z3"].sentence(language).split("'")[0] in answer.content.decode()
