"""The stock MLflow web UI, in a real browser, on what the stock client logged: it works, and without the stock server.

Each page must show what only the data can have told it, make no request that fails, and log no error.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import LiveServer
from tests.e2e.conftest import Watched, watched
from tests.e2e.site import NOTE, Site, build_site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAGES_UI = """
try { localStorage.setItem("_mlflow_user_setting_dismiss_next_model_registry_ui", "true") } catch {}
"""  # about:blank and sandboxed frames have no storage
ALIASES_HINT = "Try it now"


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that these tests alone use, so that whoever wakes its upstream is among them."""
    live = LiveServer(tmp_path_factory.mktemp("ui") / "home")
    live.start()
    try:
        yield build_site(live, tmp_path_factory.mktemp("model"))
    finally:
        live.stop()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Watched]:
    visiting: AbstractContextManager[Watched] = watched(browser, site.server.url)
    with visiting as seen:
        yield seen
    assert site.upstream == "stopped"


def texts(page: Page, *wanted: str) -> None:
    for text in wanted:
        expect(page.get_by_text(text, exact=True).first).to_be_visible()


def menu(page: Page, item: str) -> None:
    page.get_by_test_id("overflow-menu-trigger").first.click()
    page.get_by_role("menuitem", name=item).click()


def test_every_page_leads_to_the_console(visit: Watched, site: Site) -> None:
    for address in ("/#/models", "/#/experiments", "/"):
        visit.open(address)
        expect(visit.page.get_by_role("link", name="Brickyard console")).to_have_attribute("href", "/console")
    visit.page.get_by_role("link", name="Brickyard console").click()
    expect(visit.page).to_have_url(f"{site.server.url}/console")


def test_home_and_the_list_of_experiments(visit: Watched, site: Site) -> None:
    page = visit.page
    visit.open("/")
    texts(page, site.experiment)
    visit.open("/#/experiments")
    texts(page, site.experiment, "Default")
    search = page.get_by_placeholder("Search experiments")
    search.fill("churn")
    search.press("Enter")
    expect(page.get_by_text("Default", exact=True)).to_have_count(0)
    page.get_by_text(site.experiment, exact=True).first.click()
    texts(page, "trial-0")  # the page of runs, not of traces


def test_the_table_of_runs(visit: Watched, site: Site) -> None:
    page = visit.page
    visit.open(site.experiment_page + "/runs")
    texts(page, "trial-0", "trial-1", "trial-2", "trial-3", "customers (244437a9)", "which customers leave")
    expect(page.get_by_text("child-of-3")).to_have_count(0)
    page.locator(".ag-row button[data-component-id*='runnamecellrenderer']").first.click()
    texts(page, "child-of-3")
    search = page.get_by_test_id("search-box").first
    search.fill('metrics.rmse < 4 and params.kind = "tree"')
    search.press("Enter")
    expect(page.get_by_text("1 matching run")).to_be_visible()
    texts(page, "trial-0")
    page.get_by_test_id("column-selection-dropdown").first.click()
    page.get_by_text("rmse", exact=True).first.click()
    page.keyboard.press("Escape")
    texts(page, "3.25")


def test_charts(visit: Watched, site: Site) -> None:
    page = visit.page
    visit.open(site.experiment_page + "/runs?compareRunsMode=CHART")
    texts(page, "loss", "rmse", "val/auc")
    plots = page.locator(".js-plotly-plot")
    expect(plots).to_have_count(5)  # one per metric: loss, rmse, test_accuracy, val/auc and the system's
    expect(plots.first.locator("svg").first).to_be_visible()
    expect(page.get_by_text("4.25").first).to_be_visible()  # a bar's own label


def test_runs_compared(visit: Watched, site: Site) -> None:
    page = visit.page
    chosen = [site.runs["trial-1"], site.runs["trial-2"]]
    listed = "%22,%22".join(chosen)
    visit.open(f"/#/compare-runs?runs=[%22{listed}%22]&experiments=[%22{site.experiment_id}%22]")
    texts(page, "Comparing 2 Runs from 1 Experiment", "trial-1", "trial-2", "tree", "linear")
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    for tab in ("Scatter Plot", "Contour Plot"):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(".js-plotly-plot:visible").first).to_be_visible()
    page.get_by_role("link", name="loss").click()
    expect(page.locator(".js-plotly-plot:visible").first).to_be_visible()
    expect(page.get_by_text("trial-1 (loss)").first).to_be_visible()
    expect(page.get_by_text("2/2").first).to_be_visible()


def test_the_page_of_a_run(visit: Watched, site: Site) -> None:
    page = visit.page
    visit.open(site.run_page("trial-0"))
    texts(page, "trial-0", NOTE, "depth", "tree", "3.25", "0.05", "phase", "forest")
    expect(page.get_by_role("link", name=re.compile("churn_model")).first).to_be_visible()
    page.get_by_text("customers", exact=False).first.click()
    texts(page, "7043")


def test_the_metrics_of_a_run(visit: Watched, site: Site) -> None:
    page = visit.page
    visit.open(site.run_page("trial-0", "/model-metrics"))
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    texts(page, "loss", "test_accuracy")
    visit.open(site.run_page("trial-0", "/system-metrics"))
    texts(page, "cpu_utilization_percentage")
    expect(page.locator(".js-plotly-plot")).to_have_count(1)


def test_artifacts(visit: Watched, site: Site) -> None:
    page = visit.page
    visit.open(site.run_page("trial-0", "/artifacts"))
    for folder in ("notes", "images"):
        page.get_by_test_id("artifact-tree-node").get_by_text(folder, exact=True).click()
    for name, shown in (
        ("readme.txt", "hello from a text file"),
        ("config.json", "42"),
        ("data.csv", "Gouda"),
        ("page.md", "markdown body"),
        ("eval.json", "bricks"),
    ):
        page.get_by_test_id("artifact-tree-node").get_by_text(name, exact=True).click()
        expect(page.get_by_text(shown).first).to_be_visible()
    page.get_by_test_id("artifact-tree-node").get_by_text("page.html", exact=True).click()
    expect(page.frame_locator("iframe").get_by_text("Html body")).to_be_visible()
    page.get_by_test_id("artifact-tree-node").get_by_text("grey.png", exact=True).click()
    expect(page.locator("img[src^='blob:'], canvas, .js-plotly-plot").first).to_be_visible()


def test_an_artifact_is_downloaded(visit: Watched, site: Site) -> None:
    page = visit.page
    visit.open(site.run_page("trial-0", "/artifacts"))
    for node in ("notes", "data.csv"):
        page.get_by_test_id("artifact-tree-node").get_by_text(node, exact=True).click()
    texts(page, "Gouda")
    with page.expect_download() as download:
        page.locator("[data-component-id*='artifactview.tsx']").first.click()
    assert download.value.suggested_filename == "data.csv"
    assert Path(download.value.path()).read_text() == "city,churned\nGouda,17\n"


def test_logged_models(visit: Watched, site: Site) -> None:
    page = visit.page
    visit.open(site.experiment_page + "/models")
    texts(page, "forest", "trial-0")
    visit.open(f"{site.experiment_page}/models/{site.model_id}")
    texts(page, "forest", site.model_id, "trial-0", "0.8125", "trees", "100")
    visit.open(f"{site.experiment_page}/models/{site.model_id}/artifacts")
    page.get_by_text("requirements.txt", exact=True).first.click()
    expect(page.get_by_text("scikit-learn==1.9.1").first).to_be_visible()


def test_registered_models(visit: Watched, site: Site) -> None:
    page = visit.page
    visit.open("/#/models")
    page.get_by_role("button", name=ALIASES_HINT).click()
    texts(page, site.model, "Version 3")
    search = page.get_by_placeholder("Search registered models")
    for text, count in (("nothing like it", 0), ("tags.owner = 'retention team'", 1)):
        search.fill(text)
        search.press("Enter")
        expect(page.get_by_role("link", name=site.model)).to_have_count(count)
    visit.open(f"/#/models/{site.model}")
    texts(page, site.model, "predicts churn", "owner", "retention team", "Version 1", "Version 2", "Version 3")
    expect(page.get_by_text("champion").first).to_be_visible()
    visit.open(f"/#/models/{site.model}/versions/2")
    texts(page, "Version 2", "origin", "trial-2", "from trial-2")
    page.get_by_text("Inputs (1)").click()
    expect(page.get_by_text(re.compile("tenure_months")).first).to_be_visible()


def test_a_stage_is_changed(visit: Watched, site: Site) -> None:
    page = visit.page
    page.add_init_script(STAGES_UI)
    visit.open(f"/#/models/{site.model}/versions/3")
    page.get_by_text("None", exact=True).first.click()
    page.get_by_text("Production", exact=True).last.click()
    page.get_by_role("checkbox", name="Transition existing").check()
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("Production", exact=True).first).to_be_visible()
    visit.settle()
    stages = {v.version: v.current_stage for v in site.client.search_model_versions(f"name = '{site.model}'")}
    assert stages == {"1": "Archived", "2": "Archived", "3": "Production"}


def test_tags_and_descriptions_of_models_are_written(visit: Watched, site: Site) -> None:
    page = visit.page
    site.client.create_registered_model("written_model")
    page.add_init_script(STAGES_UI)
    visit.open("/#/models/written_model")
    page.get_by_text("Edit", exact=True).first.click()
    page.locator("textarea").first.fill("words of the browser")
    page.get_by_role("button", name="Save").click()
    texts(page, "words of the browser")
    page.get_by_text("Tags", exact=True).first.click()
    page.get_by_placeholder("Name").fill("colour")
    page.get_by_placeholder("Value").fill("red")
    page.get_by_test_id("add-tag-button").click()
    texts(page, "colour", "red")
    model = site.client.get_registered_model("written_model")
    assert (model.description, model.tags) == ("words of the browser", {"colour": "red"})


def test_a_run_is_renamed_and_deleted(visit: Watched, site: Site) -> None:
    page = visit.page
    experiment_id = site.client.create_experiment("of short life")
    run_id = site.client.create_run(experiment_id, run_name="before").info.run_id
    site.client.set_terminated(run_id)
    visit.open(f"/#/experiments/{experiment_id}/runs/{run_id}")
    texts(page, "before")
    menu(page, "Rename")
    page.get_by_role("dialog").locator("input").first.fill("after")
    page.get_by_role("button", name="Save").click()
    texts(page, "after")
    assert site.client.get_run(run_id).info.run_name == "after"
    menu(page, "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_url(f"**/#/experiments/{experiment_id}/**")
    assert site.client.get_run(run_id).info.lifecycle_stage == "deleted"


def test_an_experiment_is_renamed_and_deleted(visit: Watched, site: Site) -> None:
    page = visit.page
    experiment_id = site.client.create_experiment("first name")
    visit.open(f"/#/experiments/{experiment_id}/runs")
    texts(page, "first name")
    menu(page, "Edit experiment")
    page.get_by_role("dialog").locator("input").first.fill("second name")
    page.get_by_role("button", name="Save").click()
    texts(page, "second name")
    visit.forgive(r"get-by-name\?experiment_name=second\+name: 404")
    menu(page, "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/#/experiments")
    stored = site.client.get_experiment(experiment_id)
    assert (stored.name, stored.lifecycle_stage) == ("second name", "deleted")


def test_what_is_not_there_is_said(visit: Watched, site: Site) -> None:
    visit.open(f"{site.experiment_page}/runs/nosuchrun")
    expect(visit.page.get_by_text(re.compile("not found", re.IGNORECASE)).first).to_be_visible()
