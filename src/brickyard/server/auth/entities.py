"""What authentication knows."""

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """Who sent a request."""

    name: str
    token_id: str = ""

    @property
    def is_anonymous(self) -> bool:
        return not self.name


ANONYMOUS = Principal(name="")


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token without its value. Times in milliseconds since the epoch; `pid` is the process that it dies with."""

    token_id: str
    token_hash: str
    comment: str
    owner: str
    created_at: int
    expires_at: int | None = None
    pid: int | None = None

    def is_expired(self, now: int) -> bool:
        return self.expires_at is not None and self.expires_at <= now
