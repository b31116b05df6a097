"""The containers run what the tests run: the same chain, the same Kubo, the same commands, reachable from here only.

Nothing is built or run here: the Compose file is held against the specification's own schema (`compose-spec.json`, see
NOTICE), the Dockerfile against what can be read in it.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from scripts import install_kubo, local_chain, local_kubo

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SCHEMA = json.loads((Path(__file__).parent / "compose-spec.json").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
KNOWN = {
    "profiles", "image", "build", "entrypoint", "command", "environment", "ports", "volumes", "healthcheck", "restart",
    "read_only", "tmpfs", "cap_drop", "security_opt",
}  # fmt: skip


def in_the_image(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the image's entrypoint from this checkout, with this Python."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "scripts/entrypoint.sh", *command],
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_compose__the_file__is_valid_by_the_specifications_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.Draft7Validator(SCHEMA).validate(COMPOSE)


@pytest.mark.parametrize(
    ("service", "name", "value"),
    [
        ("worker", "comand", ["daisee"]),
        ("worker", "cap_drop", "ALL"),
        ("worker", "read_only", [True]),
        ("chain", "ports", "8545:8545"),
        ("chain", "healthcheck", {"test": ["CMD", "node"], "every": "5s"}),
        ("app", "build", ["."]),
    ],
)
def test_compose__a_mistake__is_seen_by_the_schema(service: str, name: str, value: object) -> None:
    wrong = copy.deepcopy(COMPOSE)
    wrong["services"][service][name] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(SCHEMA).validate(wrong)


def test_compose__its_services__have_a_profile_a_health_check_and_only_known_keys() -> None:
    assert {name: service["profiles"] for name, service in SERVICES.items()} == {
        name: [name] for name in ("chain", "ipfs", "worker", "app")
    }
    for service in SERVICES.values():
        assert service.keys() <= KNOWN
        assert service.keys() & {"image", "build"}
        check = service["healthcheck"]
        assert check["test"][0] == "CMD"
        assert {"interval", "timeout", "retries"} <= check.keys()


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_compose__published_ports__are_on_loopback_only(service: dict[str, Any]) -> None:
    for port in service["ports"]:
        host, published, inside = port.split(":")
        assert (host, published) == ("127.0.0.1", inside)


def test_compose__named_volumes__are_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])
    assert all((ROOT / name).exists() for name in used if name.startswith("./scripts"))


def test_compose__the_chain__is_the_one_that_tests_run() -> None:
    command = SERVICES["chain"]["command"]
    assert set(local_chain.CONDITIONS) < set(command)
    assert set(command) - set(local_chain.CONDITIONS) == {
        "--host=0.0.0.0",
        "--port=8545",
        f"--chain-id={local_chain.CHAIN_ID}",
        "--state=/state/anvil.json",
    }
    done = subprocess.run([local_chain.anvil_executable(), *command, "--help"], capture_output=True, check=False)
    assert done.returncode == 0


def test_compose__kubo__is_the_version_and_has_the_settings_that_tests_use() -> None:
    assert SERVICES["ipfs"]["image"] == f"ipfs/kubo:{install_kubo.version()}"
    assert SERVICES["ipfs"]["environment"]["IPFS_PROFILE"] == local_kubo.PROFILES
    script = (ROOT / "scripts" / "kubo" / "container-init.sh").read_text(encoding="utf-8")
    commands = [shlex.split(line)[1:] for line in script.splitlines() if line.startswith("ipfs ")]
    assert commands == [list(setting) for setting in local_kubo.SETTINGS]


def test_compose__the_worker__is_a_command_that_the_image_knows(tmp_path: Path) -> None:
    (tmp_path / "daisee.toml").write_text('rpc = "http://chain:8545"\nstore = "kubo:http://ipfs:5001"\n')
    command = [word.replace("/community", str(tmp_path)) for word in SERVICES["worker"]["command"]]
    done = in_the_image([*command, "--help"])
    assert done.returncode == 0, done.stderr
    assert "Answer tasks until stopped" in done.stdout


def test_compose__the_app__is_what_make_demo_starts() -> None:
    entry, *options = SERVICES["app"]["command"]
    assert entry == "app"
    assert "exec python -m streamlit run app/server.py" in (ROOT / "scripts" / "entrypoint.sh").read_text("utf-8")
    started = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "scripts").rglob("*.py"))
    assert all(f'"{option.split("=")[0]}"' in started for option in options)


@pytest.mark.parametrize("task", ["conformity", "settlement"])
def test_entrypoint__a_task_without_iexec__ends_as_the_job_does(task: str) -> None:
    done = in_the_image([task])
    assert (done.returncode, done.stderr.startswith("error: IEXEC_IN is not set")) == (1, True)


def test_entrypoint__anything_else__is_wrong_use() -> None:
    assert in_the_image(["sh"]).returncode == 2
    assert in_the_image([]).returncode == 2


def test_dockerfile__it__copies_what_the_program_hash_covers_and_runs_without_rights() -> None:
    text = DOCKERFILE
    assert "COPY requirements.lock" in text
    assert "COPY offchain_worker offchain_worker" in text
    users = [line for line in text.splitlines() if line.startswith("USER ")]
    assert users == ["USER node", "USER daisee"]
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = {
        word
        for line in text.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
        if not word.startswith("--")
    }
    assert copied == kept
    assert all((ROOT / path).exists() for path in kept)


STAGES = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", DOCKERFILE, re.MULTILINE)


def test_dockerfile__its_stages__are_of_named_versions_and_those_that_are_used() -> None:
    names = [name for _, name in STAGES]
    assert names == ["build", "chain", ""]
    for image, _ in STAGES:
        # A version of the language and of the system, or a digest: never `latest`, never no tag.
        assert re.fullmatch(r"(python:3\.\d+|node:\d+)-(slim-)?bookworm(-slim)?(@sha256:[0-9a-f]{64})?", image), image
    copied_from = set(re.findall(r"COPY --from=(\S+)", DOCKERFILE))
    targets = {s["build"]["target"] for s in SERVICES.values() if isinstance(s.get("build"), dict)}
    assert copied_from | targets == set(names) - {""}


def test_dockerfile__every_stage_that_runs__ends_without_rights_and_starts_by_exec() -> None:
    for stage in re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[2:]:
        users = re.findall(r"^USER (\S+)$", stage, re.MULTILINE)
        assert users
        assert users[-1] not in ("root", "0")
        after = stage[stage.rindex("USER ") :]
        assert "RUN" not in after
        (start,) = re.findall(r"^ENTRYPOINT (.*)$", stage, re.MULTILINE)
        assert json.loads(start)  # exec form: signals reach the program


def test_dockerfile__what_it_installs__is_locked_and_no_secret_is_built_in() -> None:
    # Lines that pip or npm install from, joined where they are continued.
    lines = DOCKERFILE.replace("\\\n", " ").splitlines()
    installs = [line for line in lines if "pip install" in line or "npm " in line]
    assert installs
    for line in installs:
        assert "--require-hashes -r requirements.lock" in line or "--no-deps" in line or "npm ci" in line, line
    assert not re.search(r"^(ARG|ENV) .*(KEY|SECRET|PASSWORD|TOKEN)", DOCKERFILE, re.MULTILINE)
    assert not re.search(r"^(ADD|RUN .*(curl|wget)) ", DOCKERFILE, re.MULTILINE)


def test_iexec__the_app_and_its_request__name_the_image_and_the_task() -> None:
    iexec = json.loads((ROOT / "iexec.json").read_text(encoding="utf-8"))
    assert iexec["app"]["type"] == "DOCKER"
    assert iexec["app"]["multiaddr"].endswith("/daisee:0.1.0")
    assert iexec["order"]["requestorder"]["params"]["iexec_args"].split() == ["settlement", "--callback"]
