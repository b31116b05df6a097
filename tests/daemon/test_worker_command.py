"""`daisee worker run` and `period collect`: numbers that cannot be meant are wrong use, before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from offchain_worker.cli.main import app


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--port", "99999", "'--port': Input should be less than or equal to 65535"),
        ("--port", "-5", "'--port': Input should be greater than or equal to 0"),
        ("--interval", "-1", "is not between 0.1 and 60 seconds"),
        ("--interval", "0", "is not between 0.1 and 60 seconds"),
        ("--interval", "nan", "nan is not between"),
        ("--interval", "inf", "inf is not between"),
        ("--interval", "often", "'--interval': Input should be a valid number"),
        ("--confirmations", "-1", "'--confirmations': Input should be greater than or equal to 0"),
    ],
)
def test_run__a_number_that_cannot_be_meant__is_wrong_use(
    tmp_path: Path, option: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    done = CliRunner().invoke(app, ["worker", "run", "--state", str(tmp_path / "state"), option, value])
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / "state").exists()


def test_run__a_folder_that_cannot_be__is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from offchain_worker.cli.main import run
    from offchain_worker.storage import identity

    (tmp_path / "file").write_text("not a folder")
    identity.create(tmp_path / "me.json")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        command = [
            "daisee",
            "--as",
            str(tmp_path / "me.json"),
            "worker",
            "once",
            "--state",
            str(tmp_path / "file" / "s"),
        ]
        patch.setattr("sys.argv", command)
        run()
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith(f"error: the journal {tmp_path / 'file' / 's'} cannot be opened")


def test_collect__a_time_before_now__is_wrong_use() -> None:
    command = ["period", "collect", "2016-06", "--task", "conformity", "--timeout", "-1"]
    assert CliRunner().invoke(app, command).exit_code == 2
