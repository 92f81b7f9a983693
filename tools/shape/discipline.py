"""Rules of discipline: annotations, the environment, broad except clauses, mocks."""

import ast
from collections.abc import Iterator, Sequence

from tools.shape.model import Budgets, Function, Module, Violation

_BROAD = frozenset({"Exception", "BaseException"})
_ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"})
_MOCKS = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "PropertyMock", "create_autospec", "patch"})
_DIRECTIVES = ("noqa", "type: ignore", "pragma")
_MIN_REASON_WORDS = 3


def annotations(found: Sequence[Module]) -> Iterator[Violation]:
    """Parameters and results without a type."""
    for module in found:
        for name, function, owner in module.functions:
            missing = _unannotated(function, is_method=owner is not None)
            if function.returns is None:
                missing.append("its result")
            if missing:
                yield module.violation(function.lineno, "annotation", f"{name}: no type for {', '.join(missing)}")


def environment(found: Sequence[Module], budgets: Budgets) -> Iterator[Violation]:
    """Uses of the process environment outside the one module that reads it."""
    for module in found:
        if module.name == budgets.environment_module:
            continue
        for node in ast.walk(module.tree):
            match node:
                case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in _ENVIRONMENT:
                    used = [name]
                case ast.ImportFrom(module="os", names=aliases):
                    used = [alias.name for alias in aliases if alias.name in _ENVIRONMENT]
                case _:
                    continue
            for name in used:
                yield module.violation(
                    node.lineno, "environment", f"os.{name}: only {budgets.environment_module} reads the environment"
                )


def broad_excepts(found: Sequence[Module]) -> Iterator[Violation]:
    """Clauses that catch everything without a comment that says why."""
    for module in found:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _has_reason(module, node.lineno):
                yield module.violation(
                    node.lineno, "broad-except", "catches everything: say why in a comment (`# reason: ...`)"
                )


def mocks(found: Sequence[Module], budgets: Budgets) -> Iterator[Violation]:
    """Every mock, when there are more of them than the budget gives for the tests that there are."""
    places = mock_places(found)
    allowed = budgets.mocks_per_test * count_tests(found)
    if len(places) > allowed:
        for module, node in places:
            yield module.violation(
                node.lineno, "mocks", f"{len(places)} mocks for {count_tests(found)} tests, at most {allowed:g}"
            )


def count_tests(found: Sequence[Module]) -> int:
    return sum(function.name.startswith("test_") for module in found for _, function, _ in module.functions)


def mock_places(found: Sequence[Module]) -> list[tuple[Module, ast.Call]]:
    """Calls that make a mock or replace an attribute: unittest.mock's, pytest-mock's, monkeypatch.setattr."""
    return [
        (module, node)
        for module in found
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _is_mock(node.func)
    ]


def _is_mock(called: ast.expr) -> bool:
    parts = ast.unparse(called).split(".")
    return parts[0] == "mocker" or parts[-2:] == ["monkeypatch", "setattr"] or not _MOCKS.isdisjoint(parts)


def _unannotated(function: Function, *, is_method: bool) -> list[str]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    is_static = any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in function.decorator_list)
    if is_method and not is_static:
        positional = positional[1:]
    others = [item for item in (arguments.vararg, arguments.kwarg) if item is not None]
    return [item.arg for item in (*positional, *arguments.kwonlyargs, *others) if item.annotation is None]


def _is_broad(caught: ast.expr | None) -> bool:
    match caught:
        case None:
            return True
        case ast.Name(id=name):
            return name in _BROAD
        case ast.Tuple(elts=elements):
            return any(_is_broad(element) for element in elements)
    return False


def _has_reason(module: Module, line: int) -> bool:
    comments = (module.comments.get(line, ""), module.comments.get(line - 1, ""))
    return any(len(text.split()) >= _MIN_REASON_WORDS and not text.startswith(_DIRECTIVES) for text in comments)
