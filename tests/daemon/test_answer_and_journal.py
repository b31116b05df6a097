"""An answer is signed for one task and hub; once kept it never changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from offchain_worker.daemon import answer as answers
from offchain_worker.daemon.answer import AnswerInvalid, Hub
from offchain_worker.daemon.journal import Journal, JournalError
from offchain_worker.domain.report import ConformityReport, SettlementReport, Verdict

HUB = Hub(31337, "0x00000000000000000000000000000000000000AA")
KEY = b"\x01" * 32
TASK = b"\x11" * 32
PROGRAM = b"\x22" * 32
CONFORM = ConformityReport(Verdict.CONFORM, b"\x33" * 32, b"\x44" * 32)
SETTLED = SettlementReport(*(bytes([n]) * 32 for n in range(1, 6)), produced=7, allocated=5, debit=2**60)


@pytest.mark.parametrize("report", [CONFORM, SETTLED])
def test_sign__an_answer__recovers_to_its_worker(report: ConformityReport | SettlementReport) -> None:
    answer = answers.sign(HUB, TASK, report, PROGRAM, KEY)
    assert answer.signer(HUB) == Account.from_key(KEY).address
    assert answers.loads(answers.dumps(answer)).signer(HUB) == Account.from_key(KEY).address


def test_sign__as_a_wallet_would__gives_the_same_signature() -> None:
    message = encode_typed_data(
        {"name": "DAISEE AttestationHub", "version": "1", "chainId": 31337, "verifyingContract": HUB.address},
        {"Attestation": [{"name": "taskId", "type": "bytes32"}, {"name": "reportHash", "type": "bytes32"}]},
        {"taskId": TASK, "reportHash": answers.sign(HUB, TASK, CONFORM, PROGRAM, KEY).report_hash},
    )
    expected = Account.from_key(KEY).sign_message(message)
    answer = answers.sign(HUB, TASK, CONFORM, PROGRAM, KEY)
    assert int.from_bytes(answer.r, "big") == expected.r
    assert int.from_bytes(answer.vs, "big") == ((expected.v - 27) << 255) + expected.s


def test_sign__twice__gives_the_same_bytes() -> None:
    first, second = (answers.dumps(answers.sign(HUB, TASK, SETTLED, PROGRAM, KEY)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "hub", [Hub(1, HUB.address), Hub(31337, "0x00000000000000000000000000000000000000ab")], ids=["chain", "hub"]
)
def test_signer__another_chain_or_hub__is_another_address(hub: Hub) -> None:
    assert answers.sign(HUB, TASK, CONFORM, PROGRAM, KEY).signer(hub) != Account.from_key(KEY).address


def test_signer__no_signature_at_all__is_refused() -> None:
    nothing = replace(answers.sign(HUB, TASK, CONFORM, PROGRAM, KEY), r=bytes(32), vs=b"\xff" * 32)
    with pytest.raises(AnswerInvalid, match="is not one"):
        nothing.signer(HUB)


def test_loads__report_changed__is_refused() -> None:
    document = answers.dumps(answers.sign(HUB, TASK, SETTLED, PROGRAM, KEY))
    with pytest.raises(AnswerInvalid, match="is not the report it names"):
        answers.loads(document.replace(b'"allocated":"5"', b'"allocated":"6"'))


def test_keep__an_answer__is_there_after_a_restart(tmp_path: Path) -> None:
    answer = answers.sign(HUB, TASK, CONFORM, PROGRAM, KEY)
    Journal(tmp_path).keep(answer)
    found = Journal(tmp_path).answer(TASK)
    assert found is not None
    assert answers.dumps(found) == answers.dumps(answer)
    assert Journal(tmp_path).answer(b"\x12" * 32) is None


def test_keep__another_answer_to_the_task__is_refused_and_the_first_stays(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    first = answers.sign(HUB, TASK, CONFORM, PROGRAM, KEY)
    journal.keep(first)
    journal.keep(first)
    with pytest.raises(JournalError, match="has another answer already"):
        journal.keep(answers.sign(HUB, TASK, replace(CONFORM, verdict=Verdict.HELD), PROGRAM, KEY))
    assert journal.document(TASK) == answers.dumps(first)


def test_answer__file_damaged__is_not_taken_for_no_answer(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.keep(answers.sign(HUB, TASK, CONFORM, PROGRAM, KEY))
    (tmp_path / f"{TASK.hex()}.json").write_bytes(b"{}")
    with pytest.raises(JournalError, match="is damaged"):
        journal.answer(TASK)


def test_keep__no_folder_can_be_there__says_so(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file stands where the folder should be")
    journal = Journal(tmp_path / "journal" / "worker")
    with pytest.raises(JournalError, match="cannot be opened"):
        journal.hold()
    with pytest.raises(JournalError, match=r"cannot be read \(Not a directory\)"):
        journal.keep(answers.sign(HUB, TASK, CONFORM, PROGRAM, KEY))


def test_hold__two_workers_on_one_folder__refuses_the_second(tmp_path: Path) -> None:
    first, second = Journal(tmp_path), Journal(tmp_path)
    first.hold()
    with pytest.raises(JournalError, match="another worker is running"):
        second.hold()
    first.release()
    second.hold()
    second.release()
