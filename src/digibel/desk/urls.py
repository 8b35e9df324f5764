"""Every page of the desk. What has a token in its address needs no login; everything else does."""

from django.urls import path

from digibel.desk.views import (
    account,
    calendar,
    calls,
    card,
    clients,
    design,
    guardrails,
    inbox,
    intake,
    letter,
    match,
    paper,
    places,
    requests,
    search,
    slip,
    today,
    visits,
    volunteers,
)

app_name = "desk"

urlpatterns = [
    # intake, request, match
    path("requests/new", intake.new_request, name="new_request"),
    path("requests/new/verdict", intake.verdict, name="intake_verdict"),
    path("requests/new/suggest", intake.suggest, name="intake_suggest"),
    path("requests/new/known", intake.known, name="intake_known"),
    path("requests/new/consent", intake.consent, name="intake_consent"),
    path("requests", requests.requests, name="requests"),
    path("requests/<str:reference>", requests.request_page, name="request"),
    path("requests/<str:reference>/address", requests.show_address, name="show_address"),
    path("requests/<str:reference>/do/<slug:deed>", requests.request_deed, name="request_deed"),
    path("requests/<str:reference>/match", match.match_request, name="match_request"),
    path("requests/<str:reference>/offers", match.offers, name="offers"),
    path("match", match.match, name="match"),
    path("design", design.design, name="design"),
    # the people who are visited
    path("clients/<uuid:client_id>", clients.client_page, name="client"),
    path("clients/<uuid:client_id>/address", clients.client_address, name="client_address"),
    path("clients/<uuid:client_id>/caller", clients.client_caller, name="client_caller"),
    path("clients/<uuid:client_id>/do/<slug:deed>", clients.client_deed, name="client_deed"),
    # today, calls, inbox, visits, people, places
    path("", today.today, name="today"),
    path("today/news", today.today_news, name="today_news"),
    path("calls", calls.calls, name="calls"),
    path("calls/<uuid:call_id>", calls.call, name="call"),
    path("calls/<uuid:call_id>/outcome", calls.call_outcome, name="call_outcome"),
    path("calls/<uuid:call_id>/take", calls.take_alarm, name="take_alarm"),
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/length", inbox.inbox_length, name="inbox_length"),
    path("inbox/<uuid:message_id>/answer", inbox.inbox_answer, name="inbox_answer"),
    path("inbox/<uuid:message_id>/do/<slug:deed>", inbox.inbox_deed, name="inbox_deed"),
    path("visits", visits.visits, name="visits"),
    path("visits/<uuid:visit_id>", visits.visit_desk, name="visit_desk"),
    path("visits/<uuid:visit_id>/address", visits.visit_address, name="visit_address"),
    path("visits/<uuid:visit_id>/do/<slug:deed>", visits.visit_deed, name="visit_deed"),
    path("volunteers", volunteers.volunteers, name="volunteers"),
    path("volunteers/<uuid:volunteer_id>", volunteers.volunteer, name="volunteer"),
    path("volunteers/<uuid:volunteer_id>/do/<slug:deed>", volunteers.volunteer_deed, name="volunteer_deed"),
    path("places", places.places, name="places"),
    path("paper", paper.paper, name="paper"),
    path("search", search.search, name="search"),
    path("login", account.login, name="login"),
    path("logout", account.logout, name="logout"),
    # paper and telephones
    path("requests/<str:reference>/slip", slip.slip, name="slip"),
    path("visits/<uuid:visit_id>/letter", letter.letter, name="letter"),
    path("visit/<str:token>", card.card, name="card"),
    path("visit/<str:token>/<slug:deed>", card.card_deed, name="card_deed"),
    path("calendar/<str:token>.ics", calendar.calendar, name="calendar"),
    path("guardrails", guardrails.guardrails, name="guardrails"),
]
