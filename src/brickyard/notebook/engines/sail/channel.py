"""The channel to a Sail process."""

from typing import Any

import grpc
import pyspark.sql.connect.proto as pb
from pyspark.sql.connect.client import DefaultChannelBuilder

from brickyard.notebook.engines.interceptor import Rules, RulesInterceptor
from brickyard.notebook.engines.sail.clouds import Clouds


class ConfInterceptor(grpc.UnaryUnaryClientInterceptor):  # type: ignore[misc]
    """Takes notice of the configuration that the user sets. Requests go through as they are."""

    def __init__(self, clouds: Clouds) -> None:
        self._clouds = clouds

    def intercept_unary_unary(self, proceed: Any, details: Any, request: Any) -> Any:
        if isinstance(request, pb.ConfigRequest):
            self._clouds.note(request.operation)
        return proceed(details, request)


class SailChannelBuilder(DefaultChannelBuilder):
    """pyspark's channel with the interceptors in front."""

    def __init__(self, remote: str, rules: Rules, clouds: Clouds) -> None:
        super().__init__(remote)
        self._rules = rules
        self._clouds = clouds

    def toChannel(self) -> grpc.Channel:
        channel = super().toChannel()
        return grpc.intercept_channel(channel, ConfInterceptor(self._clouds), RulesInterceptor(self._rules, channel))
