"""All calls, in the order in which they are sent."""

from tests.server.stock_calls.artifacts import ARTIFACTS
from tests.server.stock_calls.experiments import EXPERIMENTS
from tests.server.stock_calls.models import MODELS_OF_RUNS
from tests.server.stock_calls.registry import REGISTRY
from tests.server.stock_calls.runs import RUNS

CALLS = (*EXPERIMENTS, *RUNS, *MODELS_OF_RUNS, *REGISTRY, *ARTIFACTS)
