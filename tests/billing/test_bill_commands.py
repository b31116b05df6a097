"""`daisee bill` on a settled month of the neighbourhood: the bills add up to the chain, the bank's money reaches it once."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from scripts.demo.stage import ROOT, Stage


def parties_of(stage: Stage) -> Path:
    return stage.folder / "parties.json"


def bill(stage: Stage, who: str, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `daisee bill …` run as somebody."""
    command = [sys.executable, "-m", "offchain_worker.cli.main", "--quiet", "bill", *arguments]
    command += ["--config", str(stage.folder / "daisee.toml")]
    if arguments[0] != "list":
        command += ["--parties", str(parties_of(stage))]
    command += ["--as", str(stage.folder / "identities" / f"{who}.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr.strip()


def test_list__as_the_provider__is_the_booked_vector(settled_period: Stage) -> None:
    code, printed, said = bill(settled_period, "provider", "list", "2016-06", "--json")
    assert (code, said) == (0, "")
    found = json.loads(printed)
    net = settled_period.community.settlement.settled(settled_period.period).net_cents
    assert found["complete"]
    assert found["community"] == net[0]
    assert {row["member"]: row["net"] for row in found["bills"]} == {
        member: cents for member, cents in enumerate(net) if member and member in {r["member"] for r in found["bills"]}
    }
    assert found["community"] + sum(row["net"] for row in found["bills"]) == 0


def test_parties_of_the_demo__name_the_members_of_the_chain(settled_period: Stage) -> None:
    named = json.loads(parties_of(settled_period).read_text(encoding="utf-8"))["members"]
    assert {member["name"]: int(index) for index, member in named.items()} == settled_period.members


def test_export__pdf_twice__has_the_same_hashes(settled_period: Stage, tmp_path: Path) -> None:
    hashes = []
    for out in (tmp_path / "one", tmp_path / "two"):
        arguments = ("export", "2016-06", "--member", "2", "--lang", "fr", "--out", str(out))
        code, _, said = bill(settled_period, "provider", *arguments)
        assert (code, said) == (0, "")
        hashes.append({path.name: sha256(path.read_bytes()).hexdigest() for path in out.iterdir()})
    assert hashes[0] == hashes[1]
    assert list(hashes[0]) == ["2016-06-member-002.pdf"]


def test_export__json_of_all__sums_to_the_settlements_vector(settled_period: Stage, tmp_path: Path) -> None:
    code, _, said = bill(
        settled_period,
        "provider",
        "export",
        "2016-06",
        "--format",
        "json",
        "--out",
        str(tmp_path),
    )
    assert (code, said) == (0, "")
    net = [0] * len(settled_period.community.settlement.settled(settled_period.period).net_cents)
    numbers: dict[int, list[str]] = {}
    for path in tmp_path.iterdir():
        for document in json.loads(path.read_text(encoding="utf-8"))["received"]:
            issuer, receiver = document["issuer"]["member"], document["receiver"]["member"]
            net[issuer] += int(document["total"])
            net[receiver] -= int(document["total"])
            numbers.setdefault(issuer, []).append(document["number"])
    assert tuple(net) == settled_period.community.settlement.settled(settled_period.period).net_cents
    for issuer, found in numbers.items():
        wanted = [f"F{issuer:02d}-2016-06-{place:04d}" for place in range(1, len(found) + 1)]
        assert sorted(found) == wanted


def test_export__as_a_member__writes_their_own_with_the_same_numbers(settled_period: Stage, tmp_path: Path) -> None:
    for who, out in (("office-1", tmp_path / "own"), ("provider", tmp_path / "all")):
        arguments = ("export", "2016-06", "--member", "2", "--format", "json", "--out", str(out))
        assert bill(settled_period, who, *arguments)[0] == 0
    own, all_ = (
        json.loads((tmp_path / who / "2016-06-member-002.json").read_text(encoding="utf-8")) for who in ("own", "all")
    )
    assert own == all_
    code, _, said = bill(settled_period, "office-1", "show", "2016-06", "--member", "3")
    assert (code, said) == (1, "error: 2016-06: there is no bill of member 3, or your keys do not open it")


def test_export__a_month_that_is_not_settled__is_refused(settled_period: Stage, tmp_path: Path) -> None:
    code, printed, said = bill(settled_period, "provider", "export", "2016-07", "--out", str(tmp_path))
    assert (code, printed) == (1, "")
    assert said.startswith("error: 2016-07 is not settled yet")


def test_sepa_then_bank_import__money_comes_once(settled_period: Stage, tmp_path: Path) -> None:
    out = tmp_path / "debits.xml"
    code, printed, said = bill(settled_period, "provider", "sepa", "2016-06", "--out", str(out), "--json")
    assert (code, said) == (0, "")
    made = json.loads(printed)
    assert made["collections"] > 0 and out.read_bytes().count(b"<DrctDbtTxInf>") == made["collections"]

    member = next(index for name, index in settled_period.members.items() if name == "Office 3")
    statement = tmp_path / "bank.csv"
    statement.write_text(
        "booking_date;amount;reference;text;iban\n"
        f"2016-07-15;12,34;{tmp_path.name[-20:]};DAISEE-2016-06-R0-M{member};\n"
        f"2016-07-15;1,00;{tmp_path.name[-20:]}x;a gift;\n",
        encoding="utf-8",
    )
    arguments = ("bank-import", str(statement), "--json")
    balance = settled_period.community.settlement.balance
    settled_period.clock.fill_purse(settled_period.identity("provider").address)
    before = balance(member)
    mint(settled_period, 1234)
    code, printed, _ = bill(settled_period, "provider", *arguments)
    found = json.loads(printed)
    assert (code, found["booked"], found["cents"]) == (1, 1, 1234)
    assert [entry["state"] for entry in found["entries"]] == ["new", "unmatched"]
    assert balance(member) == before + 1234
    code, printed, _ = bill(settled_period, "provider", *arguments)
    found = json.loads(printed)
    assert (code, found["booked"]) == (1, 0)
    assert [entry["state"] for entry in found["entries"]] == ["booked already", "unmatched"]
    assert balance(member) == before + 1234


def mint(stage: Stage, cents: int) -> None:
    """The provider's bank money as local euro tokens."""
    from offchain_worker.chain.contract import abi_of

    connection = stage.community.connection
    token = connection.web3.eth.contract(
        address=stage.community.deployment.contracts["EuroToken"],  # type: ignore[arg-type]
        abi=abi_of("EuroToken"),
    )
    stage.sender("provider").send(token.functions.mint(stage.identity("provider").address, cents * 10_000))
