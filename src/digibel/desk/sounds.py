"""A sound as the answer of a page."""

from django.http import HttpResponse


def answer(heard: bytes) -> HttpResponse:
    """To be saved or played; its name says nothing of whom it is for."""
    response = HttpResponse(heard, content_type="audio/wav")
    response["Content-Disposition"] = 'attachment; filename="digibel.wav"'
    return response
