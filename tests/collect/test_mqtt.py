"""Against a real Mosquitto: what is published is on the disk, also what was published while the collector was away."""

from __future__ import annotations

import gc
import socket
import time
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from offchain_worker.collect import CollectError, Kind, Log, collected
from offchain_worker.collect.mqtt import TOPICS, Broker, Subscriber
from offchain_worker.collect.payloads import Decoder
from offchain_worker.domain.roster import Direction
from tests.collect.broker import free_port, needed, running
from tests.collect.frames import linky, telegram


@pytest.fixture(autouse=True)
def _mosquitto() -> None:
    needed()


def publish(
    port: int, messages: list[tuple[str, bytes]], user: str = "", password: str = "", authority: str = ""
) -> None:
    """Publish messages and wait until the broker has them."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    if authority:
        client.tls_set(authority)
    if user:
        client.username_pw_set(user, password)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for topic, payload in messages:
        client.publish(topic, payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def wait(until: Callable[[], bool]) -> None:
    for _ in range(200):
        if until():
            return
        time.sleep(0.05)
    pytest.fail("what was published did not arrive")


def subscriber(port: int, log: Log, **more: str | bool) -> Subscriber:
    made = Subscriber(Broker("127.0.0.1", port, **more), TOPICS, log, Decoder(lambda: 1_735_686_000))  # type: ignore[arg-type]
    made.start()
    wait(made.connected.is_set)
    time.sleep(0.2)
    return made


def quarter(at: int) -> str:
    return f"250101{at // 4:02}{at % 4 * 15:02}00"


def test_subscriber__adapters_of_three_kinds__are_written_down_as_published(tmp_path: Path) -> None:
    port, log = free_port(), Log(tmp_path / "log")
    log.open()
    with running(tmp_path, port):
        taking = subscriber(port, log)
        publish(
            port,
            [
                ("dsmr/raw", telegram("250101001500W", "000004.426")),
                ("teleinfo/raw", linky("H250101001500", 1234)),
                ("emon/emonpi/power1", b"412.5"),
                ("emon/emonpi/Vrms", b"230"),
                ("elsewhere/dsmr", telegram("250101001500W", "000009.000")),
            ],
        )
        wait(lambda: taking.taken >= 5 and taking.decoder.unread >= 1)
        taking.stop()
    found = {(reading.meter, reading.direction, reading.kind, reading.value) for reading in log}
    assert found == {
        ("4B384547", Direction.CONSUMPTION, Kind.REGISTER, 4_426_000_000),
        ("4B384547", Direction.PRODUCTION, Kind.REGISTER, 0),
        ("021728123456", Direction.CONSUMPTION, Kind.REGISTER, 1_234_000_000),
        ("021728123456", Direction.PRODUCTION, Kind.REGISTER, 0),
        ("emonpi/power1", Direction.CONSUMPTION, Kind.POWER, 412_500_000),
    }


def test_subscriber__away_and_back__gets_what_the_broker_kept(tmp_path: Path) -> None:
    port = free_port()
    log = Log(tmp_path / "log")
    log.open()
    with running(tmp_path, port):
        subscriber(port, log).stop()
        log.close()
        publish(port, [("teleinfo/1", linky(f"H{quarter(at)}", 100 * at)) for at in range(5)])
        again = Log(tmp_path / "log")
        again.open()
        taking = subscriber(port, again)
        wait(lambda: taking.taken >= 10)
        taking.stop()
    curve = next(c for c in collected(again, 900, 900).curves if c[1] == Direction.CONSUMPTION)
    assert (curve[0], curve[3]) == ("021728123456", [100_000] * 4)


def test_subscriber__broker_that_stops_and_starts__goes_on(tmp_path: Path) -> None:
    port, log = free_port(), Log(tmp_path / "log")
    log.open()
    with running(tmp_path, port):
        taking = subscriber(port, log)
        publish(port, [("teleinfo/1", linky("H250101000000", 0))])
        wait(lambda: taking.taken >= 2)
    wait(lambda: not taking.connected.is_set())
    with running(tmp_path, port):
        wait(taking.connected.is_set)
        time.sleep(0.2)
        publish(port, [("teleinfo/1", linky("H250101001500", 100))])
        wait(lambda: taking.taken >= 4)
        taking.stop()


def test_subscriber__log_that_cannot_be_written__stops_and_leaves_the_message_with_the_broker(tmp_path: Path) -> None:
    port, log = free_port(), Log(tmp_path / "log")
    with running(tmp_path, port):
        taking = subscriber(port, log)  # the log is not open
        publish(port, [("teleinfo/1", linky("H250101000000", 0))])
        with pytest.raises(CollectError, match="is not open"):
            taking.run()
        log.open()
        again = subscriber(port, log)
        wait(lambda: again.taken >= 2)
        again.stop()


def test_subscriber__password__is_asked_for(tmp_path: Path) -> None:
    port, log = free_port(), Log(tmp_path / "log")
    log.open()
    with running(tmp_path, port, password="secret"):
        refused = Subscriber(Broker("127.0.0.1", port, "meter", "wrong"), TOPICS, log, Decoder(lambda: 0))
        refused.start()
        with pytest.raises(CollectError, match="refuses the connection"):
            refused.run()
        taking = subscriber(port, log, user="meter", password="secret")
        publish(port, [("dsmr/raw", telegram("250101001500W", "000004.426"))], "meter", "secret")
        wait(lambda: taking.taken >= 2)
        taking.stop()


def test_subscriber__no_broker__is_one_line_of_error(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        with pytest.raises(CollectError, match=f"no broker at 127.0.0.1:{port}"):
            Subscriber(Broker("127.0.0.1", port), TOPICS, Log(tmp_path), Decoder(lambda: 0)).start()


def test_subscriber__encrypted_by_an_authority_of_ones_own__is_written_down(tmp_path: Path) -> None:
    port, log = free_port(), Log(tmp_path / "log")
    log.open()
    with running(tmp_path, port, encrypted=True):
        authority = str(tmp_path / "authority.pem")
        made = subscriber(port, log, tls=True, authority=authority)
        publish(port, [("dsmr/p1", telegram(quarter(1) + "W", "000004.426"))], authority=authority)
        wait(lambda: made.taken > 0)
        made.stop()
    assert {reading.kind for reading in log} == {Kind.REGISTER}


# After a failed handshake paho leaves its socket to the garbage collector, which says so; it is made to say it here.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("authority", "reason"),
    [("", "no broker at 127.0.0.1:.*self.signed|no broker at 127.0.0.1:.*unable to get local issuer"),
     ("none.pem", "none.pem: cannot be read as authorities in PEM"),
     ("broker.key", "broker.key: cannot be read as authorities in PEM")],
)  # fmt: skip
def test_subscriber__certificate_that_nobody_vouches_for__is_refused_in_one_line(
    tmp_path: Path, authority: str, reason: str
) -> None:
    port = free_port()
    with running(tmp_path, port, encrypted=True):
        named = str(tmp_path / authority) if authority else ""
        made = Subscriber(
            Broker("127.0.0.1", port, tls=True, authority=named), TOPICS, Log(tmp_path / "log"), Decoder(lambda: 0)
        )
        with pytest.raises(CollectError, match=reason) as caught:
            made.start()
        assert "\n" not in str(caught.value)
    del made, caught
    gc.collect()
