"""pip's settings, as uv is told them."""

from pathlib import Path

import pytest

from brickyard.notebook.engines.spark.package_index import index_settings


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment whose home folder has no settings. Of the machine's own, which may have some, pip's variables
    win."""
    return {"HOME": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null"}


def test_the_variables_of_pip(home: dict[str, str]) -> None:
    assert index_settings(home) == {}
    pip = {
        "PIP_INDEX_URL": "https://pip.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://a.example https://b.example",
        "PIP_FIND_LINKS": "/wheels /more",
        "PIP_TRUSTED_HOST": "pip.example",
    }
    assert index_settings(home | pip) == {
        "UV_DEFAULT_INDEX": "https://pip.example/simple",
        "UV_INDEX": "https://a.example https://b.example",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INSECURE_HOST": "pip.example",
    }
    assert "UV_FIND_LINKS" not in index_settings(home | pip | {"UV_FIND_LINKS": "/own"})


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_CONFIG_FILE"])
def test_settings_of_uv_hold_alone(home: dict[str, str], name: str) -> None:
    assert index_settings(home | {"PIP_INDEX_URL": "https://pip.example", name: "https://uv.example"}) == {}


def test_a_file_of_uv_holds_alone(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / ".config" / "uv").mkdir(parents=True)
    (tmp_path / ".config" / "uv" / "uv.toml").touch()
    assert index_settings(home | {"PIP_INDEX_URL": "https://pip.example"}) == {}


def test_the_files_of_pip(home: dict[str, str], tmp_path: Path) -> None:
    del home["PIP_CONFIG_FILE"]
    file = tmp_path / ".config" / "pip" / "pip.conf"
    file.parent.mkdir(parents=True)
    file.write_text(
        "[global]\nindex-url = https://file.example/%(x)s\nextra-index-url =\n    https://a.example\n"
        "    https://b.example\n[list]\nfind-links = /not-this\n"
    )
    found = index_settings(home)
    assert found["UV_DEFAULT_INDEX"] == "https://file.example/%(x)s"
    assert found["UV_INDEX"] == "https://a.example https://b.example"
    assert "UV_FIND_LINKS" not in found
    named = tmp_path / "named.conf"
    named.write_text("[global]\nindex-url = https://global.example\n[install]\nindex-url = https://install.example\n")
    assert index_settings(home | {"PIP_CONFIG_FILE": str(named)})["UV_DEFAULT_INDEX"] == "https://install.example"
    variable = {"PIP_CONFIG_FILE": str(named), "PIP_INDEX_URL": "https://variable.example"}
    assert index_settings(home | variable)["UV_DEFAULT_INDEX"] == "https://variable.example"
    named.write_text("no settings")
    assert index_settings(home | {"PIP_CONFIG_FILE": str(named)})["UV_DEFAULT_INDEX"] == "https://file.example/%(x)s"
