// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICommunityRegistry} from "./ICommunityRegistry.sol";

/**
 * Where the members decide: OpenZeppelin's Governor, one member one vote, executor of everything the community rules.
 *
 * A proposal's snapshot is taken `votingDelay` after it was made. Who is a member then has one vote, by member index:
 * replacing a wallet neither adds a vote nor takes one away.
 *
 * The governor guarantees:
 *
 * G1. Only a member proposes.
 * G2. A member at the snapshot has one vote on a proposal, whatever wallet casts it, and casts it once.
 * G3. Who was enrolled after the snapshot, had left by then, or is nobody, has no vote.
 * G4. A proposal passes when more members vote for than against and those for and abstaining are the quorum: `quorumPpm`
 *     of the members at the snapshot, rounded up.
 * G5. Delay, period and quorum are fixed at deployment; no vote can change the terms of another.
 * G6. What passed is executed once, by anyone, exactly as it was proposed.
 */
interface IKeyGovernor {
    /// @notice The quorum is a share: more than 0, at most 1,000,000 ppm.
    error KeyGovernorQuorumInvalid(uint256 quorumPpm);
    /// @notice The account was no member at the proposal's snapshot.
    error KeyGovernorNotMember(address account, uint256 snapshot);

    /// @notice Who the members are.
    function registry() external view returns (ICommunityRegistry);

    /// @notice Share of the members that must vote for or abstain.
    function quorumPpm() external view returns (uint256);

    /// @notice The votes cast on a proposal so far.
    function proposalVotes(
        uint256 proposalId
    ) external view returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes);
}
