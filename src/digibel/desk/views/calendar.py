"""The calendar feed: no login, a secret address, and nothing in it that says who or where."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from digibel.scheduling import calendars


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    feed = calendars.open_feed(token)
    body = calendars.calendar(feed)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["ETag"] = tag = calendars.etag(body)
    response["Cache-Control"] = "private, max-age=300"
    response["Content-Disposition"] = 'inline; filename="digibel.ics"'
    response["Content-Language"] = feed.language
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return get_conditional_response(request, etag=tag, response=response) or response
