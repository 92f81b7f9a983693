"""The console's home page, signing in and out, and the files of all pages."""

from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, RedirectResponse, Response

from brickyard.errors import FileNotFound, Unauthenticated
from brickyard.server.auth.guard import COOKIE
from brickyard.server.auth.service import Tokens
from brickyard.server.console.service import Console
from brickyard.server.html.guarded import guarded
from brickyard.server.html.render import FOLDER, Pages
from brickyard.server.route import Permission, Route, raw_route

_STATIC = {
    "console.css": "text/css; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def routes(console: Console, tokens: Tokens, pages: Pages) -> tuple[Route, ...]:
    @guarded(pages)
    async def home(_: HttpRequest) -> Response:
        """The console's home: what there is, what runs, what needs attention."""
        return pages.answer(
            "home.html",
            title="Home",
            section="home",
            overview=await console.overview(),
            state=await console.running(),
            attention=await console.attention(),
            recent=await console.recent_runs(),
        )

    @guarded(pages, "refused.html")
    async def running(_: HttpRequest) -> Response:
        """What runs, as a part of the home page."""
        return pages.answer("running.html", state=await console.running())

    @guarded(pages)
    async def sign_in(request: HttpRequest) -> Response:
        """Sign a browser in by a one-time code."""
        session = tokens.sign_in(request.query_params.get("code", ""))
        if session is None:
            raise Unauthenticated(
                "This link signs one browser in, once, and for ten minutes after the server's start; it was used or is "
                "too old. The console can be read without it on this machine. Start the server anew for a new link."
            )
        answer = RedirectResponse("/console", status_code=303)
        answer.set_cookie(COOKIE, session, httponly=True, samesite="strict", path="/")
        return answer

    @guarded(pages)
    async def static(request: HttpRequest) -> Response:
        """The console's styles and scripts."""
        name = request.path_params["name"]
        if name not in _STATIC:
            raise FileNotFound(f"The console has no file {name[:100]!r}.")
        return FileResponse(
            FOLDER / "static" / name, media_type=_STATIC[name], headers={"Cache-Control": "public, max-age=3600"}
        )

    return (
        raw_route("GET", "/console", Permission.PAGE, home),
        raw_route("GET", "/console/parts/running", Permission.PAGE, running),
        raw_route("GET", "/console/sign-in", Permission.OPEN, sign_in),
        raw_route("GET", "/console/static/{name}", Permission.OPEN, static),
    )
