"""The channel to a leased Spark."""

from collections.abc import Callable
from typing import Any

import grpc
from pyspark.sql.connect.client import DefaultChannelBuilder

from brickyard.notebook.engines.interceptor import Rules, RulesInterceptor
from brickyard.notebook.engines.spark.process import SparkProcess


class EndedInterceptor(
    grpc.UnaryUnaryClientInterceptor,  # type: ignore[misc]
    grpc.UnaryStreamClientInterceptor,  # type: ignore[misc]
    grpc.StreamUnaryClientInterceptor,  # type: ignore[misc]
):
    """Says at once that the engine has ended, where pyspark would ask again for minutes."""

    def __init__(self, require: Callable[[], None]) -> None:
        self._require = require

    def intercept_unary_unary(self, proceed: Any, details: Any, request: Any) -> Any:
        self._require()
        return proceed(details, request)

    def intercept_unary_stream(self, proceed: Any, details: Any, request: Any) -> Any:
        self._require()
        return proceed(details, request)

    def intercept_stream_unary(self, proceed: Any, details: Any, requests: Any) -> Any:
        self._require()
        return proceed(details, requests)


class SparkChannelBuilder(DefaultChannelBuilder):
    """pyspark's channel to the JVM of this machine, with its token and the interceptors in front."""

    def __init__(self, process: SparkProcess, rules: Rules | None) -> None:
        super().__init__(f"{process.remote}/;token={process.token};user_id={process.user};session_id={process.session}")
        self._process = process
        self._rules = rules
        self.setChannelOption("grpc.enable_http_proxy", 0)

    def toChannel(self) -> grpc.Channel:
        credentials = grpc.composite_channel_credentials(
            grpc.local_channel_credentials(), grpc.access_token_call_credentials(self.token)
        )
        channel = self._secure_channel(self.endpoint, credentials)
        rules = [] if self._rules is None else [RulesInterceptor(self._rules, channel)]
        return grpc.intercept_channel(channel, EndedInterceptor(self._process.require), *rules)
