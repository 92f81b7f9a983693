"""From method and path to a row: a dictionary for fixed paths, a tree of segments for the others."""

from collections.abc import Iterable
from urllib.parse import unquote

from brickyard.server.route import Route


class _Node:
    __slots__ = ("children", "one", "rest", "rows")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.one: _Node | None = None
        self.rest: dict[str, tuple[Route, tuple[str, ...]]] = {}
        self.rows: dict[str, tuple[Route, tuple[str, ...]]] = {}


Match = tuple[Route, dict[str, str]]


class Router:
    """Matches percent-encoded paths segment by segment, so that an encoded slash stays inside its segment."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._fixed: dict[tuple[str, str], Route] = {}
        self._root = _Node()
        for route in routes:
            self._add(route)

    def match(self, method: str, path: str, raw_path: str) -> Match | None:
        """The row and its path parameters, decoded once. A fixed segment wins over a parameter, both over a rest."""
        route = self._fixed.get((method, path))
        if route is not None:
            return route, {}
        segments = raw_path.removeprefix("/").split("/")
        return self._walk(self._root, segments, 0, [], method)

    def methods(self, path: str, raw_path: str) -> tuple[str, ...]:
        """The methods that this path has, for the answer to a wrong one."""
        return tuple(m for m in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") if self.match(m, path, raw_path))

    def _add(self, route: Route) -> None:
        if "{" not in route.path:
            if (route.method, route.path) in self._fixed:
                raise ValueError(f"two rows for {route.method} {route.path}")
            self._fixed[route.method, route.path] = route
            return
        node = self._root
        names: list[str] = []
        for segment in route.path.removeprefix("/").split("/"):
            if segment.endswith(":rest}"):
                node.rest[route.method] = (route, (*names, segment[1:-6]))
                return
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.one = node = node.one or _Node()
            else:
                node = node.children.setdefault(segment, _Node())
        if route.method in node.rows:
            raise ValueError(f"two rows for {route.method} {route.path}")
        node.rows[route.method] = (route, tuple(names))

    def _walk(self, node: _Node, segments: list[str], at: int, values: list[str], method: str) -> Match | None:
        if at == len(segments):
            if found := node.rows.get(method):
                route, names = found
                return route, dict(zip(names, values, strict=True))
        else:
            segment = segments[at]
            child = node.children.get(unquote(segment))
            if child and (matched := self._walk(child, segments, at + 1, values, method)):
                return matched
            one = node.one if segment else None
            if one and (matched := self._walk(one, segments, at + 1, [*values, unquote(segment)], method)):
                return matched
        if rest := node.rest.get(method):
            route, names = rest
            return route, dict(zip(names, [*values, unquote("/".join(segments[at:]))], strict=True))
        return None
