"""`python -m tools.shape [FOLDER]`: print every violation and a table of sizes; exit 1 on any violation."""

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tools.shape import discipline, imports, sizes
from tools.shape.model import Budgets, Module, Violation, read_modules

AREAS = ("src", "tools", "bench", "examples", "tests")
CODE = frozenset({"src", "tools", "bench"})
TESTS = frozenset({"tests"})


def check(found: Sequence[Module], budgets: Budgets) -> list[Violation]:
    """Every violation, in order of place."""
    source = [module for module in found if module.area == "src"]
    code = [module for module in found if module.area in CODE]
    tests = [module for module in found if module.area in TESTS]
    sized = [module for module in found if module.area not in TESTS]
    return sorted(
        {
            *sizes.modules(found, budgets),
            *sizes.functions(sized, budgets),
            *sizes.classes(sized, budgets),
            *sizes.distribution(source, budgets),
            *imports.cycles(code),
            *imports.local_imports(code, budgets),
            *discipline.annotations(code),
            *discipline.environment(source, budgets),
            *discipline.broad_excepts(code),
            *discipline.mocks(tests, budgets),
        }
    )


def summary(found: Sequence[Module]) -> str:
    """A table of sizes by area, and the mocks."""
    head = f"{'area':<10}{'modules':>9}{'lines':>9}{'median':>9}{'longest':>9}{'functions':>11}{'p90':>6}{'longest':>9}"
    rows = [head]
    for area in AREAS:
        part = [module for module in found if module.area == area]
        lines, bodies = sizes.module_lengths(part), sizes.function_lengths(part)
        if lines:
            rows.append(
                f"{area:<10}{len(lines):>9}{sum(lines):>9}{median(lines):>9g}{max(lines):>9}"
                f"{len(bodies):>11}{sizes.percentile(bodies, 0.9):>6}{max(bodies, default=0):>9}"
            )
    tests = [module for module in found if module.area in TESTS]
    rows.append(f"tests: {discipline.count_tests(tests)}, mocks: {len(discipline.mock_places(tests))}")
    return "\n".join(rows)


def main(arguments: Sequence[str]) -> int:
    root = Path(arguments[0] if arguments else ".").resolve()
    try:
        found = read_modules(root, AREAS)
    except SyntaxError as error:
        print(f"{error.filename}:{error.lineno}: syntax: {error.msg}")
        return 1
    violations = check(found, Budgets.read(root / "pyproject.toml"))
    for violation in violations:
        print(violation)
    print(summary(found))
    print(f"shape: {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
