"""How the demo talks: chapters, figures, a table of gas, and bars for what takes long."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from web3.types import TxReceipt


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
