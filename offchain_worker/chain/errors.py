"""What can go wrong between us and the chain."""

from __future__ import annotations

from offchain_worker.domain.errors import DaiseeError


class ChainUnavailable(DaiseeError):
    """The node did not answer, even after retries: try again later."""


class BlockGone(ChainUnavailable):
    """The node has no such block (any more): its chain was reorganised, or it lags behind; reading anew helps."""


class FeeTooHigh(DaiseeError):
    """Gas costs more than the sender may pay: try again when it is cheaper."""


class ContractRefused(DaiseeError):
    """A contract refused a call with one of its errors.

    `name` is the error's name in the contract (`RegistryNotMember`), `arguments` what it carries.
    """

    def __init__(self, call: str, name: str, arguments: dict[str, object]) -> None:
        self.call = call
        self.name = name
        self.arguments = arguments
        carried = ", ".join(f"{key}={value}" for key, value in arguments.items())
        super().__init__(f"{call}: the contract refused with {name}({carried})")


class DeploymentInvalid(DaiseeError):
    """The deployment file does not fit the chain or cannot be read."""


class RulesUnknown(DaiseeError):
    """The chain names a rule by a hash whose document no event carries."""
