"""Whether this process works with a Brickyard server."""

import json
import urllib.error
import urllib.request
from functools import cache

from brickyard.notebook.environment import is_brickyard
from brickyard.settings import process_environment

ASK_SECONDS = 1.0


def require_brickyard() -> None:
    """Go on only where DATABRICKS_HOST is a Brickyard server.

    `brickyard run` and `brickyard env` mark it in the environment. Without the mark a plain-http host is asked once;
    real workspaces are https, and never hear of it.

    Raises:
        ImportError: it is none.
    """
    environment = process_environment()
    host = environment.get("DATABRICKS_HOST", "")
    if is_brickyard(environment) or (host.startswith("http://") and _answers_as_brickyard(host.rstrip("/"))):
        return
    raise ImportError(
        f"dbruntime: DATABRICKS_HOST ({host or 'not set'}) is not a Brickyard server; "
        'start the file with `brickyard run FILE`, or prepare the shell with eval "$(brickyard env)"'
    )


@cache
def _answers_as_brickyard(host: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{host}/api/brickyard/status", timeout=ASK_SECONDS) as answer:
            return bool(json.load(answer).get("product") == "brickyard")
    except (OSError, ValueError, AttributeError):
        return False
