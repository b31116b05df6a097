"""All golden vectors by the name of their file.

`python -m tests.domain.vectors` writes the files anew; a difference in git then shows what changed.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.domain import key_vectors, period_vectors, rule_vectors, tariff_vectors

FOLDER = Path(__file__).resolve().parent.parent / "vectors"
VECTORS = {
    "key": key_vectors.key_vectors,
    "tariff": tariff_vectors.tariff_vectors,
    "conformity": rule_vectors.conformity_vectors,
    "rules": rule_vectors.rules_vectors,
    "roster": rule_vectors.roster_vectors,
    "task": period_vectors.task_vectors,
    "report": period_vectors.report_vectors,
    "attestation": period_vectors.attestation_vectors,
    "readings": period_vectors.readings_vectors,
    "state": period_vectors.state_vectors,
    "bill": period_vectors.bill_vectors,
    "net": period_vectors.net_vectors,
    "merkle": period_vectors.merkle_vectors,
}


def text_of(name: str) -> str:
    """The text of a vector file."""
    return json.dumps(VECTORS[name](), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in VECTORS:
        (FOLDER / f"{each}.json").write_text(text_of(each), "utf-8")
        print(f"tests/vectors/{each}.json")
