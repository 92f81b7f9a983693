"""Rules of imports: no cycle, and none hidden in a function."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from tools.shape.model import Budgets, Function, Module, Violation

Graph = Mapping[str, Mapping[str, int]]


def local_imports(found: Sequence[Module], budgets: Budgets) -> Iterator[Violation]:
    """First-party imports inside functions, but in the modules that the configuration names."""
    names = {module.name for module in found}
    for module in found:
        if any(module.name == lazy or module.name.startswith(f"{lazy}.") for lazy in budgets.lazy_imports):
            continue
        lines = {
            (node.lineno, target)
            for _, function, _ in module.functions
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for target in targets(module, node)
            if _is_first_party(target, names)
        }
        for line, target in sorted(lines):
            yield module.violation(line, "local-import", f"{target} is imported inside a function")


def cycles(found: Sequence[Module]) -> Iterator[Violation]:
    """Groups of modules that import each other at module scope; imports for type checkers count too."""
    graph = import_graph(found)
    by_name = {module.name: module for module in found}
    for group in strongly_connected(graph):
        first = min(group)
        chain = _shortest_way_back(graph, first, group)
        line = graph[first][chain[1]]
        yield by_name[first].violation(line, "import-cycle", " -> ".join(chain))


def import_graph(found: Sequence[Module]) -> Graph:
    """Module name -> imported first-party module name -> line of the import statement."""
    names = {module.name for module in found}
    return {
        module.name: {
            edge: node.lineno
            for node in _module_scope(module.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for target in targets(module, node)
            if (edge := _module_of(target, names)) is not None and edge != module.name
        }
        for module in found
    }


def targets(module: Module, node: ast.Import | ast.ImportFrom) -> list[str]:
    """Absolute dotted names that a statement imports; `from a import b` gives a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        package = module.name.split(".")
        kept = len(package) - node.level + (1 if module.is_package else 0)
        base = ".".join([*package[:kept], *([node.module] if node.module else [])])
    return [f"{base}.{alias.name}" for alias in node.names]


def strongly_connected(graph: Graph) -> list[frozenset[str]]:
    """Sets of two or more modules each of which reaches all the others."""
    reached = {name: _reachable(graph, name) for name in graph}
    groups = {frozenset(other for other in reached[name] if name in reached[other]) for name in graph}
    return sorted((group for group in groups if len(group) > 1), key=min)


def _reachable(graph: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        for name in graph[todo.pop()]:
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return seen


def _shortest_way_back(graph: Graph, start: str, group: frozenset[str]) -> list[str]:
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for name in graph[way[-1]]:
            if name == start:
                return [*way, start]
            if name in group and name not in seen:
                seen.add(name)
                ways.append([*way, name])
    raise AssertionError(f"{start} is in no cycle")


def _module_scope(tree: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(tree):
        if not isinstance(child, Function):
            yield child
            yield from _module_scope(child)


def _module_of(target: str, names: set[str]) -> str | None:
    """The module that a dotted name lies in: itself, or the one that defines it."""
    if target in names:
        return target
    parent = target.rpartition(".")[0]
    return parent if parent in names else None


def _is_first_party(target: str, names: set[str]) -> bool:
    parts = target.split(".")
    return any(".".join(parts[:end]) in names for end in range(1, len(parts) + 1))
