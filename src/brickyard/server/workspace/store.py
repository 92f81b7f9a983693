"""SQL of the workspace: when its objects were made, which a file does not tell."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select

from brickyard.server.db.connection import Connection
from brickyard.server.db.own_tables import workspace_objects
from brickyard.server.db.upsert import insert_new

_INSERT = insert_new(workspace_objects)
_BLOCK = 500  # ids in one statement


def remember(connection: Connection, object_id: int, created_at: int) -> None:
    """Note when an object was made, unless that is known."""
    connection.execute(_INSERT, object_id=object_id, created_at=created_at)


def forget(connection: Connection, object_ids: Sequence[int]) -> None:
    for block in _blocks(object_ids):
        connection.execute(delete(workspace_objects).where(workspace_objects.c.object_id.in_(block)))


def created_at(connection: Connection, object_ids: Sequence[int]) -> dict[int, int]:
    """When objects were made, of those for which it is known."""
    found: dict[int, int] = {}
    for block in _blocks(object_ids):
        query = select(workspace_objects.c.object_id, workspace_objects.c.created_at).where(
            workspace_objects.c.object_id.in_(block)
        )
        found.update({int(row[0]): int(row[1]) for row in connection.all(query)})
    return found


def _blocks(object_ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (object_ids[start : start + _BLOCK] for start in range(0, len(object_ids), _BLOCK))
