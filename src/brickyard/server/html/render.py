"""Templates to answers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

FOLDER = Path(__file__).parent
_SECURITY = {
    # Scripts, styles and requests of our own alone: a name in the database can never become code in a page.
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Pages:
    """Renders the templates of this folder; everything put into them is escaped."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"time": shown_time, "size": shown_size, "count": shown_count, "ago": shown_duration}

    def answer(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """
        Args:
            template: a file of templates/.
            status: of the HTTP answer.
            values: the template's variables; one that is missing is an error.
        """
        text = self._templates.get_template(template).render(**values)
        return HTMLResponse(text, status_code=status, headers=_SECURITY)


def shown_time(milliseconds: int | None) -> str:
    """Milliseconds since the epoch as a UTC time."""
    if milliseconds is None:
        return "–"
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def shown_size(size: int | None) -> str:
    """Bytes with a unit."""
    if size is None:
        return "–"
    amount = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def shown_count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def shown_duration(seconds: float) -> str:
    """Seconds as days, hours, minutes and seconds: the two greatest."""
    parts = []
    rest = int(seconds)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        amount, rest = divmod(rest, length)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts[:2]) or "0 s"
