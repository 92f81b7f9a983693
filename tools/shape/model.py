"""What the shape check reads and what it finds."""

import ast
import io
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True, order=True, slots=True)
class Violation:
    """One broken rule at one line."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """The limits, in lines unless the name says otherwise, and who is exempt, from pyproject [tool.brickyard.shape]."""

    module_lines: int = 600
    module_median: int = 150
    function_lines: int = 60
    function_p90: int = 30
    class_lines: int = 300
    class_methods: int = 25
    positional_parameters: int = 6
    mocks_per_test: float = 0.05
    facades: frozenset[str] = frozenset()
    """Qualified names of classes whose methods a public API fixes."""
    lazy_imports: tuple[str, ...] = ()
    """Modules and packages that may import first-party code inside functions."""
    environment_module: str = "brickyard.settings"
    vague_names: frozenset[str] = frozenset({"util", "utils", "helper", "helpers", "common", "misc"})

    @classmethod
    def read(cls, pyproject: Path) -> "Budgets":
        """
        Raises:
            ValueError: the table names an unknown key.
        """
        table = tomllib.loads(pyproject.read_text("utf-8")).get("tool", {}).get("brickyard", {}).get("shape", {})
        if unknown := set(table) - {"facades", "lazy_imports"}:
            raise ValueError(f"[tool.brickyard.shape] has unknown keys: {', '.join(sorted(unknown))}")
        return cls(facades=frozenset(table.get("facades", ())), lazy_imports=tuple(table.get("lazy_imports", ())))


@dataclass(frozen=True, kw_only=True)
class Module:
    """One source file: `area` is its top folder (src, tests, ...), `name` what an import statement calls it."""

    path: str
    area: str
    name: str
    text: str
    is_package: bool
    tree: ast.Module = field(repr=False)

    @classmethod
    def read(cls, root: Path, file: Path) -> "Module":
        """
        Raises:
            SyntaxError: the file is not Python.
        """
        relative = file.relative_to(root)
        area = relative.parts[0]
        parts = list(relative.with_suffix("").parts[1:] if area == "src" else relative.with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        text = file.read_text("utf-8")
        return cls(
            path=relative.as_posix(),
            area=area,
            name=".".join(parts[:-1] if is_package else parts),
            text=text,
            is_package=is_package,
            tree=ast.parse(text, str(relative)),
        )

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def has_code(self) -> bool:
        """More than a docstring."""
        return bool(without_docstring(self.tree.body))

    @cached_property
    def comments(self) -> dict[int, str]:
        """Comments by line, without the hash."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}

    @cached_property
    def functions(self) -> tuple[tuple[str, Function, ast.ClassDef | None], ...]:
        """Every function with its qualified name and, for a method, its class."""
        return tuple(_functions(self.tree, self.name, None))

    def violation(self, line: int, rule: str, message: str) -> Violation:
        return Violation(path=self.path, line=line, rule=rule, message=message)


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body


def read_modules(root: Path, areas: tuple[str, ...]) -> tuple[Module, ...]:
    """Every Python file below the areas that exist, in order of path."""
    files = (file for area in areas for file in sorted((root / area).rglob("*.py")))
    return tuple(Module.read(root, file) for file in files if "__pycache__" not in file.parts)


def _functions(
    node: ast.AST, prefix: str, owner: ast.ClassDef | None
) -> Iterator[tuple[str, Function, ast.ClassDef | None]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                name = f"{prefix}.{child.name}"
                yield name, child, owner
                yield from _functions(child, name, None)
            case ast.ClassDef():
                yield from _functions(child, f"{prefix}.{child.name}", child)
            case _:
                yield from _functions(child, prefix, owner)
