"""The encryption of secrets, and its key file in every bad state."""

import base64
import os
import stat
from pathlib import Path

import pytest

from brickyard.errors import InvalidState
from brickyard.server.secrets.vault import KEY_BYTES, Vault


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "secrets.key"


@pytest.fixture
def vault(key_file: Path) -> Vault:
    made = Vault(key_file)
    assert made.is_new
    made.create()
    return made


def test_the_key_is_made_once_and_for_its_user_alone(vault: Vault, key_file: Path) -> None:
    key = key_file.read_bytes()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(base64.b64decode(key)) == KEY_BYTES
    vault.create()
    assert (key_file.read_bytes(), os.listdir(key_file.parent)) == (key, ["secrets.key"])


def test_a_value_is_sealed_anew_each_time_and_opens(vault: Vault) -> None:
    one, two = vault.seal(b"value", "a/b"), vault.seal(b"value", "a/b")
    assert one[0] != two[0]
    assert vault.open(*one, "a/b") == vault.open(*two, "a/b") == b"value"
    assert b"value" not in base64.b64decode(one[0])


def test_a_value_opens_under_its_own_name_alone(vault: Vault) -> None:
    with pytest.raises(InvalidState, match="changed"):
        vault.open(*vault.seal(b"value", "a/b"), "a/c")


def test_another_key_is_noticed(vault: Vault, tmp_path: Path) -> None:
    other = Vault(tmp_path / "other.key")
    other.create()
    with pytest.raises(InvalidState, match="another key"):
        other.open(*vault.seal(b"value", "a/b"), "a/b")


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe", base64.b64encode(b"x" * 31), b"=" * 44])
def test_a_broken_key_file_is_told(vault: Vault, key_file: Path, content: bytes) -> None:
    sealed = vault.seal(b"value", "a/b")
    key_file.write_bytes(content)
    with pytest.raises(InvalidState, match="holds no key"):
        vault.open(*sealed, "a/b")


def test_a_lost_or_unreadable_key_file_is_told(vault: Vault, key_file: Path) -> None:
    sealed = vault.seal(b"value", "a/b")
    key_file.unlink()
    with pytest.raises(InvalidState, match="is missing"):
        vault.open(*sealed, "a/b")
    key_file.mkdir()
    with pytest.raises(InvalidState, match="cannot be read"):
        vault.open(*sealed, "a/b")
