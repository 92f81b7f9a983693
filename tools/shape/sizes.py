"""Budgets of size: modules, functions, classes, parameters."""

import ast
import math
from collections.abc import Iterator, Sequence
from statistics import median

from tools.shape.model import Budgets, Function, Module, Violation, without_docstring


def modules(found: Sequence[Module], budgets: Budgets) -> Iterator[Violation]:
    for module in found:
        if module.lines > budgets.module_lines:
            yield module.violation(1, "module-lines", f"{module.lines} lines, at most {budgets.module_lines}")
        for part in module.name.split("."):
            if part in budgets.vague_names:
                yield module.violation(1, "vague-name", f"{part!r} says nothing: name the module for what it does")


def functions(found: Sequence[Module], budgets: Budgets) -> Iterator[Violation]:
    for module in found:
        for name, function, owner in module.functions:
            if (lines := body_lines(function)) > budgets.function_lines:
                yield module.violation(
                    function.lineno, "function-lines", f"{name}: {lines} lines, at most {budgets.function_lines}"
                )
            if (count := positional_parameters(function, owner)) > budgets.positional_parameters:
                yield module.violation(
                    function.lineno,
                    "parameters",
                    f"{name}: {count} positional parameters, at most {budgets.positional_parameters}; use keywords",
                )


def classes(found: Sequence[Module], budgets: Budgets) -> Iterator[Violation]:
    for module in found:
        for name, node in _classes(module.tree, module.name):
            if name in budgets.facades:
                continue
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > budgets.class_lines:
                yield module.violation(
                    node.lineno, "class-lines", f"{name}: {lines} lines, at most {budgets.class_lines}"
                )
            methods = len({item.name for item in node.body if isinstance(item, Function)})
            if methods > budgets.class_methods:
                yield module.violation(
                    node.lineno, "class-methods", f"{name}: {methods} methods, at most {budgets.class_methods}"
                )


def distribution(found: Sequence[Module], budgets: Budgets) -> Iterator[Violation]:
    """The median module and the 90th percentile of functions; `found` are the modules of one area."""
    lines = module_lengths(found)
    if lines and (middle := median(lines)) > budgets.module_median:
        yield Violation(
            path=found[0].area,
            line=1,
            rule="module-median",
            message=f"the median module has {middle:g} lines, at most {budgets.module_median}",
        )
    if (high := percentile(function_lengths(found), 0.9)) > budgets.function_p90:
        yield Violation(
            path=found[0].area,
            line=1,
            rule="function-p90",
            message=f"one function in ten has {high} lines or more, at most {budgets.function_p90}",
        )


def module_lengths(found: Sequence[Module]) -> list[int]:
    """Lines of the modules that hold more than a docstring."""
    return [module.lines for module in found if module.has_code]


def function_lengths(found: Sequence[Module]) -> list[int]:
    return [body_lines(function) for module in found for _, function, _ in module.functions]


def body_lines(function: Function) -> int:
    """Lines from the first statement after the docstring to the last, comments and blank lines included."""
    body = without_docstring(function.body)
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1 if body else 0


def positional_parameters(function: Function, owner: ast.ClassDef | None) -> int:
    """Parameters that can be given by position, without self or cls."""
    count = len(function.args.posonlyargs) + len(function.args.args)
    is_static = any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in function.decorator_list)
    return count - 1 if owner is not None and not is_static else count


def percentile(values: Sequence[int], share: float) -> int:
    """Nearest-rank percentile; 0 of nothing."""
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else 0


def _classes(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield f"{prefix}.{child.name}", child
        name = f"{prefix}.{child.name}" if isinstance(child, ast.ClassDef | Function) else prefix
        yield from _classes(child, name)
