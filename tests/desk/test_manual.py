"""The manual in three languages names only pages and pictures that there are, and tells the same in each."""

import re
from pathlib import Path

import pytest
from django.urls import resolve

MANUAL = Path(__file__).parents[2] / "docs" / "manual"
LANGUAGES = ("nl", "fr", "en")
PICTURE = re.compile(r"\]\((pictures/[\w-]+\.png)\)")
PAGE = re.compile(r"`(/[\w/-]*)`")
# A page of paper weighs less than this, so that the manual opens on a slow line.
HEAVIEST = 120_000


def told(language):
    return (MANUAL / f"{language}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_that_is_named_is_there(language):
    assert [path for path in PAGE.findall(told(language)) if not resolve(path).url_name] == []


def test_pictures_that_are_named_are_those_that_are_there():
    named = {picture for language in LANGUAGES for picture in PICTURE.findall(told(language))}
    there = {f"pictures/{path.name}" for path in (MANUAL / "pictures").iterdir()}
    assert named == there
    assert [path.name for path in (MANUAL / "pictures").iterdir() if path.stat().st_size > HEAVIEST] == []


def test_three_languages_tell_the_same():
    shapes = {
        language: (
            re.findall(r"^(?:#+|\d\.)", told(language), re.M),
            PAGE.findall(told(language)),
            [re.sub(rf"-{language}\.png$", "", picture) for picture in PICTURE.findall(told(language))],
        )
        for language in LANGUAGES
    }
    assert shapes["nl"] == shapes["fr"] == shapes["en"]
