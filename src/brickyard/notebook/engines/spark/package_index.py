"""Where packages come from: uv's own settings, or pip's, where those alone name something."""

import configparser
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_OURS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}
"""pip's options, and the variables of uv that mean the same."""
_COMMA = "UV_FIND_LINKS"  # the one list that uv separates by commas
_OF_UV = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_CONFIG_FILE")


def index_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of uv that stand for pip's settings: of its variables (PIP_INDEX_URL, …) and its files (pip.conf).
    uv reads neither. Empty where uv has settings of its own, which it reads itself.

    Sources: pip's documentation, "Configuration"; uv's, "Environment variables" and "Configuration files".
    """
    if any(environment.get(name) for name in _OF_UV) or any(file.is_file() for file in _uv_files(environment)):
        return {}
    options = _from_files(environment)
    options |= {name: value for name in _OURS if (value := environment.get(_variable(name)))}
    values = {_OURS[name]: value.split() for name, value in options.items()}
    return {
        name: (",".join if name == _COMMA else " ".join)(words)
        for name, words in values.items()
        if words and name not in environment
    }


def _variable(option: str) -> str:
    return f"PIP_{option.upper().replace('-', '_')}"


def _from_files(environment: Mapping[str, str]) -> dict[str, str]:
    options: dict[str, str] = {}
    for file in _pip_files(environment):
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, "utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue  # pip itself would say what is wrong with it
        for section in ("global", "install"):
            if parser.has_section(section):
                options |= {name: value for name in _OURS if (value := parser.get(section, name, fallback=""))}
    return options


def _pip_files(environment: Mapping[str, str]) -> Iterator[Path]:
    """pip's files, the ones that win last."""
    named = environment.get("PIP_CONFIG_FILE", "")
    if named == "/dev/null":
        return
    home = Path(environment.get("HOME", "/nonexistent"))
    yield Path("/etc/pip.conf")
    yield home / ".pip" / "pip.conf"
    yield _config_home(environment) / "pip" / "pip.conf"
    yield home / "Library" / "Application Support" / "pip" / "pip.conf"
    yield Path(sys.prefix) / "pip.conf"
    if named:
        yield Path(named)


def _uv_files(environment: Mapping[str, str]) -> Iterator[Path]:
    yield _config_home(environment) / "uv" / "uv.toml"
    yield Path("/etc/uv/uv.toml")


def _config_home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME", "/nonexistent")) / ".config")
