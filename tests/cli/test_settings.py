"""Settings: options over environment over file; what is missing is named with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from offchain_worker.cli.session import PeriodInvalid, euros, period_id, period_label
from offchain_worker.cli.settings import SettingsInvalid, hoisted, load


def test_load__file_environment_option__the_nearer_wins(tmp_path: Path) -> None:
    file = tmp_path / "daisee.toml"
    file.write_text('rpc = "http://file"\nstore = "store"\n')
    assert load({}, file, {}).rpc == "http://file"
    assert load({}, file, {"DAISEE_RPC": "http://environment"}).rpc == "http://environment"
    assert load({"rpc": "http://option"}, file, {"DAISEE_RPC": "http://environment"}).rpc == "http://option"


def test_load__path_in_a_file__is_relative_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "daisee.toml"
    file.write_text('store = "store"\n')
    assert load({}, file, {}).need_store() == str(tmp_path / "store")


def test_load__several_stores__only_folders_are_relative_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "daisee.toml"
    file.write_text('store = "kubo:http://127.0.0.1:5001, store,/mnt/second"\n')
    assert load({}, file, {}).need_store() == f"kubo:http://127.0.0.1:5001,{tmp_path / 'store'},/mnt/second"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("rpc = ", "is not TOML"), ('port = "1"\n', "setting port: Extra inputs are not permitted")],
)
def test_load__bad_file__names_file_and_setting(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "daisee.toml"
    file.write_text(text)
    with pytest.raises(SettingsInvalid) as raised:
        load({}, file, {})
    assert str(raised.value).startswith(f"{file}: {reason}")


def test_need__nothing_set__says_how_to_set_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    empty = load({}, None, {})
    for need, option in (
        (empty.need_rpc, "--rpc"),
        (empty.need_store, "--store"),
        (empty.need_deployment, "--deployment"),
        (empty.need_identity, "--as"),
    ):
        with pytest.raises(SettingsInvalid, match=option):
            need()


def test_hoisted__settings_after_the_verb__come_first() -> None:
    given = ["audit", "2016-06", "--rpc", "http://a", "--level", "full", "--store=s", "--", "--as"]
    assert hoisted(given) == ["--rpc", "http://a", "--store=s", "audit", "2016-06", "--level", "full", "--", "--as"]


def test_period_id__label_or_digits__is_the_month() -> None:
    assert (period_id("2016-06"), period_id("201606"), period_label(201606)) == (201606, 201606, "2016-06")


@pytest.mark.parametrize("label", ["2016-13", "2016-0-6", "juin", "2016", "20160", ""])
def test_period_id__no_month__is_refused(label: str) -> None:
    with pytest.raises(PeriodInvalid, match="write it as 2016-06"):
        period_id(label)


def test_euros__cents__have_two_digits_and_a_sign() -> None:
    assert [euros(cents) for cents in (0, 5, -5, 123456, -100)] == [
        "0.00 €",
        "0.05 €",
        "-0.05 €",
        "1,234.56 €",
        "-1.00 €",
    ]


def test_load__relayer__comes_from_file_or_environment_and_must_be_an_address(tmp_path: Path) -> None:
    file = tmp_path / "daisee.toml"
    file.write_text('relay = "http://file"\n')
    assert load({}, file, {}).relay == "http://file"
    assert load({}, file, {"DAISEE_RELAY": "https://environment"}).relay == "https://environment"
    assert load({}, tmp_path / "daisee.toml", {"DAISEE_RELAY": ""}).relay == "http://file"
    with pytest.raises(SettingsInvalid, match="setting relay"):
        load({}, file, {"DAISEE_RELAY": "javascript:alert(1)"})
