"""How the demo talks: chapters, figures, a table of gas, and bars for what takes long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from rich.console import Console
from rich.progress import track
from rich.table import Table
from web3.types import TxReceipt

T = TypeVar("T")


@dataclass
class Voice:
    """Tells the story on stdout and adds up the gas of each step."""

    console: Console = field(default_factory=lambda: Console(highlight=False))
    gas: dict[str, list[int]] = field(default_factory=dict)

    def chapter(self, title: str) -> None:
        """A new part of the story."""
        self.console.print(f"\n[bold]{title}[/bold]")

    def say(self, text: str) -> None:
        """One line of the story."""
        self.console.print(f"  {text}", markup=False, soft_wrap=True)

    def each(self, things: Iterable[T], what: str) -> Iterable[T]:
        """Go through things behind a progress bar (none where nobody looks)."""
        silent = not self.console.is_terminal
        return track(list(things), f"  {what}", console=self.console, transient=True, disable=silent)

    def spent(self, step: str, receipt: TxReceipt | None) -> None:
        """Note the gas of a transaction under its step."""
        if receipt is not None:
            self.gas.setdefault(step, []).append(int(receipt["gasUsed"]))

    def gas_table(self) -> None:
        """What each step cost on the chain."""
        table = Table(title="Gas per step", title_justify="left")
        table.add_column("step")
        table.add_column("transactions", justify="right")
        table.add_column("gas each", justify="right")
        table.add_column("gas in all", justify="right")
        for step, amounts in self.gas.items():
            table.add_row(step, str(len(amounts)), f"{sum(amounts) // len(amounts):,}", f"{sum(amounts):,}")
        self.console.print(table)
