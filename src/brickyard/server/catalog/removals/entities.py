"""What is to be removed."""

import msgspec


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """Data of a dropped table or volume, whose id is `removal_id`, at a stored location."""

    removal_id: str
    location: str
