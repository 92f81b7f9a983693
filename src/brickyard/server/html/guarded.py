"""Pages that cannot be shown, as pages: a browser's user gets words and a way on, not JSON."""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from brickyard.errors import BrickyardError
from brickyard.server.errors import status_of
from brickyard.server.html.render import Pages

Page = Callable[[HttpRequest], Awaitable[Response]]


def guarded(pages: Pages, template: str = "message.html") -> Callable[[Page], Page]:
    """Answer our errors with a template: a whole page, or a part of one."""

    def decorate(page: Page) -> Page:
        @wraps(page)
        async def answer(request: HttpRequest) -> Response:
            try:
                return await page(request)
            except BrickyardError as error:
                # htmx shows only answers of status 200; a part that fails says so in its place.
                status = status_of(error) if template == "message.html" else 200
                title = "Not found" if status == 404 else "This page cannot be shown"
                return pages.answer(template, status=status, title=title, section="", text=error.message)

        return answer

    return decorate
