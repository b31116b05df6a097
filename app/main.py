"""The app's entry point: language, who is looking, which month; then the page.

    DAISEE_CONFIG=daisee.toml streamlit run app/server.py

`DAISEE_PERSONAS` names a folder of identity files for the demo wallet, on a local chain only.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import data, hosting, names, opening, session, troubles, viewer, wallet
from app.data import Place
from app.scene import Surroundings, look
from app.viewer import Role
from app.words import LANGUAGES, Words, preferred
from offchain_worker.cli import settings
from offchain_worker.cli.session import period_label

PAGES = {
    "community": ":material/groups:",
    "period": ":material/timeline:",
    "bill": ":material/receipt_long:",
    "audit": ":material/fact_check:",
}
# Pages that need no month.
VOTE_PAGES = {
    "proposals": ":material/how_to_vote:",
    "ballot": ":material/ballot:",
    "propose": ":material/add_circle:",
    "results": ":material/task_alt:",
    "proxies": ":material/handshake:",
}
# A file of ours: an icon by name would be fetched from somebody else's server, who would learn of each visit.
ICON = Path(__file__).with_name("icon.svg")
STYLE = """
<style>
.stMainBlockContainer { max-width: 68rem; padding-top: 4.5rem; padding-bottom: 3rem; }
[data-testid="stMetricValue"] { font-size: 1.6rem; }
.stMarkdown table { width: 100%; font-variant-numeric: tabular-nums; }
.stMarkdown td { overflow-wrap: anywhere; }
@media (min-width: 481px) { .stMarkdown td:first-child { overflow-wrap: break-word; } }
.st-key-phone-pages { display: none; }
.st-key-phone-pages a > span:first-child { display: none; }
@media (max-width: 768px) { .st-key-phone-pages { display: flex; } }
.stMarkdown td[style*="right"] { white-space: nowrap; }
@media (max-width: 480px) {
  .stMainBlockContainer { padding-left: .8rem; padding-right: .8rem; }
  h1 { font-size: 1.9rem !important; }
  .stMarkdown td, .stMarkdown th { padding: .35rem .3rem; font-size: .84rem; }
  .stMarkdown th { font-size: .78rem; }
}
</style>
"""


def choose_language() -> Words:
    """The language: chosen, in the address, or the browser's."""
    default = preferred(st.context.locale)
    chosen = st.segmented_control(
        "Langue / Language",
        list(LANGUAGES),
        format_func=lambda code: LANGUAGES[code],
        default=default,
        key="lang",
        bind="query-params",
        label_visibility="collapsed",
        required=True,
    )
    return Words(chosen or default)


def choose_period(say: Words, place: Place, block: data.BlockStamp) -> int | None:
    """Which month; the newest if nothing is chosen. None while there is none."""
    labels = {period_label(period): period for period in data.periods(place, block)}
    if not labels:
        return None
    chosen = st.selectbox(
        say("frame.choose_period"), list(labels), format_func=lambda label: say.month(labels[label]), key="period"
    )
    return labels[chosen] if chosen else None


def set_scene(say: Words, of_month: bool) -> Surroundings | None:
    """The scene of this run, of a month if the page is `of_month`; None where there is nothing to look at yet."""
    found = settings.load({})
    place = Place.of(found)
    community = data.community(place)
    block = community.connection.stamp()
    signed_in = session.current()
    configured = None if hosting.served() else found.identity
    who = viewer.meet(community, signed_in, configured, block.number)
    named = signed_in is not None and who.role is not Role.STRANGER
    wallet.mount(say, community.deployment.chain_id, viewer.role_name(say, who) if named else "")
    if signed_in is not None and signed_in.reading_key is None:
        opening.offer(say, community, signed_in, who, block.number)
    known, period = names.read(place.deployment), None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if of_month:
            with st.container(width=150):
                period = choose_period(say, place, block)
        if signed_in is not None and signed_in.reading_key is not None:
            opening.told(say)
    if not of_month:
        return Surroundings(say, known, place, block, who)
    if period is None:
        st.info(say("frame.no_period"))
        return None
    return look(say, known, place, block, who, data.PeriodId(period))


def main() -> None:
    """Run the app once, as Streamlit does for every action."""
    st.set_page_config(page_title="DAISEE", page_icon=str(ICON), layout="wide")
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown("**:material/solar_power: DAISEE**", width="content")
        say = choose_language()
    # Streamlit's shell says English whatever the page says; screen readers need to know.
    st.html(f"<script>document.documentElement.lang = '{say.language}'</script>", unsafe_allow_javascript=True)
    pages = {
        name: st.Page(f"views/{name}.py", title=say(f"frame.{name}"), icon=icon, default=name == "community")
        for name, icon in (PAGES | VOTE_PAGES).items()
    }
    sections = {
        say("frame.section_month"): [pages[name] for name in PAGES],
        say("frame.section_votes"): [pages[name] for name in VOTE_PAGES],
    }
    page = st.navigation(sections, position="top")
    # Streamlit folds the navigation into a corner on a phone; there, the pages are listed in plain sight as well.
    with st.container(horizontal=True, gap="xsmall", key="phone-pages"):
        for name, one in pages.items():
            st.page_link(one, label=say(f"frame.{name}_short"), width="content")
    with troubles.told(say):
        scene = set_scene(say, of_month=page.url_path not in VOTE_PAGES)
        if scene is not None:
            st.session_state["scene"] = scene
            page.run()
            st.caption(say("frame.read_at", block=say.number(scene.block.number)))


main()
