"""A form that anybody may send without a log-in: in the language they choose, limited, kept as typed when it is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from digibel import languages
from digibel.desk import limits, words
from digibel.desk.answers import go_on
from digibel.problems import Problem
from digibel.sentences import sentence

# A family at one table; not a program.
MOST_A_MINUTE = 6


@dataclass(frozen=True)
class PublicForm:
    """`name`: of its address, of its template, and of what is counted. `deed` takes the fields that `asked` names."""

    name: str
    form: type[forms.Form]
    asked: tuple[str, ...]
    deed: Callable[..., Any]

    def answer(self, request: HttpRequest) -> HttpResponse:
        wished = request.GET.get("lang", "")
        with translation.override(wished if wished in languages.DESK_LANGUAGES else words.desk_language()):
            answer = self._post(request) if request.method == "POST" else self._page(request, self.form())
            answer["Content-Language"] = words.desk_language()
        return answer

    def _post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        try:
            limits.count(request, self.name, one=MOST_A_MINUTE)
            if not form.is_valid():
                return self._page(request, form, status=422)
            self.deed(**{name: form.cleaned_data[name] for name in self.asked})
        except Problem as problem:
            return self._page(request, form, status=problem.status, refusal=sentence(problem))
        return go_on(f"{reverse(f'desk:{self.name}')}?lang={words.desk_language()}&thanks=1")

    def _page(self, request: HttpRequest, form: forms.Form, *, status: int = 200, refusal: str = "") -> HttpResponse:
        active = words.desk_language()
        context = {
            "form": form,
            "lang": active,
            "languages": [
                (code, languages.LANGUAGES[code].own, "" if code == active else f"?lang={code}")
                for code in languages.DESK_LANGUAGES
            ],
            "thanks": "thanks" in request.GET and not form.is_bound,
            "refusal": refusal,
        }
        return render(request, f"desk/{self.name}.html", context, status=status)
