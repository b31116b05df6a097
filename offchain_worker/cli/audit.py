"""`daisee audit PERIOD`: a line per check; exit 1 on any difference."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Annotated

import typer

from offchain_worker import audit as audits
from offchain_worker.audit.checks import Check, Level

from . import output
from .session import PeriodArgument, Session, period_id, period_label
from .settings import JsonOption


def audit(
    context: typer.Context,
    period: Annotated[str, PeriodArgument],
    level: Annotated[Level, typer.Option("--level", help="How deep; member and full need --as")] = Level.PUBLIC,
    operator_allocation: Annotated[
        str | None,
        typer.Option(
            "--operator-allocation", help="Compare with the operator's results (`daisee coefficients import`)"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a period from chain and store alone."""
    session = Session.of(context)
    chosen = period_id(period)
    if operator_allocation is not None and not re.fullmatch(r"0x[0-9a-f]{64}", operator_allocation):
        raise typer.BadParameter(f"{operator_allocation!r} is not a digest: 0x and 64 hexadecimal digits")
    operator = bytes.fromhex(operator_allocation[2:]) if operator_allocation else None
    identity = None if level is Level.PUBLIC else session.identity
    with output.progress() as bar:
        checking = bar.add_task(f"auditing {period_label(chosen)}", total=None)

        def tell(check: Check) -> None:
            bar.update(checking, advance=1, description=check.title)

        protocol = audits.run(session.community, session.store, chosen, level, identity, tell, operator)

    def show(_: object) -> None:
        for check in protocol.checks:
            mark = "ok  " if check.passed else "FAIL"
            tail = f" ({check.detail})" if check.detail else ""
            output.results.print(f"{mark} [{check.code}] {check.title}{tail}", markup=False, soft_wrap=True)
        failed = sum(not check.passed for check in protocol.checks)
        summary = "all checks pass" if protocol.passed else f"{failed} of {len(protocol.checks)} checks FAIL"
        output.results.print(f"audit: {summary}")

    result = {
        "period": period_label(chosen),
        "level": level.value,
        "passed": protocol.passed,
        "checks": [asdict(check) for check in protocol.checks],
    }
    output.emit(result, as_json, show)
    if not protocol.passed:
        raise typer.Exit(1)
