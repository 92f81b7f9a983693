"""A real browser, and pages that hold it to account: every request answered, nothing logged as an error."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed on this system (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page on one server, and what went wrong on it."""

    page: Page
    origin: str
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """A fresh load: the UI's pages differ in their fragment alone, which loads nothing."""
        self.page.goto("about:blank")
        self.page.goto(self.origin + path)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrong.append(f"console: {message.text}")

    def on_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:", "about:")):
            self.wrong.append(f"left this machine: {request.url}")

    def on_failed(self, request: Request) -> None:
        # A page that is left takes its open requests back.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"{request.method} {request.url}: {request.failure}")

    def on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.request.method} {response.url}: {response.status}")


@contextmanager
def watched(browser: Browser, origin: str) -> Iterator[Watched]:
    """A page of a new visitor. Leaving the block fails when anything went wrong on it."""
    context = browser.new_context(viewport={"width": 1800, "height": 1300}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(15_000)
    seen = Watched(page, origin)
    page.on("console", seen.on_console)
    page.on("pageerror", lambda error: seen.wrong.append(f"script: {error}"))
    page.on("request", seen.on_request)
    page.on("requestfailed", seen.on_failed)
    page.on("response", seen.on_response)
    try:
        yield seen
        page.wait_for_load_state("networkidle")
        assert seen.wrong == []
    finally:
        context.close()
