"""Calls of artifacts."""

from tests.server.stock_calls.call import FILES, get, raw

ARTIFACTS = (
    get("artifacts: none yet", "artifacts/list", run_id="{r2}"),
    raw("artifacts: upload", "PUT", FILES + "/0/{r2}/artifacts/a/b.txt", b"hello"),
    raw("artifacts: upload odd name", "PUT", FILES + "/0/{r2}/artifacts/a/%C3%BC%20%22x%22.txt", b"odd"),
    raw("artifacts: upload empty", "PUT", FILES + "/0/{r2}/artifacts/empty", b""),
    raw("artifacts: download", "GET", FILES + "/0/{r2}/artifacts/a/b.txt", b""),
    get("artifacts: list", "artifacts/list", run_id="{r2}"),
    get("artifacts: list folder", "artifacts/list", run_id="{r2}", path="a"),
    get("artifacts: list missing", "artifacts/list", run_id="{r2}", path="zz"),
    get("artifacts: list climbs", "artifacts/list", run_id="{r2}", path="../.."),
    get("artifacts: list absolute", "artifacts/list", run_id="{r2}", path="/etc"),
    get("artifacts: list encoded climb", "artifacts/list", run_id="{r2}", path="%2e%2e/x"),
    get("artifacts: list of unknown run", "artifacts/list", run_id="f" * 32),
    get("artifacts: list proxied", FILES, path="0/{r2}/artifacts"),
    get("artifacts: list proxied climbs", FILES, path="../x"),
    raw("artifacts: download missing", "GET", FILES + "/0/{r2}/artifacts/zz", b""),
    raw("artifacts: download climbs", "GET", FILES + "/%2e%2e/%2e%2e/etc/passwd", b""),
    raw("artifacts: upload climbs", "PUT", FILES + "/..%2F..%2Fx", b"x"),
    get("artifacts: page download", "/get-artifact", run_id="{r2}", path="a/b.txt"),
    get("artifacts: page download missing", "/get-artifact", run_id="{r2}", path="zz"),
    get("artifacts: page download climbs", "/get-artifact", run_id="{r2}", path="../../x"),
    raw("artifacts: delete", "DELETE", FILES + "/0/{r2}/artifacts/a/b.txt", b""),
    raw("artifacts: delete missing", "DELETE", FILES + "/0/{r2}/artifacts/zz", b""),
)
