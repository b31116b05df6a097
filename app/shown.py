"""Pieces several pages are made of: tables that screen readers can read, tiles, hashes, why something is closed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

import streamlit as st

from app.scene import Scene
from app.troubles import tell
from app.written import cell

TILE_PIXELS, TILES_A_ROW = 160, 4
INK = {"light": ("#1d2521", "#ffffff"), "dark": ("#e8ece9", "#14181a")}
"""Text and page colours of `.streamlit/config.toml`, for charts, which do not know the theme."""


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> None:
    """A plain table of at most four columns; `numbers` are the columns to align right."""
    if len(headers) > 4:
        raise ValueError(f"{len(headers)} columns do not fit a phone")
    lines = [[cell(text) for text in headers], ["---:" if at in numbers else ":---" for at in range(len(headers))]]
    lines += [[cell(text) for text in row] for row in rows]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def tiles(figures: Iterable[tuple[str, str, str]]) -> None:
    """Figures as tiles that wrap: label, value, and one line that says what it is."""
    with st.grid(TILES_A_ROW, min_column_width=TILE_PIXELS, gap="small", row_height="content"):
        for label, value, what in figures:
            with st.container(border=True, height="stretch", gap="xxsmall"):
                st.metric(label, value)
                st.caption(what)


def ink() -> tuple[str, str]:
    """The colours of text and page as they are shown."""
    return INK.get(st.context.theme.type or "light", INK["light"])


def hashes(rows: Iterable[tuple[str, str]]) -> None:
    """Hashes in full, each under what it is, to be copied."""
    for name, value in rows:
        st.caption(name)
        st.code(value, language=None, wrap_lines=True)


def download(label: str, data: str | bytes, name: str, kind: str, key: str | None = None) -> None:
    """
    A button that saves a file of the media type `kind`. Streamlit serves it, to any browser, at an address it makes of
    what is in the file, its type and its name; the type carries a secret of this browser tab's, so that nobody finds
    the file of a neighbour by guessing what may be in it.
    """
    mark = st.session_state.setdefault("download_mark", secrets.token_hex(16))
    typed = f"{kind}; mark={mark}"
    st.download_button(label, data, name, typed, icon=":material/download:", on_click="ignore", key=key)


def closed(scene: Scene, key: str) -> None:
    """Say that this is for others, or what keeps it from the viewer; `key` is the sentence for the public."""
    if scene.viewer.identity is None and scene.viewer.member:
        key = "signin.open_first"
    if scene.trouble is not None and scene.viewer.member:
        tell(scene.say, scene.trouble)
    else:
        st.info(scene.say(key), icon=":material/lock:")


def state_badge(scene: Scene) -> None:
    """Where the period stands, with its colour and icon."""
    colours = {"settled": "green", "reported": "blue", "checked": "blue", "rejected": "red"}
    icons = {"settled": "check_circle", "rejected": "cancel"}
    colour = colours.get(scene.state, "gray")
    icon = icons.get(scene.state, "pending")
    st.badge(scene.say(f"state.{scene.state}"), icon=f":material/{icon}:", color=colour)  # type: ignore[arg-type]
