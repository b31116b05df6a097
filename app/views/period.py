"""A period's life on the chain: what happened when, who attested it, what the report seals, how good the data was."""

from __future__ import annotations

import streamlit as st

from app import shown
from app.scene import Scene, current
from app.written import short
from offchain_worker.domain.task import Verdict

STAGES = ("created", "data", "checked", "reported", "window", "settled")
HASHES = ("steps_root", "bills_root", "net_hash", "result_digest", "steps_digest")


def show_stage(scene: Scene, name: str) -> None:
    """One stage of the timeline: whether it is behind us, when, by which transaction."""
    say, events = scene.say, scene.records.events
    event = events.get(name)
    over = event is not None or (name == "window" and window_over(scene))
    icon = ":green[:material/check_circle:]" if over else ":gray[:material/radio_button_unchecked:]"
    with st.container(border=True, gap="xsmall", height="stretch"):
        st.markdown(f"{icon} **{say(f'period.{name}')}**")
        st.markdown(sentence(scene, name))
        if event is not None:
            when = say.moment(event.timestamp, scene.zone)
            st.caption(say("period.spent", when=when, block=say.number(event.block), gas=say.number(event.gas)))


def window_over(scene: Scene) -> bool:
    """Whether the time to challenge the report is over."""
    record = scene.records.record
    return bool(record.window_end) and scene.block.timestamp > record.window_end


def sentence(scene: Scene, name: str) -> str:
    """What a stage means for this period, in one sentence."""
    say, records = scene.say, scene.records
    told: dict[str, object] = {"month": say.month(scene.period)}
    if name == "data" and records.datasets:
        how = "period.relayed" if records.period.relayed else "period.published"
        told |= {"how": say(how), "version": records.period.version, "columns": records.period.columns}
    elif name == "checked" and records.verdict:
        told |= {"verdict": say(f"period.verdict_{Verdict(records.verdict.verdict).name.lower()}")}
        told |= {"n": signers(scene, "conformity"), "quorum": records.quorum}
    elif name == "reported" and records.accepted:
        told |= {"n": signers(scene, "settlement"), "debit": say.euros(records.accepted.report.debit)}
    elif name == "window" and records.record.window_end:
        told["end"] = say.moment(records.record.window_end, scene.zone)
    elif name == "settled" and records.settled:
        told["moved"] = say.euros(sum(cents for cents in records.settled.net_cents if cents > 0))
    elif name != "created":
        return say(f"period.{name}_not_yet")
    return say(f"period.{name}_what", **told)


def signers(scene: Scene, task: str) -> int:
    """How many workers signed a task's report."""
    found = getattr(scene.records, f"{task}_attestation")
    return len(found.signers) if found is not None else 0


def show_attesters(scene: Scene) -> None:
    """Which workers signed which report."""
    say, records = scene.say, scene.records
    st.subheader(say("period.attesters"), anchor=False)
    st.markdown(say("period.attesters_what", quorum=records.quorum, n=sum(worker.active for worker in records.workers)))
    attested = (records.conformity_attestation, records.settlement_attestation)

    def marks(index: int) -> list[str]:
        return [say("period.signed") if found is not None and index in found.signers else "–" for found in attested]

    shown.table(
        [say("period.worker"), say("period.address"), say("period.checked_short"), say("period.reported_short")],
        [
            (say("period.worker_number", n=worker.index + 1), short(worker.address), *marks(worker.index))
            for worker in records.workers
        ],
    )
    st.caption(say("period.attesters_note"))


def show_hashes(scene: Scene) -> None:
    """What the report's hashes seal, and the transactions, in full."""
    say, records = scene.say, scene.records
    st.subheader(say("period.hashes"), anchor=False)
    st.markdown(say("period.hashes_what"))
    if records.accepted is None:
        st.info(say("period.reported_not_yet"))
    else:
        report = records.accepted.report
        named = [(name, getattr(report, name)) for name in HASHES]
        named.insert(0, ("readings_root", records.period.readings_root))
        shown.table(
            [say("period.hash"), say("period.seals")],
            [(short("0x" + value.hex()), say(f"period.{name}")) for name, value in named],
        )
        with st.expander(say("period.in_full"), icon=":material/tag:"):
            listed = [("report_hash", records.record.report_hash), ("rules_hash", records.period.rules_hash), *named]
            shown.hashes((say(f"period.{name}"), "0x" + value.hex()) for name, value in listed)
    with st.expander(say("period.transactions"), icon=":material/receipt:"):
        shown.hashes((say(f"period.{name}"), event.transaction) for name, event in records.events.items())


def show_findings(scene: Scene) -> None:
    """How good the readings were: of one's own columns, or of all for who reads all."""
    say, reader = scene.say, scene.reader
    st.subheader(say("period.findings"), anchor=False)
    if reader is None or scene.records.verdict is None:
        shown.closed(scene, "period.findings_closed")
        return
    columns = range(scene.records.period.columns) if reader.reads_all else scene.records.columns_of(scene.viewer.member)
    documents = [reader.findings(column) for column in columns]
    totals = {name: sum(document[name] for document in documents) for name in ("measured", "estimated", "missing")}
    if repaired := sum(document["repaired"] for document in documents):
        totals["repaired"] = repaired
    shown.tiles(
        (say(f"quality.{name}"), say.number(number), say(f"quality.{name}_what")) for name, number in totals.items()
    )
    remarks = [(document["column"], finding) for document in documents for finding in document["findings"]]
    if not remarks:
        st.success(say("period.findings_none"), icon=":material/check:")
        return
    st.markdown(say.count("period.findings_some", len(remarks)))
    shown.table(
        [say("period.where"), say("period.what"), say("period.when"), say("period.steps")],
        [
            (
                scene.column(column),
                finding_words(scene, finding),
                when(scene, finding),
                say.number(finding["count"]),
            )
            for column, finding in remarks
        ],
        numbers=[3],
    )
    for code in dict.fromkeys(finding["code"] for _, finding in remarks if say.has(f"findings.{finding['code']}")):
        st.caption(f"**{say(f'findings.{code}')}**: {say(f'findings_do.{code}')}")


def finding_words(scene: Scene, finding: dict[str, str]) -> str:
    """A finding in words: its code's, or its own message for a code of a newer worker."""
    key = f"findings.{finding['code']}"
    return scene.say(key) if scene.say.has(key) else finding["message"]


def when(scene: Scene, finding: dict[str, int]) -> str:
    """The local day a finding begins, if it has a place in time."""
    return scene.say.date(finding["start"], scene.zone) if finding["end"] else "–"


def show(scene: Scene) -> None:
    """The page."""
    say = scene.say
    st.title(say("period.title", month=say.title_month(scene.period)), anchor=False)
    shown.state_badge(scene)
    st.markdown(say("period.lead"))
    with st.grid(min_column_width=300, row_height="content"):
        for name in STAGES:
            show_stage(scene, name)
    show_attesters(scene)
    show_hashes(scene)
    show_findings(scene)


show(current())
