"""Bank statements: who paid what, by reference or account; nothing is booked twice, nothing is guessed."""

from __future__ import annotations

import re

import pytest

from offchain_worker.billing import bank_statement
from offchain_worker.billing.bank_statement import Entry, State, StatementInvalid
from offchain_worker.chain.settlement import Deposit
from offchain_worker.domain.quantities import Cents
from tests.billing import neighbours as n

CODE = b"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
CAMT = b"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>S1</MsgId><CreDtTm>2016-07-21T06:00:00+02:00</CreDtTm></GrpHdr>
<Stmt><Id>STMT-2016-135</Id><Acct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">58.28</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2016-07-20</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">1.02</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2016-07-15</Dt></BookgDt>
 <AcctSvcrRef>BNK0001</AcctSvcrRef>%CODE%<NtryDtls><Btch><PmtInfId>DAISEE-2016-06-R0-RCUR</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>
 <TxDtls><Refs><EndToEndId>DAISEE-2016-06-R0-M3</EndToEndId></Refs><Amt Ccy="EUR">0.78</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>
 <TxDtls><Refs><EndToEndId>DAISEE-2016-06-R0-M4</EndToEndId></Refs><Amt Ccy="EUR">0.24</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>
 </NtryDtls></Ntry>
<Ntry><NtryRef>7</NtryRef><Amt Ccy="EUR">40</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2016-07-16</Dt></BookgDt>
 %CODE%<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
 <RltdPties><Dbtr><Pty><Nm>C. Lukasiewicz</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties>
 <RmtInf><Ustrd>advance</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">12.5</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>2016-07-17T08:00:00Z</DtTm></BookgDt>
 <AcctSvcrRef>BNK0003</AcctSvcrRef>%CODE%<NtryDtls><TxDtls><RmtInf><Ustrd>for DAISEE-M2 thanks</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2016-07-17</Dt></BookgDt>
 <AcctSvcrRef>BNK0004</AcctSvcrRef>%CODE%<AddtlNtryInf>cash</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="EUR">0.24</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2016-07-20</Dt></BookgDt>
 <AcctSvcrRef>BNK0005</AcctSvcrRef>%CODE%<NtryDtls><TxDtls><Refs><EndToEndId>DAISEE-2016-06-R0-M4</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">9.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>%CODE%</Ntry>
</Stmt></BkToCstmrStmt></Document>""".replace(b"%CODE%", CODE)
"""A statement that the official schema of camt.053.001.08 takes, with each kind of entry a bank makes."""


def entries() -> list[Entry]:
    return bank_statement.read(CAMT, "camt.xml")


def deposit(member: int, cents: int, reference: str) -> Deposit:
    return Deposit(member, Cents(cents), reference.encode())


def test_camt__collective_single_and_bare_entries__are_read() -> None:
    assert [(e.reference, e.cents, e.booked_on) for e in entries()] == [
        ("BNK0001/1", 78, "2016-07-15"),
        ("BNK0001/2", 24, "2016-07-15"),
        ("STMT-2016-135/7", 4000, "2016-07-16"),
        ("BNK0003", 1250, "2016-07-17"),
        ("BNK0004", 500, "2016-07-17"),
        ("BNK0005", -24, "2016-07-20"),
    ]


def test_camt__of_the_older_version__is_read_the_same() -> None:
    """camt.053.001.02 has the status without a code element, no `Pty`, and a transaction's amount among its details."""
    old = CAMT.replace(b"001.08", b"001.02").replace(b"<Sts><Cd>", b"<Sts>").replace(b"</Cd></Sts>", b"</Sts>")
    old = old.replace(b"<Pty>", b"").replace(b"</Pty>", b"")
    old = old.replace(b"<Acct>", b"<CreDtTm>2016-07-21T06:00:00+02:00</CreDtTm><Acct>", 1)
    within = rb"(<Amt[^>]*>[^<]*</Amt>)<CdtDbtInd>CRDT</CdtDbtInd></TxDtls>"
    old, count = re.subn(within, rb"<AmtDtls><TxAmt>\1</TxAmt></AmtDtls></TxDtls>", old)
    assert count == 2
    assert bank_statement.read(old, "camt.xml") == entries()


def test_plan__by_reference_account_or_nobody__is_what_it_says() -> None:
    planned = bank_statement.plan(entries(), n.parties(), [])
    assert [(b.member, b.state) for b in planned] == [
        (3, State.NEW),
        (4, State.NEW),
        (3, State.NEW),
        (2, State.NEW),
        (0, State.UNMATCHED),
        (4, State.OUT),
    ]


def test_plan__what_the_chain_has_already__is_left_alone() -> None:
    known = [deposit(3, 78, "BNK0001/1"), deposit(1, 500, "")]
    planned = bank_statement.plan(entries(), n.parties(), known)
    assert [b.state for b in planned[:3]] == [State.BOOKED, State.NEW, State.NEW]


def test_plan__a_reference_of_the_chain_with_another_amount__is_a_conflict() -> None:
    planned = bank_statement.plan(entries(), n.parties(), [deposit(3, 77, "BNK0001/1")])
    assert planned[0].state is State.CONFLICT
    assert planned[0].reason == "the chain has this reference for member 3 and 77 cents"


def test_plan__overlapping_statements__count_an_entry_once() -> None:
    planned = bank_statement.plan([*entries(), *entries()], n.parties(), [])
    assert sum(b.entry.cents for b in planned if b.state is State.NEW) == 78 + 24 + 4000 + 1250


def test_plan__an_account_of_two_members__is_not_guessed() -> None:
    members = {**n.parties().members, 2: n.parties().members[3]}
    planned = bank_statement.plan(entries()[2:3], n.parties().model_copy(update={"members": members}), [])
    assert planned[0].state is State.UNMATCHED


def test_csv__semicolons_and_decimal_commas__are_read() -> None:
    data = "\ufeffbooking_date;amount;reference;text;iban\n2016-07-15;1 ;x\n".encode()
    with pytest.raises(StatementInvalid, match=r"bank\.csv, line 2: 3 cells, 5 are wanted"):
        bank_statement.read(data, "bank.csv")
    data = b"booking_date;amount;reference;text;iban\n2016-07-15;12,5;R1;DAISEE-M2;\n\n2016-07-16;-3.00;R2;;\n"
    assert [(e.reference, e.cents) for e in bank_statement.read(data, "bank.csv")] == [("R1", 1250), ("R2", -300)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'<Amt Ccy="EUR">40</Amt>', b'<Amt Ccy="CHF">40</Amt>', "an amount in CHF; only EUR can be booked"),
        (b'<Amt Ccy="EUR">40</Amt>', b'<Amt Ccy="EUR">40.001</Amt>', "'40.001' is not an amount"),
        (b'<Amt Ccy="EUR">0.78</Amt>', b'<Amt Ccy="EUR">0.79</Amt>', "add up to 103, not 102 cents"),
        (b"<NtryRef>7</NtryRef>", b"", "the bank gives no reference"),
        (b"</Document>", b"", r"camt\.xml"),
    ],
)
def test_camt__what_would_have_to_be_guessed__is_refused(old: bytes, new: bytes, said: str) -> None:
    with pytest.raises(StatementInvalid, match=said):
        bank_statement.read(CAMT.replace(old, new, 1), "camt.xml")


def test_camt__another_message__is_refused() -> None:
    with pytest.raises(StatementInvalid, match=r"is not a camt\.053 statement"):
        bank_statement.read(b"<Document><Other/></Document>", "x.xml")


def test_reference__longer_than_the_contract_takes__becomes_a_digest_of_its_own() -> None:
    long = "booking_date;amount;reference;text;iban\n2016-07-15;1;{};DAISEE-M2;\n"
    one, two = (bank_statement.read(long.format("A" * 40 + end).encode(), "b.csv")[0] for end in "12")
    assert one.reference.startswith("#") and len(one.reference) == 31
    assert one.reference != two.reference
