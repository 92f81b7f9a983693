"""Tokens: made, checked, deleted. Only their SHA-256 is stored."""

import hashlib
import hmac
import os
import secrets
import time

from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.server.auth import store
from brickyard.server.auth.entities import Principal, Token
from brickyard.server.db.database import Database

PREFIX = "dapi"  # as Databricks' tokens begin
SIGN_IN_SECONDS = 600.0
MAX_PID = 2**31 - 1


def hash_of(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


class Tokens:
    """All tokens, held in memory by hash: the table is ours alone, so nothing else changes it.

    Thread-safety: used on the event loop's thread alone.
    """

    def __init__(self, database: Database, admin_token: str) -> None:
        self._database = database
        self._admin_hash = hash_of(admin_token)
        self._by_hash: dict[str, Token] = {}
        self._sign_in_codes: dict[str, float] = {}
        self._sessions: set[str] = set()

    async def load(self) -> None:
        """Read the stored tokens; those of processes that have ended are dropped."""
        for token in await self._database.read(store.all_tokens):
            self._by_hash[token.token_hash] = token
        await self._drop_dead()

    def check(self, value: str) -> Principal | None:
        """Who holds this token, or None when it is not (or no longer) valid."""
        hashed = hash_of(value)
        if hmac.compare_digest(hashed, self._admin_hash):
            return Principal(name="admin")
        token = self._by_hash.get(hashed)
        if token is None or token.is_expired(_now()) or (token.pid is not None and not _is_alive(token.pid)):
            return None
        return Principal(name=token.owner, token_id=token.token_id)

    async def create(
        self, *, owner: str, comment: str, lifetime_seconds: int | None, pid: int | None
    ) -> tuple[str, Token]:
        """A new token: its value, which is shown once, and what is stored of it.

        Raises:
            InvalidParameterValue: lifetime_seconds is not positive; comment is over 250 characters; pid is no process.
        """
        if lifetime_seconds is not None and lifetime_seconds <= 0:
            raise InvalidParameterValue("lifetime_seconds must be positive; leave it out for a token without an end")
        if len(comment) > 250:
            raise InvalidParameterValue("comment is longer than 250 characters")
        if pid is not None and not (0 < pid <= MAX_PID and _is_alive(pid)):
            raise InvalidParameterValue(f"pid is {pid}, which is no running process of this machine")
        value, now = PREFIX + secrets.token_hex(16), _now()
        token = Token(
            token_id=secrets.token_hex(16),
            token_hash=hash_of(value),
            comment=comment,
            owner=owner,
            created_at=now,
            expires_at=None if lifetime_seconds is None else now + lifetime_seconds * 1000,
            pid=pid,
        )
        await self._database.write(lambda connection: store.insert_token(connection, token))
        self._by_hash[token.token_hash] = token
        return value, token

    async def delete(self, token_id: str) -> None:
        """
        Raises:
            NotFound: no such token.
        """
        if not await self._database.write(lambda connection: store.delete_token(connection, token_id)):
            raise NotFound(f"Token {token_id} does not exist.")
        self._by_hash = {key: token for key, token in self._by_hash.items() if token.token_id != token_id}

    def listed(self) -> list[Token]:
        return sorted(self._by_hash.values(), key=lambda token: token.created_at)

    def new_sign_in_code(self) -> str:
        """A code that signs one browser in, once, within ten minutes."""
        code = secrets.token_urlsafe(24)
        self._sign_in_codes[code] = time.monotonic() + SIGN_IN_SECONDS
        return code

    def sign_in(self, code: str) -> str | None:
        """The session of the console's cookie for a code, or None when the code is used, wrong or too old."""
        deadline = self._sign_in_codes.pop(code, None)
        if deadline is None or deadline < time.monotonic():
            return None
        session = secrets.token_urlsafe(32)
        self._sessions.add(session)
        return session

    def check_session(self, session: str) -> Principal | None:
        return Principal(name="admin") if session in self._sessions else None

    async def _drop_dead(self) -> None:
        now = _now()
        for token in self.listed():
            if token.is_expired(now) or (token.pid is not None and not _is_alive(token.pid)):
                await self.delete(token.token_id)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _now() -> int:
    return int(time.time() * 1000)
