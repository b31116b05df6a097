"""Figures and tables as commands write them for people: no id and no figure is cut on a narrow terminal."""

from __future__ import annotations

from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of text with the cells of each column under each other; the first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def kwh(micro_kwh: int) -> str:
    """kWh with three decimals, cut off."""
    return f"{micro_kwh // 10**6}.{micro_kwh % 10**6 // 1000:03d}"


def percent(ppm: int) -> str:
    """Percent with one decimal, cut off."""
    return f"{ppm // 10**4}.{ppm % 10**4 // 1000} %"
