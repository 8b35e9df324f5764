"""The five questions: complete in ten languages, never the same five twice in a row, passed by knowing and by nothing else."""

import itertools
import uuid
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.guardrails import catalogue
from digibel.languages import LANGUAGES
from digibel.notifications import outbox
from digibel.scheduling import offers
from digibel.scheduling.errors import NotACandidate
from digibel.scheduling.matching.ranking import rank
from digibel.volunteers import asking, errors, links, questions, readiness
from digibel.volunteers.models import QuestionLink, Readiness

IDS = tuple(questions.rules())


@pytest.fixture
def els(lindeboom):
    made = cast.volunteer(lindeboom)
    made.readiness.filter(requirement="questions").delete()
    return made


@pytest.fixture
def link(lindeboom, els):
    return links.open_link(els, lindeboom)


def right(link, number, language="nl"):
    return {one.id: one.right for one in questions.read(link, number, language)}


def answer(link, number, given):
    questions.pass_questions(link, number, given, language="nl", by=Actor.volunteer(link.volunteer))


def test_questions_are_at_least_ten_and_each_is_about_a_rule_or_a_task():
    assert len(IDS) >= 10
    assert [
        one for one in questions.rules().values() if one not in catalogue.RULES and one not in catalogue.TASKS
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_whole_in_every_language(language):
    texts = questions.texts(language)
    assert list(texts) == ["page", *IDS]
    assert {tuple(texts[one]) for one in IDS} == {("asks", "a", "b", "c", "why")}
    assert set(texts["page"]) == set(questions.texts("en")["page"])
    assert [one for one in IDS if len({texts[one][letter] for letter in "abc"}) != 3] == []
    words = [text for part in texts.values() for text in part.values()]
    assert [text for text in words if text != text.strip() or not text] == []


@settings(max_examples=200)
@given(number=st.integers(0, questions.MOST_TRIES - 1), key=st.uuids())
def test_two_tries_after_each_other_differ_and_each_holds_five(number, key):
    link = QuestionLink(pk=key)
    one, two = questions.draw(link, number), questions.draw(link, number + 1)
    assert len(set(one)) == questions.HOW_MANY
    assert set(one) != set(two)
    assert questions.draw(link, number) == one


def test_right_answers_stand_in_every_place():
    places = {one.right for key in range(40) for one in questions.read(QuestionLink(pk=uuid.UUID(int=key)), 0, "nl")}
    assert places == {1, 2, 3}


@pytest.mark.django_db
def test_all_right_counts_a_year_and_once(lindeboom, els, link):
    answer(link, 3, right(link, 3))
    row = els.readiness.get(requirement="questions")
    assert (row.since, row.until, row.version) == (
        clock.today(),
        clock.today().replace(year=2027) - timedelta(days=1),
        questions.VERSION,
    )
    answer(link, 3, right(link, 3))
    assert (
        Event.objects.filter(verb="readiness.noted", facts__requirement="questions").count() == 2
    )  # one is of the cast


@pytest.mark.django_db
def test_anything_but_all_right_is_no_pass(els, link):
    best = right(link, 0)
    for changed in best:
        for other in {1, 2, 3} - {best[changed]}:
            with pytest.raises(errors.NotAllRight):
                answer(link, 0, {**best, changed: other})
        with pytest.raises(errors.NotAllRight):
            answer(link, 0, {one: place for one, place in best.items() if one != changed})
    with pytest.raises(errors.NotAllRight):
        answer(link, 1, best)
    assert list(els.readiness.filter(requirement="questions")) == []


@pytest.mark.django_db
def test_passing_counts_at_every_organisation_of_the_volunteer_and_at_no_other(lindeboom, els, link):
    sleutel, tilleul = cast.organisation("De Sleutel"), cast.organisation("Le Tilleul")
    readiness.note(els, sleutel, "adult", since=clock.today(), until=None, by=cast.SYSTEM)
    answer(link, 0, right(link, 0))
    passed = els.readiness.filter(requirement="questions").values_list("organisation", flat=True)
    assert set(passed) == {lindeboom.pk, sleutel.pk}
    assert tilleul.pk not in passed


@pytest.mark.django_db
def test_without_a_pass_nobody_is_asked_and_with_it_they_are(lindeboom, els, link):
    request = cast.request(lindeboom)
    [skipped] = rank(request).skipped
    assert str(skipped.reasons[0].values["missing"][0]) == "vijf vragen over de regels"
    with pytest.raises(NotACandidate):
        offers.send_wave(request, by=cast.SYSTEM, volunteers=[els])
    answer(link, 0, right(link, 0))
    assert [one.volunteer for one in rank(request).candidates] == [els]


@pytest.mark.django_db
def test_a_year_later_the_pass_is_over(lindeboom, els, link):
    answer(link, 0, right(link, 0))
    day = els.readiness.get(requirement="questions").until
    assert readiness.missing(els, lindeboom, day) == []
    assert readiness.missing(els, lindeboom, day + timedelta(days=1)) == ["questions"]


@pytest.mark.django_db
def test_link_is_kept_as_a_digest_and_opens_for_nobody_else(lindeboom, els, link):
    ayse = cast.volunteer(lindeboom, name="Ayse")
    other = links.open_link(ayse, lindeboom)
    assert links.find_link(links.token(link)) == link
    assert links.token(link) != links.token(other)
    assert links.token(link) not in str(list(QuestionLink.objects.values()))
    for wrong in ("", "x" * 16, "é" * 300, links.token(link)[:-1], links.token(link).swapcase()):
        with pytest.raises(errors.NoSuchLink):
            links.find_link(wrong)


@pytest.mark.django_db
def test_link_closes_by_itself_and_opens_again_under_another_address(lindeboom, els, link):
    old = links.token(link)
    with clock.travel(clock.now() + links.OPEN_FOR):
        with pytest.raises(errors.LinkClosed):
            links.find_link(old)
        with pytest.raises(errors.LinkClosed):
            answer(link, 0, right(link, 0))
        again = links.open_link(els, lindeboom)
        assert links.token(again) != old
        with pytest.raises(errors.NoSuchLink):
            links.find_link(old)
    assert Readiness.objects.filter(volunteer=els, requirement="questions").count() == 0


@pytest.mark.django_db
def test_who_has_left_finds_the_link_closed(els, link):
    type(els).objects.filter(pk=els.pk).update(left_at=clock.now())
    with pytest.raises(errors.LinkClosed):
        links.find_link(links.token(link))


@pytest.mark.django_db
def test_sent_twice_before_it_leaves_is_one_text(lindeboom, els):
    for _ in range(2):
        asking.send_questions(els, lindeboom, by=cast.SYSTEM)
    outbox.sweep()
    assert len(cast.telephone(els)) == 1


def test_draw_reaches_every_question():
    link = QuestionLink()
    assert set(itertools.chain.from_iterable(questions.draw(link, number) for number in range(len(IDS)))) == set(IDS)
