"""Every figure of `docs/explain/arithmetic.md` is what the engine computes from `docs/examples/half-hour`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from offchain_worker.cli import main
from tests.docs.pages import DOCS

EXAMPLE = DOCS / "examples" / "half-hour"
PAGE = (DOCS / "explain" / "arithmetic.md").read_text(encoding="utf-8")
MEMBERS = {0: "community", 1: "mill", 2: "spa", 3: "dairy", 4: "hydro"}


def test_arithmetic__worked_by_hand__is_what_the_engine_computes(tmp_path: Path) -> None:
    options = [f"--{name}={EXAMPLE / name}.json" for name in ("key", "roster", "tariff")]
    arguments = ["allocate", f"--curves={EXAMPLE / 'curves.csv'}", *options, f"--out={tmp_path}", "--json"]
    result = CliRunner().invoke(main.app, arguments)
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert (summary["produced"], summary["allocated"], summary["surplus"]) == (600_000_000, 599_999_999, 1)
    for meter in summary["meters"]:
        assert f"{meter['allocated']:,}" in PAGE
    for invoice in json.loads((tmp_path / "invoices.json").read_text(encoding="utf-8"))["invoices"]:
        parties = f"{MEMBERS[invoice['issuer']]} → {MEMBERS[invoice['receiver']]}"
        for line in invoice["lines"]:
            cents = f"{int(line['cents']):,}"
            if line["kind"] == "vat":
                base = f"{int(line['base']):,}"
                assert re.search(rf"\| VAT 20 % \| of {base} = [\d.]+ \| {cents} \|", PAGE), (parties, line)
            else:
                product = f"{int(line['energy']):,} × {int(line['price']):,}"
                assert re.search(rf"\| {parties} \| {line['kind']} \| {product} = \S+.* \| {cents} \|", PAGE), line
    assert summary["net_cents"] == [339, -6000, -1400, 821, 6240]
    assert summary["debit_cents"] == 8552
