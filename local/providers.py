"""A simulated SMS provider and simulated partners' endpoints: they keep what they get and send nothing on."""

import json
import secrets
from pathlib import Path
from typing import Annotated, Any

import fastapi
from fastapi import FastAPI, Header, HTTPException, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from local.arrivals import Arrivals
from local.connections import CuttableProtocol, cut
from local.faults import Fault, FaultBook
from local.ports import PortTaken, require_free
from local.received_log import KeyReusedError, ProviderChannel, Received, ReceivedLog, Request
from local.serving import LONGEST_WAIT_SECONDS, local_app, page, serve
from settings import load_settings

WEBHOOK_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
SHOWN_REQUESTS = 200

Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="seconds")]


class ProviderFault(Fault):
    """Answer with this status and keep nothing, or keep the message and cut the connection."""

    channel: ProviderChannel
    status: int | None = Field(default=None, ge=400, le=599)
    retry_after: int | None = Field(default=None, ge=0, description="seconds, told with the status")
    store_then_reset: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> "ProviderFault":
        if (self.status is None) != self.store_then_reset:
            raise ValueError("give either a status or store_then_reset")
        return self


class Sms(BaseModel):
    """The body of a text message's request."""

    model_config = ConfigDict(extra="forbid")

    to: str = Field(min_length=1)
    sender: str = Field(alias="from", min_length=1)
    text: str = Field(min_length=1)


class Providers:
    """The kept requests, those who wait for them, and the ordered faults."""

    def __init__(self, file: Path, sms_key: SecretStr) -> None:
        self.log = ReceivedLog(file)
        self.arrivals = Arrivals()
        self.faults: FaultBook[ProviderFault] = FaultBook()
        self._sms_key = sms_key

    def require_key(self, authorization: str) -> None:
        """Refuse a request whose bearer key is not ours."""
        expected = f"Bearer {self._sms_key.get_secret_value()}"
        if not secrets.compare_digest(authorization.encode(), expected.encode()):
            raise HTTPException(401, "wrong key: send Authorization: Bearer with ACUERPA_SMS_KEY")

    async def receive(self, request: Request, http: fastapi.Request, *, success: int) -> Response:
        """Keep a request once and answer, or do what a fault orders."""
        fault = self.faults.take(lambda fault: fault.channel is request.channel)
        if fault is not None and fault.status is not None:
            wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return JSONResponse({"detail": "ordered by a fault"}, fault.status, wait)
        try:
            kept = self.log.keep(request)
        except KeyReusedError as error:
            raise HTTPException(409, str(error)) from error
        await self.arrivals.announce()
        if fault is not None:
            cut(http)
        return JSONResponse({"id": kept.id}, success)


def providers_app(file: Path, sms_key: SecretStr) -> FastAPI:
    """Build the two providers with their page, JSON and faults."""
    providers = Providers(file, sms_key)
    app = local_app("Acuerpa local providers")
    _add_sms(app, providers)
    _add_partners(app, providers)
    _add_received(app, providers)
    _add_faults(app, providers)
    return app


def _add_sms(app: FastAPI, providers: Providers) -> None:
    @app.post("/sms", status_code=201)
    async def sms(
        http: fastapi.Request,
        authorization: Annotated[str, Header()] = "",
        idempotency_key: Annotated[str, Header(max_length=255)] = "",
    ) -> Response:
        """Accept a text message {to, from, text}; the same Idempotency-Key gives the same id."""
        providers.require_key(authorization)
        if not idempotency_key:
            raise HTTPException(400, "Idempotency-Key is missing: send one for each message")
        body = await http.body()
        try:
            Sms.model_validate_json(body)
        except ValidationError as error:
            fields = sorted({".".join(map(str, problem["loc"])) for problem in error.errors()})
            raise HTTPException(422, f"send to, from and text: {', '.join(fields)} wrong") from error
        request = Request(channel=ProviderChannel.SMS, key=idempotency_key, body=body.decode())
        return await providers.receive(request, http, success=201)


def _add_partners(app: FastAPI, providers: Providers) -> None:
    @app.post("/partners/{partner_id}")
    async def partner(http: fastapi.Request, partner_id: str) -> Response:
        """Accept a signed webhook (Standard Webhooks); the same webhook-id is kept once."""
        headers = {name: http.headers[name] for name in WEBHOOK_HEADERS if name in http.headers}
        missing = [name for name in WEBHOOK_HEADERS if name not in headers]
        if missing:
            raise HTTPException(400, f"missing headers: {', '.join(missing)}")
        request = Request(
            channel=ProviderChannel.PARTNER_API,
            key=headers["webhook-id"],
            partner_id=partner_id,
            headers=headers,
            body=_json_text(await http.body()),
        )
        return await providers.receive(request, http, success=200)


def _add_received(app: FastAPI, providers: Providers) -> None:
    @app.get("/received")
    async def received(
        channel: ProviderChannel | None = None, after: int = 0, wait: Wait = 0
    ) -> list[dict[str, Any]]:
        """Tell what came after a sequence, waiting for the first one if asked to."""

        def find() -> list[Received]:
            return providers.log.find(channel=channel, after=after)

        return [item.tree() for item in await providers.arrivals.wait_for(find, wait)]

    @app.get("/", include_in_schema=False)
    async def received_list(http: fastapi.Request) -> HTMLResponse:
        everything = providers.log.find()
        shown = [item.tree() for item in everything[-SHOWN_REQUESTS:]]
        values = {"received": shown[::-1], "count": len(everything), "last": len(everything)}
        return page(http, "providers.html", values)


def _add_faults(app: FastAPI, providers: Providers) -> None:
    @app.put("/faults")
    async def order_faults(faults: ProviderFault | list[ProviderFault]) -> list[dict[str, Any]]:
        """Take these faults in place of the former ones; an empty list ends all."""
        providers.faults.order(faults if isinstance(faults, list) else [faults])
        return providers.faults.report()

    @app.get("/faults")
    async def faults() -> list[dict[str, Any]]:
        """Tell how often each fault fired."""
        return providers.faults.report()


def _json_text(body: bytes) -> str:
    try:
        text = body.decode()
        json.loads(text)
    except ValueError as error:
        raise HTTPException(400, "the body is not JSON in UTF-8") from error
    return text


def main() -> None:
    """Run the providers with the port, key and folder of the settings."""
    settings = load_settings()
    try:
        require_free(settings.local_providers_port, "ACUERPA_LOCAL_PROVIDERS_PORT")
    except PortTaken as taken:
        raise SystemExit(str(taken)) from taken
    app = providers_app(Path(settings.local_data) / "providers" / "received.jsonl", settings.sms_key)
    serve(app, settings.local_providers_port, http=CuttableProtocol)


if __name__ == "__main__":
    main()
