"""A sound as the answer of a page."""

from django.http import HttpResponse


def answer(heard: bytes) -> HttpResponse:
    """To be saved or played, and kept by no browser on the way; its name says nothing of whom it is for."""
    response = HttpResponse(heard, content_type="audio/wav")
    response["Content-Disposition"] = 'attachment; filename="digibel.wav"'
    response["Cache-Control"] = "no-store"
    return response
