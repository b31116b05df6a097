"""The relayer's HTTP face: `POST /ballots`, `GET /ballots/{id}`, `GET /relay`. See docs/reference/ballots.md."""

from __future__ import annotations

import json
import re

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from offchain_worker.chain.ballots import MAXIMUM_BYTES, Fault

from .http import Pulse
from .relay import Refused, Relay

IDENTIFIER = re.compile(r"0x[0-9a-f]{64}")
STATUS = {
    "DOCUMENT_INVALID": 400,
    "DOCUMENT_TOO_LARGE": 413,
    "WRONG_CHAIN": 400,
    "WRONG_GOVERNOR": 400,
    "PROPOSAL_UNKNOWN": 404,
    "VOTE_NOT_OPEN": 409,
    "VOTE_CLOSED": 409,
    "NOT_MEMBER": 403,
    "MEMBER_TOO_NEW": 403,
    "SUPPORT_UNKNOWN": 400,
    "NONCE_TOO_HIGH": 400,
    "SUPERSEDED": 409,
    "SIGNATURE_INVALID": 403,
    "TOO_MANY": 429,
    "RELAY_FULL": 503,
    "CHAIN_AWAY": 503,
    "BALLOT_UNKNOWN": 404,
    "ID_INVALID": 400,
}


def _error(fault: Fault, retry_after: int = 0) -> Response:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    body = {"error": {"code": fault.code, "message": fault.message}}
    return JSONResponse(body, status_code=STATUS[fault.code], headers=headers)


def application(relay: Relay, pulse: Pulse, seconds: float) -> Starlette:
    """The routes over a relayer that sends every `seconds`."""

    async def post(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > MAXIMUM_BYTES:
                return _error(Fault("DOCUMENT_TOO_LARGE", f"the ballot has more than {MAXIMUM_BYTES} bytes"))
        address = request.client.host if request.client else "unknown"
        try:
            receipt, is_new = await run_in_threadpool(relay.take, body, address)
        except Refused as refused:
            return _error(refused.fault, refused.retry_after)
        return Response(receipt, status_code=201 if is_new else 200, media_type="application/json")

    def state(request: Request) -> Response:
        identifier = request.path_params["identifier"]
        if not IDENTIFIER.fullmatch(identifier):
            return _error(Fault("ID_INVALID", "a ballot's id is 0x and 64 lower-case hex digits"))
        entry = relay.queue.entry(identifier)
        if entry is None:
            return _error(Fault("BALLOT_UNKNOWN", "no ballot with this id came here"))
        return JSONResponse(
            {
                "schema": "daisee.ballotState/1",
                "id": identifier,
                "state": entry.state.value,
                "code": entry.fault.code if entry.fault else "",
                "message": entry.fault.message if entry.fault else "",
                "transaction": entry.batch,
                "ballot": json.loads(entry.signed.to_json()),
            }
        )

    def about(_request: Request) -> Response:
        return JSONResponse(
            {
                "schema": "daisee.relay/1",
                "relayer": relay.account.address,
                "chainId": relay.community.deployment.chain_id,
                "governor": relay.community.governor.address,
                "batch": relay.batch,
                "seconds": seconds,
                "queued": relay.queue.count(),
                "trouble": pulse.trouble,
            }
        )

    return Starlette(
        routes=[
            Route("/relay", about, methods=["GET"]),
            Route("/ballots", post, methods=["POST"]),
            Route("/ballots/{identifier}", state, methods=["GET"]),
        ]
    )
