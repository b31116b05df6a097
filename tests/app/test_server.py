"""The routes beside Streamlit: cookies that no script reads, the app's own origin only, a demo wallet on the demo only."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from starlette.applications import Starlette
from starlette.middleware import Middleware

from app import hosting, server, session
from offchain_worker.storage import identity as identities
from scripts import export_abi

ORIGIN = "http://127.0.0.1:8501"
HEADERS = {"Origin": ORIGIN}
ALICE = Account.from_key("0x" + "11" * 32)
ROUTES = ("/auth/nonce", "/auth/verify", "/auth/logout", "/demo-wallet")


class Client:
    """A browser as far as the routes are concerned: it keeps cookies and calls from an address."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self._app = Starlette(routes=server.ROUTES, middleware=[Middleware(server.Guard)])
        self._address = address
        self.cookies = httpx.Cookies()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, client=(self._address, 50000), raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=self.cookies) as client:
                answer = await client.request(method, path, **options)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)


def settings(folder: Path, rpc: str, chain_id: int = 31337) -> None:
    """Settings for a community of this chain."""
    (folder / "daisee.toml").write_text(f'rpc = "{rpc}"\nstore = "store"\ndeployment = "deployment.json"\n')
    addresses = {name: "0x" + f"{at + 1:040x}" for at, name in enumerate(export_abi.CONTRACTS)}
    (folder / "deployment.json").write_text(json.dumps({"chainId": chain_id, "block": 1, "contracts": addresses}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings(tmp_path, "http://127.0.0.1:9")
    monkeypatch.setenv("DAISEE_CONFIG", str(tmp_path / "daisee.toml"))
    for name in ("DAISEE_PERSONAS", "DAISEE_APP_ORIGIN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def demo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> identities.Identity:
    """The local demo, with one person."""
    monkeypatch.setenv("DAISEE_PERSONAS", str(folder / "people"))
    (folder / "people").mkdir()
    return identities.create(folder / "people" / "home-1.json", bytes([17] * 32))


@pytest.fixture
def client(folder: Path) -> Client:
    return Client()


def sign_in(client: Client, origin: str = ORIGIN) -> Any:
    headers = {"Origin": origin}
    text = client.post("/auth/nonce", json={"address": ALICE.address}, headers=headers).json()["message"]
    signature = "0x" + bytes(ALICE.sign_message(encode_defunct(text=text)).signature).hex()
    return client.post("/auth/verify", json={"message": text, "signature": signature}, headers=headers)


def test_verify__sets_a_cookie__that_no_script_and_no_other_site_uses(client: Client) -> None:
    answer = sign_in(client)
    assert answer.status_code == 200, answer.text
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert attributes == {"httponly", "max-age=28800", "path=/", "samesite=strict"}
    assert session.SESSIONS.find(client.cookies[session.COOKIE]).address == ALICE.address  # type: ignore[union-attr]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"


def test_verify__over_https__sets_a_secure_cookie(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAISEE_APP_ORIGIN", "https://energy.example.org")
    answer = sign_in(client, "https://energy.example.org")
    assert "secure" in answer.headers["set-cookie"].lower()


def test_logout__of_a_session__ends_it_on_the_server(client: Client) -> None:
    sign_in(client)
    token = client.cookies[session.COOKIE]
    answer = client.post("/auth/logout", json={}, headers=HEADERS)
    assert answer.status_code == 200
    assert session.COOKIE not in client.cookies
    assert session.SESSIONS.find(token) is None


def test_verify__replayed__signs_nobody_in_again(client: Client) -> None:
    """Who recorded message and signature has nothing: not while the session lasts, not after it ended."""
    text = client.post("/auth/nonce", json={"address": ALICE.address}, headers=HEADERS).json()["message"]
    signature = "0x" + bytes(ALICE.sign_message(encode_defunct(text=text)).signature).hex()
    recorded = {"message": text, "signature": signature}
    assert client.post("/auth/verify", json=recorded, headers=HEADERS).status_code == 200
    for _ in range(2):
        thief = Client()
        answer = thief.post("/auth/verify", json=recorded, headers=HEADERS)
        assert (answer.status_code, session.COOKIE in thief.cookies) == (410, False)
        client.post("/auth/logout", json={}, headers=HEADERS)


def test_sign_in__with_a_token_somebody_put_there__gets_another(client: Client) -> None:
    client.cookies.set(session.COOKIE, "chosen-by-somebody-else", domain="127.0.0.1", path="/")
    sign_in(client)
    given = client.cookies.get(session.COOKIE, domain="127.0.0.1", path="/")
    assert given not in (None, "chosen-by-somebody-else")
    assert session.SESSIONS.find("chosen-by-somebody-else") is None


def test_sign_in__again__ends_the_session_before(client: Client) -> None:
    sign_in(client)
    before = client.cookies[session.COOKIE]
    sign_in(client)
    assert session.SESSIONS.find(before) is None
    assert session.SESSIONS.find(client.cookies[session.COOKIE]) is not None


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "origin",
    [None, "null", "https://evil.example", "http://127.0.0.1:9999", ORIGIN + "0", "http://[", "127.0.0.1:8501"],
)
def test_route__asked_by_another_site__refuses(client: Client, demo: Any, path: str, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    answer = client.post(path, json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, 403)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "[", "127.0.0.1.evil.example", "localhost.evil.example:8501", "a:b:1"]
)
def test_route__under_a_name_that_is_not_the_apps__refuses_with_the_setting(client: Client, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}
    answer = client.post("/auth/nonce", json={"address": ALICE.address}, headers=headers)
    assert answer.status_code == 403
    assert "DAISEE_APP_ORIGIN" in answer.json()["message"]


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost", "localhost:80", "[::1]:8501"])
def test_route__on_this_machine__answers_to_each_of_its_names(client: Client, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}
    said = client.post("/auth/nonce", json={"address": ALICE.address}, headers=headers).json()["message"]
    assert said.startswith(f"{host} wants you to sign in")


@pytest.mark.parametrize(
    ("configured", "host", "origin", "own"),
    [
        ("", "127.0.0.1:8501", "http://127.0.0.1:8501", True),
        ("", "energy.example.org", "http://energy.example.org", True),
        ("", "127.0.0.1:8501", None, True),
        ("", "127.0.0.1:8501", "http://127.0.0.1:9", False),
        ("", "127.0.0.1:8501", "null", False),
        ("", "127.0.0.1:8501", "http://[", False),
        ("https://energy.example.org", "127.0.0.1:8501", "https://energy.example.org", True),
        ("https://energy.example.org", "energy.example.org", "http://energy.example.org", False),
    ],
)
def test_connection__of_a_page__is_the_apps_own_or_refused(
    monkeypatch: pytest.MonkeyPatch, configured: str, host: str, origin: str | None, own: bool
) -> None:
    monkeypatch.setenv("DAISEE_APP_ORIGIN", configured)
    assert hosting.same_site(host, origin) is own


@pytest.mark.parametrize("path", ROUTES)
def test_route__fetched_by_a_link__is_not_there(client: Client, path: str) -> None:
    assert client.request("GET", path).status_code == 405


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'"a"', b"\xff", b"{}", b'{"address": {}}', b'{"message": 1}']
)
@pytest.mark.parametrize("path", ROUTES[:2])
def test_route__given_nonsense__says_so_in_one_line(client: Client, path: str, body: bytes) -> None:
    answer = client.post(path, content=body, headers={**HEADERS, "Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "\n" not in answer.json()["message"]
    assert "set-cookie" not in answer.headers


def test_route__given_a_form__refuses(client: Client) -> None:
    assert client.post("/auth/logout", data={"a": "b"}, headers=HEADERS).status_code == 400


def test_route__given_too_much__stops_reading(client: Client) -> None:
    answer = client.post("/auth/nonce", json={"address": "a" * server.LONGEST}, headers=HEADERS)
    assert answer.status_code == 413


def ask_demo(client: Client, address: str, method: str, params: list[Any]) -> Any:
    return client.post("/demo-wallet", json={"address": address, "method": method, "params": params}, headers=HEADERS)


def test_demo_wallet__asked_for_a_text__signs_it_as_the_person(client: Client, demo: identities.Identity) -> None:
    answer = ask_demo(client, demo.address, "personal_sign", ["0x" + b"hello".hex(), demo.address])
    signature = answer.json()["result"]
    assert Account.recover_message(encode_defunct(text="hello"), signature=signature) == demo.address


def test_demo_wallet__typed_data_of_another_chain__is_refused(client: Client, demo: identities.Identity) -> None:
    document = json.dumps({"domain": {"chainId": 1}, "types": {}, "primaryType": "A", "message": {}})
    answer = ask_demo(client, demo.address, "eth_signTypedData_v4", [demo.address, document])
    assert (answer.status_code, answer.json()["message"]) == (400, "the typed data is for another chain")


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_sign", []),
        ("personal_sign", []),
        ("personal_sign", ["zz"]),
        ("personal_sign", {"0": 1}),
        ("eth_signTypedData_v4", ["0x", "{"]),
        ("eth_signTypedData_v4", ["0x", '{"domain": {"chainId": 31337}}']),
        ("eth_signTypedData_v4", ["0x", '{"domain": {"chainId": 31337}, "types": {"A": [{"name": "b", "type": "uint8"}]}, "primaryType": "A", "message": {"b": "x"}}']),
        ("eth_sendTransaction", [{}]),
        ("eth_sendTransaction", [7]),
        ("eth_sendTransaction", [{"to": "nobody"}]),
    ],
)  # fmt: skip
def test_demo_wallet__asked_for_nonsense__says_so(
    client: Client, demo: identities.Identity, method: str, params: Any
) -> None:
    answer = ask_demo(client, demo.address, method, params)
    assert (answer.status_code, answer.json()["code"]) == (400, -32602)


def test_demo_wallet__for_somebody_unknown__is_refused(client: Client, demo: Any) -> None:
    assert ask_demo(client, ALICE.address.lower(), "personal_sign", ["0x00"]).status_code == 400


def test_demo_wallet__without_the_demos_people__is_not_there(client: Client) -> None:
    assert ask_demo(client, ALICE.address, "personal_sign", ["0x00"]).status_code == 404


def test_demo_wallet__on_any_other_chain__is_not_there(client: Client, demo: Any, folder: Path) -> None:
    settings(folder, "http://127.0.0.1:9", chain_id=1)
    assert ask_demo(client, demo.address, "personal_sign", ["0x00"]).status_code == 404


def test_demo_wallet__of_a_served_app__is_not_there(client: Client, demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAISEE_APP_ORIGIN", ORIGIN)
    assert ask_demo(client, demo.address, "personal_sign", ["0x00"]).status_code == 404


def test_demo_wallet__asked_from_another_machine__is_not_there(folder: Path, demo: Any) -> None:
    assert ask_demo(Client("192.0.2.7"), demo.address, "personal_sign", ["0x00"]).status_code == 404


def test_demo_wallet__asked_to_send__sends_a_transaction_of_the_person(
    client: Client, demo: identities.Identity, folder: Path, accounts: Any, chain_url: str, isolation: None
) -> None:
    settings(folder, chain_url)
    accounts[0].transfer(demo.address, 10**18)
    answer = ask_demo(client, demo.address, "eth_sendTransaction", [{"to": ALICE.address, "value": "0x5"}])
    assert answer.status_code == 200, answer.text
    import brownie

    assert brownie.chain.get_transaction(answer.json()["result"]).value == 5
