"""The SEPA file: valid by the schema of pain.008.001.08, sums that check, accounts with right check digits."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest
from sepaxml import SepaDD
from sepaxml.validation import ValidationError, try_valid_xml

from offchain_worker.billing import direct_debit, iban
from offchain_worker.billing.direct_debit import CannotCollect, Collection
from offchain_worker.billing.iban import AccountInvalid
from offchain_worker.billing.parties import Mandate, Parties, PartiesUnusable, parse
from tests.billing import neighbours as n

OWED = {1: -166, 2: 78, 3: 78, 4: 24}
SPACE = f"{{{direct_debit.NAMESPACE}}}"
PAYMENT = "PmtInfId PmtMtd NbOfTxs CtrlSum PmtTpInf ReqdColltnDt Cdtr CdtrAcct CdtrAgt ChrgBr CdtrSchmeId DrctDbtTxInf DrctDbtTxInf"
TRANSACTION = "PmtId InstdAmt DrctDbtTx DbtrAgt Dbtr DbtrAcct RmtInf"


def made() -> tuple[bytes, list[int]]:
    collected, without = direct_debit.collections(n.parties(), "2016-06", 0, OWED)
    return direct_debit.pain008(n.parties(), "2016-06", 0, collected, date(2016, 7, 15), n.SETTLED_AT), without


def names(element: ElementTree.Element) -> list[str]:
    return [child.tag.removeprefix(SPACE) for child in element]


def test_pain008__elements__stand_in_the_schemas_order() -> None:
    data, _ = made()
    root = ElementTree.fromstring(data)
    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert root.tag == SPACE + "Document"
    (initiation,) = root
    assert names(initiation) == ["GrpHdr", "PmtInf"]
    assert names(initiation[0]) == ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]
    payment = initiation[1]
    assert names(payment) == PAYMENT.split()
    for transaction in payment.findall(SPACE + "DrctDbtTxInf"):
        assert names(transaction) == TRANSACTION.split()


MESSAGE = "pain.008.001.08"
"""The message whose schema, as ISO 20022 publishes it, the library `sepaxml` brings."""


def with_member(number: int, **changed: object) -> Parties:
    """The neighbours' parties with one of them changed."""
    members = {**n.parties().members, number: n.parties().members[number].model_copy(update=changed)}
    return n.parties().model_copy(update={"members": members})


def test_pain008__of_the_neighbours__is_valid_by_the_official_schema() -> None:
    try_valid_xml(made()[0], MESSAGE)


def test_pain008__another_order_or_text_too_long__is_not_valid_by_the_official_schema() -> None:
    data = made()[0].decode()
    number, total = "<NbOfTxs>2</NbOfTxs>", "<CtrlSum>1.02</CtrlSum>"
    for wrong in (
        data.replace(number, "").replace(total, total + number),
        data.replace("Dan OEuvrard", "D" * 141),
        data.replace("<SeqTp>RCUR", "<SeqTp>RECURRENT"),
    ):
        assert wrong != data
        with pytest.raises(ValidationError):
            try_valid_xml(wrong.encode(), MESSAGE)


@pytest.mark.parametrize(
    "parties",
    [
        with_member(3, mandate=Mandate(reference="M-3", signedOn=date(2016, 1, 5), first=True)),
        with_member(3, bic="DEUTDEFF"),
        with_member(4, name="Société coopérative d'intérêt collectif «Łódź» & Œuvre — " * 3),
        with_member(4, mandate=Mandate(reference="+MANDAT/2016:" + "4" * 22, signedOn=date(2016, 2, 1))),
        n.parties().model_copy(update={"organiser": n.parties().organiser.model_copy(update={"bic": ""})}),
    ],
    ids=["first and recurrent", "debtor's bank", "long name", "longest mandate", "no bank of the creditor"],
)
def test_pain008__whatever_the_parties_file_may_hold__is_valid_by_the_official_schema(parties: Parties) -> None:
    collected, without = direct_debit.collections(parties, "2016-06", 12, {3: direct_debit.MAX_CENTS, 4: 1})
    data = direct_debit.pain008(parties, "2016-06", 12, collected, date(2016, 7, 15), n.SETTLED_AT)
    try_valid_xml(data, MESSAGE)
    assert without == []


def test_pain008__beside_an_independent_writer__says_the_same_in_every_transaction() -> None:
    organiser = n.parties().organiser
    settings = {
        "name": direct_debit.latin(organiser.name, 70),
        "IBAN": organiser.iban,
        "BIC": organiser.bic,
        "batch": True,
        "creditor_id": organiser.creditor_identifier,
        "currency": "EUR",
    }
    other = SepaDD(settings, schema=MESSAGE)
    for number in (3, 4):
        debtor = n.parties().members[number]
        assert debtor.mandate is not None
        other.add_payment(
            {
                "name": direct_debit.latin(debtor.name, 70),
                "IBAN": debtor.iban,
                "amount": OWED[number],
                "type": "RCUR",
                "collection_date": date(2016, 7, 15),
                "mandate_id": debtor.mandate.reference,
                "mandate_date": debtor.mandate.signed_on,
                "description": direct_debit.end_to_end_id("2016-06", 0, number),
                "endtoend_id": direct_debit.end_to_end_id("2016-06", 0, number),
            }
        )
    ours, theirs = (
        [
            sorted((part.tag, part.text.strip()) for part in one.iter() if part.text and part.text.strip())
            for one in found
        ]
        for found in (
            list(ElementTree.fromstring(data).iter(SPACE + "DrctDbtTxInf")) for data in (made()[0], other.export())
        )
    )
    assert len(ours) == 2
    assert ours == theirs


def test_pain008__over_what_sepa_takes__is_refused() -> None:
    too_much = [Collection(3, direct_debit.MAX_CENTS + 1, "DAISEE-2016-06-R0-M3")]
    with pytest.raises(CannotCollect, match=r"an amount is over 999999999\.99 €"):
        direct_debit.pain008(n.parties(), "2016-06", 0, too_much, date(2016, 7, 15), n.SETTLED_AT)


def test_pain008__figures__are_the_bills_of_who_has_a_mandate() -> None:
    data, without = made()
    root = ElementTree.fromstring(data)

    def texts(name: str) -> list[str]:
        return [element.text or "" for element in root.iter(SPACE + name)]

    assert without == [2]
    assert texts("NbOfTxs") == ["2", "2"]
    assert texts("CtrlSum") == ["1.02", "1.02"]
    assert texts("InstdAmt") == ["0.78", "0.24"]
    assert texts("EndToEndId") == ["DAISEE-2016-06-R0-M3", "DAISEE-2016-06-R0-M4"]
    assert texts("MndtId") == ["M-3", "M-4"]
    assert texts("DtOfSgntr") == ["2016-01-05", "2016-02-01"]
    assert texts("ReqdColltnDt") == ["2016-07-15"]
    assert texts("IBAN") == list(n.IBANS)
    assert texts("SeqTp") == ["RCUR"]
    assert texts("Nm") == ["PMO d'Essai", "PMO d'Essai", "Carol Lukasiewicz", "Dan OEuvrard"]
    assert all(element.get("Ccy") == "EUR" for element in root.iter(SPACE + "InstdAmt"))


def test_pain008__made_twice__is_the_same_file() -> None:
    assert made() == made()


def test_pain008__nobody_owes__is_refused() -> None:
    with pytest.raises(CannotCollect, match="nothing to collect"):
        direct_debit.pain008(n.parties(), "2016-06", 0, [], date(2016, 7, 15), n.SETTLED_AT)


def test_pain008__without_the_creditors_identifier__is_refused() -> None:
    organiser = n.parties().organiser.model_copy(update={"creditor_identifier": ""})
    bare = n.parties().model_copy(update={"organiser": organiser})
    collected, _ = direct_debit.collections(bare, "2016-06", 0, OWED)
    with pytest.raises(CannotCollect, match="needs the organiser's `iban` and `creditorIdentifier`"):
        direct_debit.pain008(bare, "2016-06", 0, collected, date(2016, 7, 15), n.SETTLED_AT)


def test_latin__what_a_bank_does_not_take__is_spelled_without() -> None:
    assert direct_debit.latin("Œuvre d'Été & Łódź №7", 70) == "OEuvre d'Ete + Lodz No7"
    assert direct_debit.latin("日本", 70) == ".."


@pytest.mark.parametrize(
    "text", [*n.IBANS, "fr14 2004 1010 0505 0001 3m02 606", "MT84 MALT 0110 0001 2345 MTLC AST0 01S"]
)
def test_iban__right__comes_without_blanks(text: str) -> None:
    assert iban.iban(text) == text.replace(" ", "").upper()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FR1420041010050500013M02607", "the check digits do not fit"),
        ("FR142004101005050001M02606", "has 26 characters; FR needs 27"),
        ("US1420041010050500013M02606", "is not the IBAN of a SEPA country"),
        ("", "is not the IBAN"),
    ],
)
def test_iban__wrong__says_what(text: str, said: str) -> None:
    with pytest.raises(AccountInvalid, match=said):
        iban.iban(text)


def test_creditor_identifier__the_business_code__is_not_checked() -> None:
    assert iban.creditor_identifier("FR72 ZZZ 123456") == "FR72ZZZ123456"
    assert iban.creditor_identifier("FR72ABC123456") == "FR72ABC123456"
    with pytest.raises(AccountInvalid, match="not a SEPA creditor identifier"):
        iban.creditor_identifier("FR73ZZZ123456")


def test_parties__wrong_iban__names_the_file_and_the_account() -> None:
    data = b'{"schema": "daisee.parties/1", "community": {"name": "C", "address": ["x"], "iban": "FR00"}}'
    with pytest.raises(PartiesUnusable, match=r"parties\.json: .*FR00"):
        parse(data, "parties.json")


def test_parties__unknown_field__names_it() -> None:
    data = b'{"schema": "daisee.parties/1", "community": {"name": "C", "address": ["x"], "phone": "1"}}'
    with pytest.raises(PartiesUnusable, match=r"parties\.json: community\.phone: Extra inputs"):
        parse(data, "parties.json")
