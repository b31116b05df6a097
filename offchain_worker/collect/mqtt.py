"""
Readings from an MQTT broker: topics are subscribed to, every message is decoded and written down before it counts.

The subscription is a lasting session with acknowledged delivery (QoS 1): what the broker got while the collector was away
it hands over when the collector is back, and a message is acknowledged only once its readings are on the disk.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from offchain_worker.collect.errors import CollectError
from offchain_worker.collect.log import Log
from offchain_worker.collect.payloads import Decoder

TOPICS = ("teleinfo/#", "tele/+/SENSOR", "dsmr/#", "emon/#")
PORT, TLS_PORT = 1883, 8883
QOS = 1
KEEP_ALIVE = 60


@dataclass(frozen=True)
class Broker:
    """
    Where and as whom: `tls` checks the broker's certificate and name, against the system's authorities or those in the
    file `authority` (PEM).
    """

    host: str
    port: int = PORT
    user: str = ""
    password: str = ""
    tls: bool = False
    client_id: str = "daisee-collect"
    authority: str = ""


class Subscriber:
    """A running subscription. `taken` counts readings on the disk, `failure` is what stopped it."""

    def __init__(self, broker: Broker, topics: Sequence[str], log: Log, decoder: Decoder) -> None:
        self.broker = broker
        self.topics = tuple(topics)
        self.log = log
        self.decoder = decoder
        self.taken = 0
        self.failure: CollectError | None = None
        self.connected = threading.Event()
        self.stopped = threading.Event()
        self._logger = structlog.get_logger()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=broker.client_id, clean_session=False, manual_ack=True
        )
        self._client.on_connect = self._subscribe
        self._client.on_message = self._take
        self._client.on_disconnect = self._away

    def start(self) -> None:
        """Connect and take messages in the background. Raises CollectError if the broker cannot be reached."""
        if self.broker.user:
            self._client.username_pw_set(self.broker.user, self.broker.password)
        try:
            if self.broker.tls:
                self._client.tls_set_context(ssl.create_default_context(cafile=self.broker.authority or None))
        except OSError as error:
            reason = f"cannot be read as authorities in PEM ({error.strerror or error})"
            raise CollectError(f"{self.broker.authority}: {reason}") from None
        try:
            self._client.connect(self.broker.host, self.broker.port, KEEP_ALIVE)
        except (OSError, ValueError) as error:
            reason = getattr(error, "verify_message", "") or getattr(error, "strerror", None) or error
            raise CollectError(f"no broker at {self.broker.host}:{self.broker.port} ({reason})") from None
        self._client.loop_start()

    def run(self, until: Callable[[], bool] = lambda: False, every: float = 0.5) -> None:
        """Take messages until `until` says so or something fails, which is raised."""
        while not until() and not self.stopped.wait(every):
            pass
        self.stop()
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        """Disconnect; the session stays with the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(self, client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._fail(CollectError(f"{self.broker.host}:{self.broker.port} refuses the connection: {reason}"))
            return
        client.subscribe([(topic, QOS) for topic in self.topics])
        self.connected.set()
        self._logger.info("connected", broker=f"{self.broker.host}:{self.broker.port}", topics=list(self.topics))

    def _away(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.connected.clear()
        if reason.is_failure and not self.stopped.is_set():
            self._logger.warning("connection lost, trying again", reason=str(reason))

    def _take(self, client: Any, _data: Any, message: Any) -> None:
        if self.failure is not None:
            return
        try:
            readings = self.decoder.readings(message.topic, bytes(message.payload))
            self.taken += self.log.append(readings)
        except CollectError as error:
            self._fail(error)
            return
        client.ack(message.mid, message.qos)

    def _fail(self, error: CollectError) -> None:
        self.failure = error
        self.stopped.set()
