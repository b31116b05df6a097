// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {ICommunityRegistry} from "../interfaces/ICommunityRegistry.sol";
import {GovernorBallots} from "./governor/GovernorBallots.sol";
import {GovernorMajorities} from "./governor/GovernorMajorities.sol";
import {GovernorProxies} from "./governor/GovernorProxies.sol";

/**
 * The community's votes; see `IKeyGovernor` for what it guarantees.
 *
 * Delay, period and extension are immutable: a vote that could stretch them could end all later votes. A proposal names
 * its proposer at the end of its description, as OpenZeppelin's optional `#proposer=0x…` does: as the id is a hash of
 * the description, nobody can take it by proposing the same thing first, and cancel it.
 */
contract KeyGovernor is GovernorProxies {
    /// `#proposer=` and an address.
    uint256 private constant SUFFIX = 52;
    uint256 private constant ADDRESS = 42;

    uint48 private immutable _votingDelay;
    uint32 private immutable _votingPeriod;

    constructor(
        ICommunityRegistry registry_,
        Settings memory settings,
        CallMajority[] memory majorities
    )
        GovernorBallots(registry_)
        GovernorProxies(settings.maximumProxies)
        GovernorMajorities(settings.quorumPpm, settings.lateQuorumExtension, majorities)
    {
        if (settings.votingDelay == 0) revert KeyGovernorDelayZero();
        if (settings.votingPeriod == 0) revert GovernorInvalidVotingPeriod(0);
        if (settings.lateQuorumExtension > settings.votingPeriod) {
            revert KeyGovernorExtensionTooLong(settings.lateQuorumExtension, settings.votingPeriod);
        }
        _votingDelay = settings.votingDelay;
        _votingPeriod = settings.votingPeriod;
    }

    /// OpenZeppelin's name for the vote source, where governance tools look for it.
    function token() external view override returns (ICommunityRegistry) {
        return registry;
    }

    function votingDelay() public view override returns (uint256) {
        return _votingDelay;
    }

    function votingPeriod() public view override returns (uint256) {
        return _votingPeriod;
    }

    /// One vote: being a member who votes.
    function proposalThreshold() public pure override returns (uint256) {
        return 1;
    }

    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    // solhint-disable-next-line func-name-mixedcase
    function COUNTING_MODE() public pure override returns (string memory) {
        return "support=bravo&quorum=for,abstain";
    }

    /// OpenZeppelin lets a description without a suffix pass, for anybody; here it must be there, and the proposer's.
    function _isValidDescriptionForProposer(
        address proposer,
        string memory description
    ) internal pure override returns (bool) {
        uint256 length = bytes(description).length;
        if (length < SUFFIX) return false;
        bytes memory marker = Bytes.slice(bytes(description), length - SUFFIX, length - ADDRESS);
        if (keccak256(marker) != keccak256("#proposer=")) return false;
        (bool isAddress, address named) = Strings.tryParseAddress(description, length - ADDRESS, length);
        return isAddress && named == proposer;
    }
}
