"""What is typed on a telephone of the simulator goes in by the door that every gateway uses: its webhook."""

import json
import uuid
from io import BytesIO

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse

from digibel.notifications import webhooks


def type_text(text: str, *, sender: str, to: str) -> tuple[str, HttpResponse]:
    """Send `text` from one E.164 number to another. Returns the simulator's id for it, and the webhook's answer."""
    text_id = str(uuid.uuid4())
    body = json.dumps({"id": text_id, "from": sender, "to": to, "text": text}).encode()
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/gateways/simulator/inbound",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
    )
    return text_id, webhooks.receive(request, "simulator")
