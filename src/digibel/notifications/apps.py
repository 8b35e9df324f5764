from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import import_string


class NotificationsConfig(AppConfig):
    name = "digibel.notifications"

    def ready(self) -> None:
        from django_q.signals import post_execute_in_worker, post_spawn, pre_enqueue, pre_execute

        from digibel.notifications import queued

        post_spawn.connect(get_ready, dispatch_uid="digibel.get_ready")
        post_execute_in_worker.connect(mask_result, dispatch_uid="digibel.mask_result")
        pre_enqueue.connect(queued.send_along, dispatch_uid="digibel.send_along")
        pre_execute.connect(queued.take_up, dispatch_uid="digibel.take_up")
        post_execute_in_worker.connect(queued.leave, dispatch_uid="digibel.leave")
        # By name: what they look at knows the models, which are there only now.
        checks.register(import_string("digibel.notifications.checks.gateways_are_set_up"))
        senders = import_string("digibel.notifications.checks.senders_can_be_answered")
        checks.register(senders, checks.Tags.database)


def get_ready(**_: Any) -> None:
    """A worker is there, before its first task."""
    from digibel.notifications import inbound

    inbound.get_ready()


def mask_result(task: dict[str, Any], **_: Any) -> None:
    """What a task said, or the error it broke on, passes the gate before the queue keeps it (rule E4).

    Our own tasks break with the class of the error alone; somebody else's may quote a text.
    """
    from digibel.guardrails.secrets import mask

    if isinstance(task.get("result"), str):
        task["result"] = mask(task["result"])
