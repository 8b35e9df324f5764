"""A refusal in the reader's language: the English sentence of the problem is its key in the translations."""

from django.utils.translation import gettext

from digibel.problems import Problem


def sentence(problem: Problem) -> str:
    translated = gettext(problem.template)
    return translated.format(**problem.details) if problem.details else translated
