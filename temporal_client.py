"""The one way to reach Temporal: pydantic in and out, every payload and failure encrypted."""

import logging
from functools import cache

from temporalio.client import Client
from temporalio.common import HeaderCodecBehavior
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from security.keys import KeyRing
from security.payload_encryption import PayloadEncryption


def data_converter(key_ring: KeyRing) -> DataConverter:
    """Return the converter of every client, worker and replayer of the project."""
    return DataConverter(
        payload_converter_class=PydanticPayloadConverter,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
        payload_codec=PayloadEncryption(key_ring),
    )


async def connect(
    address: str, namespace: str, key_ring: KeyRing, *, tls: bool = False, lazy: bool = False
) -> Client:
    """Return a client of `host:port`; a lazy one connects at its first call."""
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=data_converter(key_ring),
        header_codec_behavior=HeaderCodecBehavior.CODEC,
        tls=tls,
        lazy=lazy,
        runtime=_runtime(),
    )


@cache
def _runtime() -> Runtime:
    """Make the SDK's core write its log lines through ours: one format, one place."""
    forwarding = LogForwardingConfig(logger=logging.getLogger("temporalio.core"))
    levels = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=levels, forwarding=forwarding)))
