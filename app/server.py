"""The app's server: Streamlit, and beside it the few routes that set and end the session.

    DAISEE_CONFIG=daisee.toml streamlit run app/server.py

| route               | takes                                  | answers                                          |
|---------------------|----------------------------------------|--------------------------------------------------|
| `POST /auth/nonce`  | `{"address"}`                          | `{"message"}`, the text to sign                  |
| `POST /auth/verify` | `{"message", "signature"}`             | the session's cookie                             |
| `POST /auth/logout` | `{}`                                   | ends the session and takes the cookie away       |
| `POST /demo-wallet` | `{"address", "method", "params"}`      | `{"result"}`; 404 anywhere but on the local demo |

Every one asks for the app's own origin, so that no other site can use them in somebody's name.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from web3.exceptions import Web3Exception

from app import demo_wallet, hosting, session, signin
from app.hosting import OriginRefused
from offchain_worker.chain import deployment
from offchain_worker.chain.connection import Connection
from offchain_worker.cli import settings
from offchain_worker.domain.errors import DaiseeError

LONGEST = 131_072
"""Bytes of a request."""
FRAMING = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
NONCES = signin.Nonces()
Handler = Callable[[dict[str, Any], Request, str], Response]


def nonce(body: dict[str, Any], request: Request, origin: str) -> Response:
    """A message to sign."""
    del request
    return JSONResponse({"message": signin.message(NONCES, body.get("address", ""), origin, _chain_id())})


def verify(body: dict[str, Any], request: Request, origin: str) -> Response:
    """Check the signed message; the session's cookie if it holds."""
    text, signature = body.get("message", ""), body.get("signature", "")
    address = signin.verify(NONCES, text, signature, origin, _chain_id(), settings.load({}).need_rpc())
    session.SESSIONS.close(request.cookies.get(session.COOKIE))
    answer = JSONResponse({"address": address})
    answer.set_cookie(
        session.COOKIE,
        session.SESSIONS.open(address),
        max_age=session.LIFETIME,
        path="/",
        secure=origin.startswith("https:"),
        httponly=True,
        samesite="strict",
    )
    return answer


def logout(body: dict[str, Any], request: Request, origin: str) -> Response:
    """End the session."""
    del body
    session.SESSIONS.close(request.cookies.get(session.COOKIE))
    answer = JSONResponse({})
    answer.delete_cookie(session.COOKIE, path="/", secure=origin.startswith("https:"), httponly=True, samesite="strict")
    return answer


def demo(body: dict[str, Any], request: Request, origin: str) -> Response:
    """Sign as one of the local demo's people."""
    del origin
    chain_id = _chain_id()
    local = request.client is not None and hosting.is_loopback(request.client.host)
    if not (local and demo_wallet.people(chain_id)):
        return _refused(404, "there is no demo wallet here")
    found = settings.load({})
    web3 = Connection(found.need_rpc(), 2).web3
    address, method, params = body.get("address", ""), body.get("method", ""), body.get("params", [])
    return JSONResponse({"result": demo_wallet.answer(web3, chain_id, address, method, params)})


def guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A route that takes JSON from the app's own origin, and answers every refusal in one line."""

    async def answer(request: Request) -> Response:
        try:
            origin = hosting.origin(request.headers.get("host", ""), request.headers.get("origin"))
            body = await _body(request)
            answered = await run_in_threadpool(handler, body, request, origin)
        except OriginRefused as error:
            answered = _refused(403, str(error))
        except signin.SignInRefused as error:
            answered = _refused(error.status, str(error))
        except demo_wallet.DemoRefused as error:
            answered = _refused(400, str(error), -32602)
        except Web3Exception as error:
            answered = _refused(400, str(error), -32603)
        except DaiseeError as error:
            answered = _refused(503, str(error))
        answered.headers["Cache-Control"] = "no-store"
        return answered

    return answer


async def _body(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise signin.SignInRefused("send JSON")
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > LONGEST:
            raise signin.SignInRefused("the request is too long", 413)
    try:
        found = json.loads(data)
    except ValueError as error:
        raise signin.SignInRefused("the request is not JSON") from error
    if not isinstance(found, dict):
        raise signin.SignInRefused("the request is not a JSON object")
    return found


def _refused(status: int, message: str, code: int | None = None) -> Response:
    return JSONResponse({"code": status if code is None else code, "message": message}, status)


def _chain_id() -> int:
    return deployment.read(settings.load({}).need_deployment()).chain_id


class Guard:
    """No other site may show the app in a frame of its own, or open its connection in somebody's name."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is the app's own."""
        sent = Headers(scope=scope) if scope["type"] in ("http", "websocket") else Headers()
        if scope["type"] == "websocket" and not hosting.same_site(sent.get("host", ""), sent.get("origin")):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(FRAMING)
                # What somebody downloads is theirs: neither a proxy nor the next person at this browser keeps it.
                if "/media/" in scope["path"]:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._inner(scope, receive, marked)


signin.warm()
ROUTES = [
    Route(path, guarded(handler), methods=["POST"])
    for path, handler in (
        ("/auth/nonce", nonce),
        ("/auth/verify", verify),
        ("/auth/logout", logout),
        ("/demo-wallet", demo),
    )
]
app = st.App("main.py", routes=ROUTES, middleware=[Middleware(Guard)])
