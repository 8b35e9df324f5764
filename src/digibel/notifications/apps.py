from typing import Any

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "digibel.notifications"

    def ready(self) -> None:
        from django_q.signals import post_execute_in_worker

        post_execute_in_worker.connect(mask_result, dispatch_uid="digibel.mask_result")


def mask_result(task: dict[str, Any], **_: Any) -> None:
    """What a task said, or the error it broke on, passes the gate before the queue keeps it (rule E4).

    Our own tasks break with the class of the error alone; somebody else's may quote a text.
    """
    from digibel.guardrails.secrets import mask

    if isinstance(task.get("result"), str):
        task["result"] = mask(task["result"])
