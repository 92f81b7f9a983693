import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook.magics.register import whole_cells


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%sql\nselect 1\n", "%%sql\nselect 1\n"),
        ("\n%md # T\nx\n", "%%md # T\nx\n"),
        ("%sh -e\nls\n", "%%sh_cell -e\nls\n"),
        ("%md-sandbox\nx\n", "%%md\nx\n"),
        ("%python\nx = 1\n", "\nx = 1\n"),
        ("%sql select 1\n", "%sql select 1\n"),
        ("%sql select 1\n\n", "%sql select 1\n\n"),
        ("%%sql\nselect 1\n", "%%sql\nselect 1\n"),
        ("%%sh\nls\n", "%%sh\nls\n"),
        ("%fs ls\nx\n", "%fs ls\nx\n"),
        ("x = 1\n%sql select 1\n", "x = 1\n%sql select 1\n"),
        ("", ""),
    ],
)
def test_cells_of_another_language(cell: str, expected: str) -> None:
    assert "".join(whole_cells(cell.splitlines(keepends=True))) == expected


@given(st.lists(st.sampled_from(["x = 1\n", "\n", "# %sql\n", "%time f()\n", "  %sqlx\n"])))
def test_python_cells_stay_as_they_are(lines: list[str]) -> None:
    assert whole_cells(lines) == lines
