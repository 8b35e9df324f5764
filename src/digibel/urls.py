"""Every door of the house: the outside is a contract (`docs/api.md`), the desk's own pages are not."""

from django.urls import include, path

from digibel.api.main import api
from digibel.desk import health
from digibel.notifications import gateways, webhooks

urlpatterns = [
    path("api/v1/", api.urls),
    path("gateways/<slug:name>/inbound", webhooks.receive, name="gateway_inbound"),
    path("gateways/<slug:name>/receipts", webhooks.receipts, name="gateway_receipts"),
    path("telephone/missed", webhooks.missed_call, name="missed_call"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("digibel.desk.urls")),
]
if gateways.is_used("simulator"):
    urlpatterns.append(path("", include("digibel.demo.urls")))

handler404 = "digibel.desk.errors.not_found"
handler500 = "digibel.desk.errors.broken"
