"""An A4 sheet of ours: margins, embedded fonts, headings, tables, a footer with the document's number and its pages.

The fonts (`fonts/`, free to redistribute) cover Latin, Greek and Cyrillic names. Nothing of the machine goes in: no
clock, no user name, no system font.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import cast

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from .words import WORDS

FONT = "DejaVuSansCondensed"
LEFT, WIDTH = 18.0, 174.0
INK, SOFT, LINE, LOCAL, GRID = (28, 32, 38), (105, 112, 122), (208, 212, 218), (35, 120, 82), (214, 219, 226)
WARNING = (166, 76, 0)


class Sheet(FPDF):
    """An A4 page of ours: margins, fonts, a footer with the number of the document and the page of how many.

    A file holds documents one after the other, and each counts its own pages: `lengths` are what the footers say they
    have, `counted` what they turned out to have.
    """

    def __init__(self, lang: str, title: str, author: str, issued_on: str, lengths: list[int]) -> None:
        super().__init__(format="A4")
        self.say, self.lang, self.foot = WORDS[lang], lang, ""
        self.lengths, self.firsts = lengths, list[int]()
        for style, suffix in (("", ""), ("B", "-Bold")):
            with as_file(files("offchain_worker.billing").joinpath("fonts", f"{FONT}{suffix}.ttf")) as path:
                self.add_font(FONT, style, path)
        self.set_margins(LEFT, 16, LEFT)
        self.set_auto_page_break(True, 22)
        self.c_margin = 0
        self.set_title(title)
        self.set_author(author)
        self.set_lang(lang)
        self.set_creation_date(datetime.fromisoformat(issued_on).replace(tzinfo=UTC))

    def begin(self, foot: str) -> None:
        """Start a document on a page of its own; `foot` names it under each of its pages."""
        self.add_page()
        self.foot = foot
        self.firsts.append(self.page_no())

    @property
    def counted(self) -> list[int]:
        """The pages of each document drawn so far."""
        ends = [*self.firsts[1:], self.page_no() + 1]
        return [end - first for first, end in zip(self.firsts, ends, strict=True)]

    def footer(self) -> None:
        self.set_y(-14)
        page, pages = self.page_no() - self.firsts[-1] + 1, self.lengths[len(self.firsts) - 1]
        self.write_text(f"{self.foot}    {self.say['page']} {page}/{pages}", 7.5, color=SOFT, align="C")

    def write_text(
        self, text: str, size: float = 9, bold: bool = False, color: Sequence[int] = INK, align: str = "L"
    ) -> None:
        """A paragraph over the whole width."""
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(*color)
        self.set_x(LEFT)
        self.multi_cell(WIDTH, size * 0.48, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def heading(self, text: str) -> None:
        """A section's heading with a line under it."""
        if self.get_y() > 262:
            self.add_page()
        self.ln(3.5)
        self.write_text(text, 10, bold=True)
        self.ln(0.8)
        self.rule()

    def rule(self) -> None:
        """A thin line."""
        self.set_draw_color(*LINE)
        self.line(LEFT, self.get_y(), LEFT + WIDTH, self.get_y())
        self.ln(1.2)

    def row(
        self, cells: Sequence[str], widths: Sequence[float], size: float = 8.5, bold: bool = False, soft: bool = False
    ) -> None:
        """One line of a table: the first cell may wrap, the others are figures at the right."""
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(*(SOFT if soft else INK))
        height = 4.6 * max(
            1, len(cast("list[str]", self.multi_cell(widths[0], 4.6, cells[0], dry_run=True, output="LINES")))
        )
        if self.get_y() + height > self.page_break_trigger:
            self.add_page()
        top = self.get_y()
        x = LEFT + widths[0]
        for cell, width in zip(cells[1:], widths[1:], strict=True):
            self.set_xy(x, top)
            self.cell(width, 4.6, cell, align="R")
            x += width
        self.set_xy(LEFT, top)
        self.multi_cell(widths[0], 4.6, cells[0], align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def block(self, x: float, width: float, title: str, lines: Sequence[str]) -> float:
        """A small block of lines under a soft title; returns where it ends."""
        top = self.get_y()
        self.set_xy(x, top)
        self.set_font(FONT, "", 7.5)
        self.set_text_color(*SOFT)
        self.multi_cell(width, 4, title, new_x=XPos.LEFT, new_y=YPos.NEXT)
        for at, line in enumerate(lines):
            self.set_font(FONT, "B" if at == 0 else "", 9)
            self.set_text_color(*INK)
            self.multi_cell(width, 4.5, line, align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)
        bottom = self.get_y()
        self.set_xy(LEFT, top)
        return bottom
