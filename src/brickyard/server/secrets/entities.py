"""What the secrets slice knows. Times in milliseconds since the epoch."""

from typing import Literal

import msgspec

AclLevel = Literal["READ", "WRITE", "MANAGE"]


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A named set of secrets. Names differ by more than case."""

    name: str
    created_at: int


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret as it is stored: `sealed` is its encrypted value, `sealed_by` the fingerprint of the key."""

    key: str
    sealed: str
    sealed_by: str
    updated_at: int


class Acl(msgspec.Struct, frozen=True, kw_only=True):
    """What a principal may do with a scope."""

    principal: str
    permission: AclLevel
