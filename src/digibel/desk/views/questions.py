"""The five questions, behind a link without a log-in: plain forms that the oldest telephone can send."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.desk import tongues
from digibel.desk.answers import go_on, unseen
from digibel.problems import Problem
from digibel.sentences import sentence
from digibel.volunteers import links, questions
from digibel.volunteers.errors import LinkClosed, NoSuchLink
from digibel.volunteers.models import QuestionLink


@require_http_methods(["GET", "HEAD", "POST"])
def five_questions(request: HttpRequest, token: str) -> HttpResponse:
    """GET: five of them, `try` says which. POST: all right is a pass; else what was wrong and why, and the next five."""
    return unseen(_answer(request, token))


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = links.find_link(token)
    except (LinkClosed, NoSuchLink) as problem:
        with translation.override(tongues.of_a_stranger(request)):
            context = {"title": sentence(problem)}
            return render(request, "desk/questions_closed.html", context, status=problem.status)
    language = questions.language_for(link, request.GET.get("lang", ""))
    number = _number(request.POST.get("try") or request.GET.get("try"))
    if request.method != "POST":
        return _page(request, link, token, language, number)
    given = _given(request, questions.draw(link, number))
    if len(given) < questions.HOW_MANY:
        return _page(request, link, token, language, number, given=given, status=422)
    try:
        questions.pass_questions(link, number, given, language=language, by=Actor.volunteer(link.volunteer))
    except Problem:
        wrong = questions.wrong(questions.read(link, number, language), given)
        return _page(request, link, token, language, number + 1, wrong=wrong, status=422)
    return go_on(_address(token, request.GET.get("lang", ""), passed=1))


def _page(
    request: HttpRequest,
    link: QuestionLink,
    token: str,
    language: str,
    number: int,
    *,
    given: dict[str, int] | None = None,
    wrong: list[questions.Question] | None = None,
    status: int = 200,
) -> HttpResponse:
    lang, written = request.GET.get("lang", ""), questions.texts(language)["page"]
    passed = questions.passed_until(link) if "passed" in request.GET else None
    asked = questions.read(link, number, language)
    context = {
        "lang": language,
        "dir": "rtl" if languages.LANGUAGES[language].right_to_left else "ltr",
        "w": written,
        "help": written["help"].format(organisation=link.organisation.name),
        "phone": link.organisation.phone,
        "languages": [
            (code, one.own, _address(token, code)) for code, one in languages.LANGUAGES.items() if code != language
        ],
        "passed": passed,
        "until": _day(passed, written, language) if passed and passed.until else "",
        "wrong": wrong or [],
        "result": written["result"].format(count=questions.HOW_MANY - len(wrong or [])),
        "questions": [
            {
                "title": written["question"].format(number=place),
                "question": question,
                "answers": list(enumerate(question.answers, start=1)),
                "given": (given or {}).get(question.id),
                "open": given is not None and question.id not in given,
            }
            for place, question in enumerate(asked, start=1)
        ],
        "try": number,
        "address": _address(token, lang),
    }
    with translation.override(language):
        response = render(request, "desk/questions.html", context, status=status)
    response["Content-Language"] = language
    return response


def _day(passed: Any, written: Any, language: str) -> str:
    day = languages.day_in_words(clock.at(passed.until, clock.WAKING[0]), language)
    return str(written["until"].format(day=f"{day} {passed.until.year}"))


def _number(told: str | None) -> int:
    """Which try it is; whatever cannot be one is the first."""
    return int(told) % questions.MOST_TRIES if told and told.isascii() and told.isdigit() and len(told) < 6 else 0


def _given(request: HttpRequest, ids: tuple[str, ...]) -> dict[str, int]:
    """What was chosen, of the five that were asked and of nothing else."""
    chosen = {one: request.POST.get(one, "") for one in ids}
    return {one: int(told) for one, told in chosen.items() if told in {"1", "2", "3"}}


def _address(token: str, lang: str, **more: object) -> str:
    query = urlencode(({"lang": lang} if lang in languages.LANGUAGES else {}) | more)
    path = reverse("desk:questions", args=[token])
    return f"{path}?{query}" if query else path
