"""A real browser, and pages that hold it to account: every request answered, nothing logged as an error."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

SETTLE_SECONDS = 20.0
QUIET_ROUNDS = 8
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
    open_requests: set[Request] = field(default_factory=set)

    def open(self, path: str) -> None:
        """A fresh load: the UI's pages differ in their fragment alone, which loads nothing."""
        self.page.goto("about:blank")
        self.page.goto(self.origin + path)

    def settle(self) -> None:
        """Wait until no request has been under way for a while.

        The browser's own "networkidle" never comes: a shared worker's script counts as under way while it lives.
        """
        deadline, quiet = time.monotonic() + SETTLE_SECONDS, 0
        while quiet < QUIET_ROUNDS:
            assert time.monotonic() < deadline, f"still under way: {[request.url for request in self.open_requests]}"
            self.page.wait_for_timeout(50)
            quiet = 0 if self.open_requests else quiet + 1

    def forgive(self, pattern: str) -> None:
        """One request that the UI makes to hear that something is not there, and what the browser logs of it."""
        self.settle()
        (refused,) = (text for text in self.wrong if re.search(pattern, text))
        self.wrong.remove(refused)
        self.wrong.remove("console: Failed to load resource: the server responded with a status of 404 (Not Found)")

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrong.append(f"console: {message.text}")

    def on_request(self, request: Request) -> None:
        if not request.url.endswith(".worker.js"):
            self.open_requests.add(request)
        if not request.url.startswith((self.origin, "data:", "blob:", "about:")):
            self.wrong.append(f"left this machine: {request.url}")

    def on_finished(self, request: Request) -> None:
        self.open_requests.discard(request)

    def on_failed(self, request: Request) -> None:
        self.open_requests.discard(request)
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
    page.on("requestfinished", seen.on_finished)
    page.on("requestfailed", seen.on_failed)
    page.on("response", seen.on_response)
    try:
        yield seen
        seen.settle()
        assert not seen.wrong, "\n".join(seen.wrong)
    finally:
        context.close()
