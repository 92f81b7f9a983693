from pathlib import Path

import pytest

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.record.targets import check_targets


def test_files_that_can_be_written(tmp_path: Path) -> None:
    source = tmp_path / "n.py"
    source.touch()
    check_targets([tmp_path / "n.ipynb", tmp_path / "n.html"], source)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.pdf", r"must end in \.ipynb or \.html"),
        ("missing/out.html", "there is no folder"),
        ("folder.ipynb", "there is no folder"),
        ("n.ipynb", "is the notebook itself"),
        ("link.ipynb", "is the notebook itself"),
    ],
)
def test_others_are_named(tmp_path: Path, name: str, message: str) -> None:
    source = tmp_path / "n.ipynb"
    source.touch()
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "link.ipynb").symlink_to(source)
    with pytest.raises(InvalidParameterValue, match=message):
        check_targets([tmp_path / name], source)
