"""A member's data and everybody else's tricks: another's connection, swapped cookies, download addresses, other servers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, WebSocket, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from app import session
from tests.browser.conftest import WAIT, People, settle
from tests.browser.test_wallet import amount, bill, cookie

expect.set_options(timeout=WAIT)


def connection_of(page: Page, people: People) -> str:
    """Open somebody's bill in another tab; the id of its Streamlit session, as it came over the wire."""
    found: list[str] = []

    def received(frame: Any) -> None:
        message = ForwardMsg.FromString(frame) if isinstance(frame, bytes) else ForwardMsg()
        if message.HasField("new_session"):
            found.append(message.new_session.initialize.session_id)

    def opened(socket: WebSocket) -> None:
        socket.on("framereceived", received)

    tab = page.context.new_page()
    tab.on("websocket", opened)
    bill(tab, people)
    tab.close()
    assert found, "the session's id was seen"
    return found[-1]


def taken_up(people: People, identifier: str, token: str | None) -> tuple[str, bytes]:
    """Connect by hand as the Streamlit session of this id with a cookie or none, ask for the bill; all that comes back."""
    url = people.app.url.replace("http", "ws") + "/_stcore/stream"
    headers = {"Cookie": f"{session.COOKIE}={token}"} if token else {}
    said, found = b"", ""
    asked = BackMsg(rerun_script=ClientState(page_name="bill"))
    with connect(
        url,
        origin=people.app.url,  # type: ignore[arg-type]
        additional_headers=headers,
        subprotocols=["streamlit", "x", identifier],  # type: ignore[list-item]
        max_size=2**26,
    ) as socket:
        socket.send(asked.SerializeToString())
        while True:
            frame = socket.recv(timeout=WAIT / 1000)
            assert isinstance(frame, bytes)
            message = ForwardMsg.FromString(frame)
            said += frame
            if message.HasField("new_session"):
                found = message.new_session.initialize.session_id
            if message.HasField("script_finished") and found:
                return found, said


def test_connection__of_somebody_elses_session_id__gets_what_its_own_cookie_opens(
    people: People, settled_period: Any
) -> None:
    """Who learns the id that names a browser tab's state to the server still is who their own cookie says."""
    home, solar = people.page("home-8"), people.page("solar-home")
    people.sign_in(home)
    people.sign_in(solar)
    of_home, of_solar = (amount(settled_period, people, name).encode() for name in ("home-8", "solar-home"))
    found, said = taken_up(people, connection_of(home, people), cookie(home)["value"])
    assert of_home in said, "the test looks where the figures are"
    for token in (None, "x" * 43, cookie(solar)["value"]):
        identifier = connection_of(home, people)
        found, said = taken_up(people, identifier, token)
        assert found == identifier, "the attacker did take the session up"
        assert of_home not in said
        assert (of_solar in said) == (token == cookie(solar)["value"])


def test_cookies__swapped_between_two_browsers__change_who_one_is_and_leave_nothing_behind(
    people: People, settled_period: Any
) -> None:
    home, solar = people.page("home-8"), people.page("solar-home")
    people.sign_in(home)
    people.sign_in(solar)
    of_home, of_solar = (amount(settled_period, people, name) for name in ("home-8", "solar-home"))
    assert of_home in bill(home, people)
    held = cookie(solar)["value"]
    # The other's wallet comes with the other's cookie, else the page would notice and sign out.
    people.wallet(home).switch_account(people.key("solar-home"))
    home.context.add_cookies([{"name": session.COOKIE, "value": held, "url": people.app.url}])
    said = bill(home, people)
    assert of_solar in said and of_home not in said
    # Its own wallet again: cookie and wallet are not of one person, so nobody is signed in, here or there.
    people.wallet(home).switch_account(people.key("home-8"))
    home.reload()
    expect(home.get_by_text("connect your wallet and sign in")).to_be_visible()
    assert of_solar not in bill(home, people) and of_solar not in bill(solar, people)


def test_download__of_ones_bill__has_an_address_nobody_guesses_and_no_cache_keeps(people: People) -> None:
    home = people.page("home-8")
    people.sign_in(home)
    bill(home, people)
    tab = people.tab(home, "/bill")
    found = []
    for page in (home, tab):
        with page.expect_download() as started:
            page.get_by_text("Lines (CSV)").click()
        answered = page.request.get(started.value.url)
        assert answered.ok and answered.headers["cache-control"] == "no-store"
        found.append((started.value.url, answered.body()))
    (one, first), (other, second) = found
    assert first == second != b""
    assert one != other, "the address is not made of the content alone"


def test_page__opened__asks_no_server_but_its_own(people: People) -> None:
    """No font, icon or statistics of somebody else's, who would learn of each visit."""
    page, asked = people.page("home-1"), []
    page.on("request", lambda request: asked.append(urlsplit(request.url)))
    for path in ("", "/bill", "/proposals", "/audit"):
        page.goto(people.app.url + path)
        settle(page)
    page.wait_for_timeout(500)
    own = urlsplit(people.app.url).netloc
    assert [url.geturl() for url in asked if url.scheme in ("http", "https", "ws", "wss") and url.netloc != own] == []
    assert any(url.netloc == own for url in asked)
