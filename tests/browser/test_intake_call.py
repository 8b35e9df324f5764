"""What a worker does while the desk is still looking something up stays done: nobody asks a caller the same thing twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route, expect


@contextmanager
def a_slow_answer(page: Page, address: str) -> Iterator[Callable[[], None]]:
    """Until it is called, the desk's answer from this address is still on its way."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    def arrive() -> None:
        for route in waiting:
            route.continue_()

    page.route(address, hold)
    yield arrive
    page.unroute(address)


def test_a_task_ticked_while_suggestions_come_stays_ticked(
    page: Page, demo: str, log_in: Callable[[Page], None]
) -> None:
    log_in(page)
    page.goto(f"{demo}/requests/new")
    video_call = page.locator("[name=tasks][value=video-call]")
    with a_slow_answer(page, "**/requests/new/suggest") as arrive:
        with page.expect_request("**/requests/new/suggest"):
            page.fill("[name=in_own_words]", "Ik wil mijn kleinkinderen zien op het scherm")
        video_call.check()
        with page.expect_response("**/requests/new/suggest"):
            arrive()
    expect(page.locator("#task-list")).to_contain_text("De woorden wijzen")
    expect(video_call).to_be_checked()
    expect(video_call).to_be_focused()
