"""Pieces that the pages about votes share: which proposal, its head, what it changes, whether the wallet can act."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from web3.exceptions import ContractCustomError, ContractLogicError

from app import data, shown, tallies, wallet
from app.adopted import first_month
from app.scene import Surroundings
from app.tallies import Motion
from app.words import LANGUAGES, Words
from app.written import cell
from offchain_worker.chain import calls
from offchain_worker.chain.calls import Call
from offchain_worker.chain.connection import BlockStamp
from offchain_worker.chain.contract import refusal
from offchain_worker.chain.errors import ContractRefused
from offchain_worker.chain.governor import ProposalState
from offchain_worker.chain.registry import Point
from offchain_worker.chain.rule_book import Rules
from offchain_worker.domain import conformity_words
from offchain_worker.domain import key as keys
from offchain_worker.domain import tariff as tariffs
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.tariff import Tariff

CHOICES = ("for", "against", "abstain")


def motions(scene: Surroundings) -> list[Motion]:
    """Every proposal, the newest first."""
    return tallies.motions(scene.place, scene.block)


def zone(scene: Surroundings) -> str:
    """The community's time zone, as the rules in force say."""
    return rules(scene).conformity.time_zone


def rules(scene: Surroundings) -> Rules:
    """The rules in force at the block looked at."""
    return rules_at(scene, scene.block.timestamp)


def rules_at(scene: Surroundings, time: int) -> Rules:
    """The rules in force at a second."""
    return _rules(scene.place, scene.block, time)


@st.cache_data(max_entries=32, show_spinner=False)
def _rules(place: data.Place, block: BlockStamp, time: int) -> Rules:
    return data.community(place).rules.rules_at(time, block.number)


def choose(scene: Surroundings, listed: Sequence[Motion]) -> Motion | None:
    """Which proposal: the one in the address, else the newest that is open, else the newest."""
    if not listed:
        st.info(scene.say("proposals.none"), icon=":material/how_to_vote:")
        return None
    by_number = {str(motion.number): motion for motion in listed}
    first = next((motion for motion in listed if motion.is_open), listed[0])
    chosen = st.selectbox(
        scene.say("proposals.which"),
        list(by_number),
        index=list(by_number).index(str(first.number)),
        format_func=lambda number: f"{number}. {by_number[number].proposal.question}",
        key="proposal",
        bind="query-params",
    )
    return by_number.get(chosen or str(first.number), first)


def head(scene: Surroundings, motion: Motion) -> None:
    """Status, bar with the quorum's tick, the votes in words, the time left."""
    say, tally = scene.say, motion.tally
    with st.container(horizontal=True, vertical_alignment="center"):
        tallies.badge(say, motion)
        st.caption(deadline(scene, motion), width="content")
    if tally.state is not ProposalState.PENDING:
        st.html(tallies.bar(say, tally))
    st.markdown(tallies.votes_line(say, tally))
    st.caption(tallies.needs(say, tally))


def deadline(scene: Surroundings, motion: Motion) -> str:
    """When voting opens, or how long it stays open, or when it ended."""
    say, where = scene.say, zone(scene)
    if motion.tally.state is ProposalState.PENDING:
        return say("proposals.opens", when=say.moment(motion.proposal.vote_start, where))
    closes = say.moment(motion.tally.closes, where)
    if motion.is_open:
        remaining = tallies.left(say, max(0, motion.tally.closes - scene.block.timestamp))
        prolonged = f" {say('proposals.prolonged')}" if motion.tally.prolonged else ""
        return say("proposals.closes", left=remaining, when=closes) + prolonged
    if motion.cancelled is not None:
        return say("proposals.cancelled_on", when=say.moment(motion.cancelled.timestamp, where))
    return say("proposals.closed", when=closes)


def changes(scene: Surroundings, motion: Motion) -> list[list[str]]:
    """What each call of a proposal does, in words; a tariff's lines are its prices."""
    say, found = scene.say, data.community(scene.place)
    groups = scene.names.known_groups(say.language)
    listed = []
    for target, value, call in zip(motion.proposal.targets, motion.proposal.values, motion.proposal.calls, strict=True):
        lines = calls.describe(found, target, value, call, say.language, groups)
        decoded = calls.decode(found, target, call)
        lines = with_month(scene, lines, decoded)
        if decoded is not None and _sets(decoded, "setTariff"):
            try:
                lines[1:2] = tariff_lines(scene, tariffs.from_abi(decoded.rule))
            except DaiseeError as error:
                lines[1:2] = [str(error)]
        listed.append(conformity_changes(scene, lines) if _sets(decoded, "setConformity") else lines)
    return listed


def conformity_changes(scene: Surroundings, lines: list[str]) -> list[str]:
    """Of conformity rules in words only what differs from those in force: nobody finds one number among ten sentences."""
    now = conformity_words.describe(rules(scene).conformity, scene.say.language)
    if now[-1] not in lines:
        return lines  # no rules, but why they cannot be read
    end = lines.index(now[-1]) + 1
    title, new, when = lines[0], lines[1:end], lines[end:]
    gone = [scene.say("ballot.no_longer", rule=line) for line in now if line not in new]
    return [title, *(line for line in new if line not in now), *gone, scene.say("ballot.rest_stays"), *when]


def _sets(call: Call | None, function: str) -> bool:
    return call is not None and call.is_rule and call.function == function


def with_month(scene: Surroundings, lines: list[str], call: Call | None) -> list[str]:
    """A rule's lines with the month from which it would count instead of the second."""
    if call is None or not call.is_rule or not call.effective_from:
        return lines
    first = first_month(call.effective_from, zone(scene))
    return [*lines[:-1], scene.say("ballot.from_month", month=scene.say.month(first))]


def tariff_lines(scene: Surroundings, tariff: Tariff) -> list[str]:
    """A tariff's prices, fee, taxes and VAT, a line each."""
    say = scene.say
    points = {int(point.index): point.source.name.lower() for point in _points(scene.place, scene.block)}
    lines = []
    for price in tariff.prices:
        plant = scene.names.producer(say, price.producer, points.get(price.producer, "other"))
        whom = scene.names.group(say, price.group) if price.group else say("rules.all")
        band = say("ballot.band", band=price.band) if tariff.bands > 1 else ""
        lines.append(say("ballot.price", plant=plant, whom=whom, price=say.price(price.micro_euro_per_kwh)) + band)
    lines.append(say("ballot.fee", price=say.price(tariff.community_fee)))
    lines += [say("ballot.tax", name=tax.name, price=say.price(tax.micro_euro_per_kwh)) for tax in tariff.taxes]
    lines += [say("ballot.vat", rate=say.percent(vat.ppm), issuer=issuer(scene, vat.issuer)) for vat in tariff.vats]
    return lines


def issuer(scene: Surroundings, member: int) -> str:
    """The community or a member, by number."""
    return scene.say("common.community") if member == 0 else scene.say("common.member", number=member)


@st.cache_data(max_entries=16, show_spinner=False)
def _points(place: data.Place, block: BlockStamp) -> list[Point]:
    return list(data.community(place).registry.points(block.number))


def show_changes(scene: Surroundings, motion: Motion) -> None:
    """What a proposal changes, in words."""
    for lines in changes(scene, motion):
        show_lines(lines)


def show_lines(lines: Sequence[str]) -> None:
    """A call in words; names in it are other people's, so nothing is read as Markdown."""
    first, *rest = map(cell, lines)
    st.markdown(f"**{first}**")
    if rest:
        st.markdown("\n".join(f"- {line}" for line in rest))


def present_rule(scene: Surroundings, motion: Motion) -> list[str]:
    """The rule that stays if the members vote against, in words."""
    now = rules(scene)
    if motion.key is not None:
        return keys.describe(now.key, scene.say.language, scene.names.known_groups(scene.say.language))
    if motion.tariff is not None:
        return tariff_lines(scene, now.tariff)
    found = data.community(scene.place)
    for target, call in zip(motion.proposal.targets, motion.proposal.calls, strict=True):
        decoded = calls.decode(found, target, call)
        if _sets(decoded, "setConformity"):
            return conformity_words.describe(now.conformity, scene.say.language)
        if _sets(decoded, "setProgram"):
            return ["0x" + now.hashes.program.hex()]
    return []


def timeline(scene: Surroundings, motion: Motion) -> None:
    """Made, opens, closes, executed: what is behind us and what is to come, with transactions."""
    say, where = scene.say, zone(scene)
    now = scene.block.timestamp
    rows = [("made", motion.made.timestamp), ("opens", motion.proposal.vote_start), ("closes", motion.tally.closes)]
    if motion.cancelled is not None:
        rows = [rows[0], ("cancelled", motion.cancelled.timestamp)]
    elif motion.executed is not None:
        rows.append(("executed", motion.executed.timestamp))
    listed = []
    for name, time in rows:
        mark = ":material/check_circle:" if time <= now else ":material/radio_button_unchecked:"
        listed.append(f"{mark} {say(f'proposals.step.{name}')}: {say.moment(time, where)}")
    st.markdown("  \n".join(listed))
    spent = [(say("proposals.step.made"), motion.made.transaction)]
    if motion.executed is not None:
        spent.append((say("proposals.step.executed"), motion.executed.transaction))
    shown.hashes(spent)


def cannot_act(scene: Surroundings) -> str:
    """Why the connected wallet cannot act for the viewer, in words; empty if it can."""
    say, account = scene.say, wallet.account()
    if not scene.viewer.address.startswith("0x"):
        return say("ballot.sign_in_first")
    if account is None:
        return say("ballot.connect_first")
    here = data.community(scene.place).deployment.chain_id
    if account.chain_id != here:
        return say("wallet.wrong_chain", there=account.chain_id, here=here)
    if account.address != scene.viewer.address:
        return say("ballot.other_account", there=account.address, here=scene.viewer.address)
    return ""


def waiting(scene: Surroundings, *kinds: str) -> None:
    """Say where to look while the wallet has such a question open: it may be far up the page, or a window of its own."""
    if any(wallet.pending(kind) for kind in kinds):
        account = wallet.account()
        of_demo = account is not None and account.wallet in {Words(code)("wallet.demo") for code in LANGUAGES}
        st.info(
            scene.say("votes.waiting_demo" if of_demo else "votes.waiting"), icon=":material/account_balance_wallet:"
        )


def transaction(scene: Surroundings, function: str, *arguments: object) -> dict[str, object]:
    """A call of the governor as the viewer's wallet sends it."""
    governor = data.community(scene.place).governor
    call = governor.contract.encode_abi(function, args=list(arguments))
    return {"from": scene.viewer.address, "to": governor.address, "data": call, "value": 0}


def refused(scene: Surroundings, error: ContractRefused) -> str:
    """Why the contract would refuse, in words; its own name for an error no catalogue has."""
    key = f"votes.refused.{error.name}"
    shown_arguments = {name: str(value) for name, value in error.arguments.items()}
    return scene.say(key, **shown_arguments) if scene.say.has(key) else cell(str(error))


def rehearsed(scene: Surroundings, function: str, *arguments: object) -> str:
    """What the contract would say to a call of the viewer's now, in words; empty if it would do it."""
    call = data.community(scene.place).governor.function(function, *arguments)
    try:
        call.call({"from": scene.viewer.address})  # type: ignore[typeddict-item]
    except (ContractCustomError, ContractLogicError) as error:
        return refused(scene, refusal(function, error))
    return ""
