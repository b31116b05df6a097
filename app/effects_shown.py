"""The effects of a proposal on the page: my bill month by month, groups, community; each says how it was worked out."""

from __future__ import annotations

from html import escape

import streamlit as st

from app import effects, shown, whole_effect
from app.effects import CommunityEffect, Effects, MonthEffect, Trial
from app.scene import Surroundings
from app.viewer import Role

FAIRNESS = ("jainPpm", "giniPpm", "minMaxPpm")
CHEAPER, DEARER = "#2c9a58", "#b4552d"


def show(scene: Surroundings, trial: Trial) -> None:
    """The section; for who has no keys, what it would show them."""
    say = scene.say
    role = scene.viewer.role
    of_others = not scene.viewer.member and role not in (Role.PUBLIC, Role.STRANGER)
    st.subheader(say("ballot.effect_of_others" if of_others else "ballot.effect"), anchor=False)
    if trial.empty:
        st.info(say("ballot.no_simulation"), icon=":material/info:")
        return
    if scene.viewer.identity is None:
        why = {Role.PUBLIC: "closed", Role.STRANGER: "stranger"}.get(role, "open_first")
        st.info(say(f"ballot.effect_{why}"), icon=":material/lock:")
        return
    with st.spinner(say("ballot.computing")):
        found = effects.of(scene.place, scene.block, scene.viewer, trial)
    supplier = supplier_price(scene, found)
    if found.mine:
        show_mine(scene, found, supplier)
    elif scene.viewer.member and not found.missing:
        st.info(say("ballot.no_months"), icon=":material/info:")
    for period, reason in found.missing:
        st.caption(f":material/info: {say(f'ballot.missing.{reason}', month=say.month(period))}")
    show_community(scene, found)
    whole_effect.show(scene, trial, supplier)


def supplier_price(scene: Surroundings, found: Effects) -> int:
    """The viewer's supplier's price in µ€/kWh, the pinned answer's if they give none; 0 if there is none."""
    say, asked = scene.say, asked_price(found)
    price = st.number_input(
        say("ballot.supplier"),
        min_value=0.0,
        max_value=2.0,
        value=asked / 10**6 if asked else None,
        step=0.01,
        format="%.4f",
        help=say("ballot.supplier_help"),
        key="supplier-price",
        width=320,
    )
    return round((price or 0) * 10**6)


def asked_price(found: Effects) -> int:
    """The supplier's price that the pinned answers were computed with."""
    return max((one.supplier for one in found.community), default=0)


def show_mine(scene: Surroundings, found: Effects, supplier: int) -> None:
    """What the months would have cost the viewer, as bars and as a table."""
    say, asked = scene.say, asked_price(found)
    costs = [(one, one.now.cost(supplier, 0), one.then.cost(supplier, 0)) for one in found.mine]
    change = sum(then - now for _, now, then in costs)
    way = "less" if change < 0 else "more" if change > 0 else "same"
    receives = change != 0 and all(now <= 0 and then <= 0 for _, now, then in costs)
    if receives:
        way = {"less": "get_more", "more": "get_less"}[way]
    counted = say("ballot.with_supplier" if supplier else "ballot.community_only")
    if supplier and not any(one.now.consumed for one in found.mine):
        counted = ""
    elif supplier and supplier == asked:
        counted = say("ballot.with_asked", price=say.price(asked))
    st.markdown(say.count(f"ballot.would_{way}", len(costs), amount=say.euros(abs(change))) + " " + counted)
    st.html(bars(scene, [(one, then - now) for one, now, then in costs]))
    shown.table(
        [say("ballot.month"), say("ballot.present_rule"), say("ballot.with_new"), say("ballot.difference")],
        [
            (say.month(one.period), say.euros(now), say.euros(then), signed(scene, then - now))
            for one, now, then in costs
        ],
        numbers=[1, 2, 3],
    )
    if any(now < 0 or then < 0 for _, now, then in costs):
        st.caption(say("ballot.minus"))
    bought = [(sum(one.now.bought for one in found.mine), sum(one.then.bought for one in found.mine))]
    sold = [(sum(one.now.sold for one in found.mine), sum(one.then.sold for one in found.mine))]
    for name, ((now, then),) in (("bought", bought), ("sold", sold)):
        if now or then:
            st.markdown(say(f"ballot.{name}", now=say.kwh(now), then=say.kwh(then)))
    confirmed = [one.workers for one in found.mine if one.workers is not None]
    if len(confirmed) == len(found.mine):
        st.caption(f":material/verified: {say('ballot.pinned')} {say.count('ballot.confirmed', min(confirmed))}")
    else:
        producing = any(one.now.produced for one in found.mine)
        st.caption(f":material/calculate: {say('ballot.from_own_producer' if producing else 'ballot.from_own')}")
    if not supplier:
        st.caption(f":orange[:material/warning:] {say('ballot.mind_supplier')}")


def bars(scene: Surroundings, changes: list[tuple[MonthEffect, int]]) -> str:
    """The change of each month as a bar to the left (cheaper) or right (dearer): HTML with its text alternative."""
    say = scene.say
    most = max((abs(cents) for _, cents in changes), default=0) or 1
    rows = []
    for one, cents in changes:
        width = 26 * abs(cents) / most
        side = f"right:50%;background:{CHEAPER}" if cents < 0 else f"left:50%;background:{DEARER}"
        beside = f"right:{51 + width:.1f}%" if cents < 0 else f"left:{51 + width:.1f}%"
        rows.append(
            f'<div style="display:flex;align-items:center;gap:.5rem;height:1.7rem;font-size:.85rem">'
            f'<span style="width:5.5rem">{escape(say.title_month(one.period))}</span>'
            f'<span style="position:relative;flex:1;height:100%;border-left:0">'
            f'<span style="position:absolute;top:.25rem;height:1.2rem;width:{width:.1f}%;border-radius:.2rem;{side}"></span>'
            f'<span style="position:absolute;top:.2rem;white-space:nowrap;{beside}">{escape(signed(scene, cents))}</span>'
            f'<span style="position:absolute;left:50%;top:0;height:100%;border-left:2px solid currentColor"></span>'
            f"</span></div>"
        )
    said = ", ".join(f"{say.month(one.period)} {signed(scene, cents)}" for one, cents in changes)
    alt = escape(say("ballot.bars_alt", months=said), quote=True)
    return f'<div role="img" aria-label="{alt}">{"".join(rows)}</div>'


def signed(scene: Surroundings, cents: int) -> str:
    """Money with its sign."""
    return ("+" if cents > 0 else "") + scene.say.euros(cents)


def show_community(scene: Surroundings, found: Effects) -> None:
    """What the community's groups would have got, and who would have paid less or more."""
    say = scene.say
    if not (found.groups or found.community):
        return
    st.markdown(f"**{say('ballot.community')}**")
    if found.groups:
        totals: dict[int, list[int]] = {}
        for one in found.groups:
            sums = totals.setdefault(one.group, [0, 0, 0])
            for at, value in enumerate((one.consumed, one.now, one.then)):
                sums[at] += value
        shown.table(
            [say("ballot.group"), say("ballot.local_now"), say("ballot.local_then")],
            [
                (scene.names.group(say, group), *(share(scene, part, consumed) for part in (now, then)))
                for group, (consumed, now, then) in sorted(totals.items())
            ],
            numbers=[1, 2],
        )
        st.caption(say("ballot.group_what"))
    if found.community:
        for one in found.community:
            told = {"month": say.title_month(one.period), "price": say.price(one.supplier)}
            st.markdown(say("ballot.shared", now=say.kwh(one.allocated_now), then=say.kwh(one.allocated_then), **told))
            st.markdown(say("ballot.winners", winners=one.winners, losers=one.losers, **told))
        show_fairness(scene, found.community[-1])
    elif found.mine:
        st.caption(f":material/info: {say('ballot.winners_unknown')}")


def show_fairness(scene: Surroundings, one: CommunityEffect) -> None:
    """How evenly local energy covers what each consumes, in the newest month that an answer was pinned for."""
    say = scene.say
    shown.table(
        [say("ballot.fairness_of", month=say.month(one.period)), say("ballot.present_rule"), say("ballot.with_new")],
        [
            (say(f"ballot.fairness.{name}"), *(say.number(side[name] / 10**6, 3) for side in (now, then)))
            for now, then in [(one.fairness_now, one.fairness_then)]
            for name in FAIRNESS
        ],
        numbers=[1, 2],
    )


def share(scene: Surroundings, part: int, whole: int) -> str:
    """Energy and what share of the consumption it is."""
    ppm = part * 10**6 // whole if whole else 0
    return f"{scene.say.kwh(part)} ({scene.say.percent(ppm, 0)})"
