"""The curve section of a page: days or half-hours, as a chart, as a table, as a file."""

from __future__ import annotations

import streamlit as st

from app import charts, frames, shown
from app.frames import Series
from app.scene import Scene

FINE = {"week": 7, "day": 1}
"""The views in half-hours, and how many days they show."""


def show(scene: Scene, series: Series, key: str, file_name: str, alt: str) -> None:
    """Show a curve with its choice of grain; `key` tells several on one page apart."""
    say, days = scene.say, frames.days(series)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        grain = st.segmented_control(
            say("chart.grain"),
            ["month", *FINE],
            format_func=lambda name: say(f"chart.grain_{name}"),
            default="month",
            required=True,
            key=f"{key}-grain",
        )
        number = FINE.get(grain or "month", 0)
        first = days[0]
        if number:
            chosen = st.selectbox(
                say("chart.first_day" if number > 1 else "chart.the_day"),
                days[: len(days) - number + 1],
                format_func=scene.day,
                index=min((len(days) - number) // 2, len(days) - 1),
                key=f"{key}-day",
                width=220,
            )
            first = chosen or first
    frame = frames.steps(series, first, number, say) if number else frames.daily(series, say)
    st.echarts_chart(
        charts.curve(frame, series.parts, fine=bool(number), week=number > 1), height=360, alt=alt, key=f"{key}-chart"
    )
    extra = next((part for part in ("sold", "surplus") if part in series.parts), "nothing")
    below = extra if "local" in series.parts else "only"
    st.caption(say(f"chart.below_{below}"))
    with st.expander(say("chart.table"), icon=":material/table:"):
        st.dataframe(frame, hide_index=True, alt=alt, height="auto" if number else 300)
        shown.download(say("chart.csv"), frames.csv(series), f"{file_name}.csv", "text/csv", key=f"{key}-csv")
