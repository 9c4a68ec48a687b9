from temporalio.common import HeaderCodecBehavior
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DefaultFailureConverterWithEncodedAttributes

from security.keys import KeyRing, new_key_ring
from security.payload_encryption import PayloadEncryption
from temporal_client import connect

RING = KeyRing.parse(new_key_ring("k1"))


async def test_a_lazy_client_exists_before_its_server() -> None:
    client = await connect("127.0.0.1:1", "acuerpa", RING, lazy=True)

    assert client.namespace == "acuerpa"


async def test_every_client_encrypts_payloads_failures_and_headers() -> None:
    config = (await connect("127.0.0.1:1", "default", RING, lazy=True)).config()

    converter = config["data_converter"]
    assert isinstance(converter.payload_codec, PayloadEncryption)
    assert converter.payload_converter_class is PydanticPayloadConverter
    assert converter.failure_converter_class is DefaultFailureConverterWithEncodedAttributes
    assert config["header_codec_behavior"] is HeaderCodecBehavior.CODEC
