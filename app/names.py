"""What the community calls its groups and plants: an optional page of names, since the chain holds numbers only.

The page is the file `DAISEE_NAMES` points to, else `names.json` beside the deployment file.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.words import Words
from offchain_worker.cli.settings import SettingsInvalid


class Names(BaseModel):
    """`daisee.names/1`: the community's name, and names by language (`fr`, `en`) of groups and points."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: str = Field(default="daisee.names/1", alias="schema", pattern="^daisee\\.names/1$")
    community: str = ""
    groups: dict[int, dict[str, str]] = Field(default_factory=dict)
    points: dict[int, dict[str, str]] = Field(default_factory=dict)

    def group(self, say: Words, number: int) -> str:
        """A group's name, or its number."""
        return self.groups.get(number, {}).get(say.language) or say("common.group", number=number)

    def producer(self, say: Words, point: int, source: str) -> str:
        """A production point's name, or what it makes energy from and its number."""
        named = self.points.get(point, {}).get(say.language)
        return named or say("common.plant", source=say(f"common.source.{source}"), point=point)

    def known_groups(self, language: str) -> dict[int, str]:
        """The groups' names of one language."""
        return {number: names[language] for number, names in self.groups.items() if language in names}


def read(deployment: Path) -> Names:
    """The names that go with a deployment; none if there is no page. Raises SettingsInvalid naming the file."""
    named = os.environ.get("DAISEE_NAMES")
    path = Path(named) if named else deployment.parent / "names.json"
    if not path.is_file() and not named:
        return Names()
    try:
        return Names.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SettingsInvalid(f"{path}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsInvalid(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
