"""The check that every request passes: who asks, from where, and whether that permits the row.

Without a token a request is served only from this machine, by a server that listens on loopback, with a Host (and an
Origin, if any) that names this server: so neither a rebound name nor another site's page can use it.
"""

import base64
import binascii
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from brickyard.errors import PermissionDenied, Unauthenticated
from brickyard.server.auth.entities import ANONYMOUS, Principal
from brickyard.server.auth.service import Tokens
from brickyard.server.route import Permission
from brickyard.settings import LOOPBACK, Settings

COOKIE = "brickyard_session"
_LOOPBACK_CLIENTS = ("127.", "::1", "::ffff:127.")


class Guard:
    """Admits requests or raises."""

    def __init__(self, settings: Settings, tokens: Tokens) -> None:
        self._tokens = tokens
        self._open_to_loopback = settings.is_loopback
        names = {*LOOPBACK, settings.host, *filter(None, (n.strip() for n in settings.allowed_hosts.split(",")))}
        self._hosts = {name.lower().strip("[]") for name in names}

    def admit(self, scope: Any, permission: Permission) -> Principal:
        """Who sent the request, if the row's permission is given.

        Raises:
            Unauthenticated: a wrong token (always), or none where one is needed.
            PermissionDenied: a Host or Origin that does not name this server.
        """
        authorization = host = origin = cookie = b""
        for name, value in scope["headers"]:
            if name == b"authorization":
                authorization = value
            elif name == b"host":
                host = value
            elif name == b"origin":
                origin = value
            elif name == b"cookie":
                cookie = value
        if authorization:
            return self._by_token(authorization.decode("latin-1"))
        if permission is Permission.OPEN:
            return ANONYMOUS
        self._check_origin(host.decode("latin-1"), origin.decode("latin-1"))
        if cookie and (principal := self._by_cookie(cookie.decode("latin-1"))):
            return principal
        if permission is Permission.TOKEN:
            raise Unauthenticated(
                "This needs a token: send Authorization: Bearer <token>. `brickyard env` prints one for this machine."
            )
        client = scope.get("client") or ("", 0)
        if not self._open_to_loopback or not str(client[0]).startswith(_LOOPBACK_CLIENTS):
            raise Unauthenticated("This server demands a token for everything: send Authorization: Bearer <token>.")
        return ANONYMOUS

    def _by_token(self, header: str) -> Principal:
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                raise Unauthenticated("The Authorization header is not valid Basic authentication.") from None
            value = password or user
        elif scheme.lower() != "bearer":
            raise Unauthenticated("Authorization must be Bearer <token>, or Basic with the token as the password.")
        principal = self._tokens.check(value.strip())
        if principal is None:
            raise Unauthenticated("The token is not valid: it is wrong, has expired, or its process has ended.")
        return principal

    def _by_cookie(self, header: str) -> Principal | None:
        try:
            cookies = SimpleCookie(header)
        except CookieError:
            return None
        return self._tokens.check_session(cookies[COOKIE].value) if COOKIE in cookies else None

    def _check_origin(self, host: str, origin: str) -> None:
        if _name_of(f"//{host}") not in self._hosts:
            raise PermissionDenied(f"The Host {host[:100]!r} does not name this server; see the setting allowed_hosts.")
        if origin and origin.lower() not in {f"http://{host.lower()}", f"https://{host.lower()}"}:
            raise PermissionDenied(f"A page of {origin[:100]!r} may not use this server.")


def _name_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
