"""The console's pages of the catalog: catalogs, schemas, tables, their rows and history."""

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from brickyard.errors import BrickyardError, InvalidParameterValue
from brickyard.server.catalog.service import UnityCatalog
from brickyard.server.html.guarded import guarded
from brickyard.server.html.render import Pages
from brickyard.server.route import Permission, Route, raw_route

SAMPLE_ROWS = 20
COMMITS = 50


def routes(catalog: UnityCatalog, pages: Pages) -> tuple[Route, ...]:
    return (*_of_names(catalog, pages), *_of_tables(catalog, pages))


def _of_names(catalog: UnityCatalog, pages: Pages) -> tuple[Route, ...]:
    @guarded(pages)
    async def catalogs(_: HttpRequest) -> Response:
        """All catalogs with their schemas."""
        found = []
        for each in (await catalog.namespaces.catalogs())[0]:
            schemas, _token = await catalog.namespaces.schemas(each.name)
            found.append({"name": each.name, "comment": each.comment, "schemas": schemas})
        return pages.answer("catalogs.html", title="Catalog", section="catalog", catalogs=found)

    @guarded(pages)
    async def schema(request: HttpRequest) -> Response:
        """The tables of a schema."""
        name = request.path_params["schema"]
        catalog_name, dot, schema_name = name.partition(".")
        if not dot:
            raise InvalidParameterValue(f"A schema's name has two parts, catalog.schema: {name[:200]!r} has one.")
        tables, _token = await catalog.tables.listed(catalog_name, schema_name)
        return pages.answer("schema.html", title=name, section="catalog", tables=tables)

    return (
        raw_route("GET", "/console/catalog", Permission.PAGE, catalogs),
        raw_route("GET", "/console/catalog/{schema}", Permission.PAGE, schema),
    )


def _of_tables(catalog: UnityCatalog, pages: Pages) -> tuple[Route, ...]:
    @guarded(pages)
    async def table(request: HttpRequest) -> Response:
        """A table: its columns, its place, its size."""
        view = await catalog.tables.get(request.path_params["name"])
        try:
            detail = None if view.notice else await catalog.tables.detail(view.table.full_name)
        except BrickyardError:
            detail = None  # the page still shows what the catalog knows; its parts say what cannot be read
        return pages.answer(
            "table.html",
            title=view.table.full_name,
            section="catalog",
            schema=f"{view.table.catalog_name}.{view.table.schema_name}",
            view=view,
            location=view.table.location,
            detail=detail,
        )

    @guarded(pages, "refused.html")
    async def sample(request: HttpRequest) -> Response:
        """Some rows of a table, as a part of its page."""
        return pages.answer("sample.html", sample=await catalog.tables.sample(request.path_params["name"], SAMPLE_ROWS))

    @guarded(pages, "refused.html")
    async def history(request: HttpRequest) -> Response:
        """The newest versions of a table, as a part of its page."""
        return pages.answer("history.html", history=await catalog.tables.history(request.path_params["name"], COMMITS))

    return (
        raw_route("GET", "/console/tables/{name}", Permission.PAGE, table),
        raw_route("GET", "/console/tables/{name}/sample", Permission.PAGE, sample),
        raw_route("GET", "/console/tables/{name}/history", Permission.PAGE, history),
    )
