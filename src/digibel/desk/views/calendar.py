"""The calendar feed: no login, a secret address, and nothing in it that says who or where."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from digibel.scheduling import calendars


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    feed = calendars.open_feed(token)
    tag = f'"{calendars.etag(feed)}"'
    unchanged = get_conditional_response(request, etag=tag)
    if isinstance(unchanged, HttpResponseNotModified):
        return unchanged
    response = HttpResponse(calendars.ics(feed), content_type="text/calendar; charset=utf-8")
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=300"
    response["Content-Disposition"] = 'inline; filename="digibel.ics"'
    return response
