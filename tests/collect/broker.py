"""A real Mosquitto on a free port of the loopback, for the tests that need one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def needed() -> None:
    """Skip the test where there is no Mosquitto; fail it in continuous integration."""
    if MOSQUITTO is None:
        if os.environ.get("CI"):
            pytest.fail("mosquitto is not installed: apt-get install mosquitto")
        pytest.skip("mosquitto is not installed: apt-get install mosquitto")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, port: int, password: str = "", encrypted: bool = False) -> Iterator[None]:
    """A broker with lasting sessions, until the block ends; if encrypted, `authority.pem` is in the folder."""
    lines = [f"listener {port} 127.0.0.1", "persistence true", f"persistence_location {folder}/", "user root"]
    if encrypted:
        lines += [f"{name} {path}" for name, path in certificate(folder).items()]
    if password:
        passwords = folder / "passwords"
        passwords.write_text("", "utf-8")
        passwords.chmod(0o600)
        tool = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"
        subprocess.run([tool, "-b", passwords, "meter", password], check=True, capture_output=True)
        lines += ["allow_anonymous false", f"password_file {passwords}"]
    else:
        lines.append("allow_anonymous true")
    configuration = folder / "mosquitto.conf"
    configuration.write_text("\n".join(lines) + "\n", "utf-8")
    process = subprocess.Popen(
        [str(MOSQUITTO), "-c", configuration], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, process)
        yield
    finally:
        process.terminate()
        process.wait(10)


def certificate(folder: Path) -> dict[str, Path]:
    """A certificate for 127.0.0.1 by an authority of its own: the broker's settings for it."""
    now = datetime.now(UTC)

    def signed(name: str, key: EllipticCurvePrivateKey, issuer: str, by: EllipticCurvePrivateKey) -> x509.Certificate:
        named = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, issuer)]
        made = x509.CertificateBuilder().subject_name(named[0]).issuer_name(named[1]).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
        made = made.not_valid_after(now + timedelta(hours=1))
        made = made.add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        here = [x509.IPAddress(ip_address("127.0.0.1"))]
        return made.add_extension(x509.SubjectAlternativeName(here), critical=False).sign(by, SHA256())

    own, broker = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    authority, served = signed("Authority", own, "Authority", own), signed("Broker", broker, "Authority", own)
    files = {"certfile": folder / "broker.pem", "keyfile": folder / "broker.key"}
    (folder / "authority.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    files["certfile"].write_bytes(served.public_bytes(Encoding.PEM))
    files["keyfile"].write_bytes(broker.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            assert process.poll() is None, "mosquitto stopped at once"
            time.sleep(0.05)
    pytest.fail("mosquitto does not listen")
