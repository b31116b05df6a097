// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ICommunityRegistry} from "../interfaces/ICommunityRegistry.sol";
import {IKeyGovernor} from "../interfaces/IKeyGovernor.sol";
import {MemberIndex} from "./Types.sol";

/**
 * The community's votes; see `IKeyGovernor` for what it guarantees.
 *
 * Ballots are two bits a member, packed: the first word of a proposal holds the three counters and the ballots of
 * members 1 to 103, so that in most communities a ballot is one storage write; each further word holds 128 members.
 *
 *     word 0   against 16 | for 16 | abstain 16 | member 103 … member 1 | (member 0, unused)     2 bits a member
 *     word n   member 104 + 128·n − 1 … member 104 + 128·(n − 1)
 *
 * Settings are immutable: a vote that could stretch the delay or raise a threshold could end all later votes.
 */
contract KeyGovernor is Governor, IKeyGovernor {
    /// In the order governance tools know.
    enum VoteType {
        Against,
        For,
        Abstain
    }

    uint256 private constant PPM = 1_000_000;
    uint256 private constant FIRST_WORD = 104;
    uint256 private constant OTHER_WORDS = 128;
    uint256 private constant TALLY_SHIFT = 2 * FIRST_WORD;

    ICommunityRegistry public immutable override registry;
    uint256 public immutable override quorumPpm;
    uint48 private immutable _votingDelay;
    uint32 private immutable _votingPeriod;

    mapping(uint256 proposalId => mapping(uint256 word => uint256)) private _ballots;

    constructor(
        ICommunityRegistry registry_,
        uint48 votingDelay_,
        uint32 votingPeriod_,
        uint256 quorumPpm_
    ) Governor("DAISEE KeyGovernor") {
        if (votingPeriod_ == 0) revert GovernorInvalidVotingPeriod(0);
        if (quorumPpm_ == 0 || quorumPpm_ > PPM) revert KeyGovernorQuorumInvalid(quorumPpm_);
        registry = registry_;
        quorumPpm = quorumPpm_;
        _votingDelay = votingDelay_;
        _votingPeriod = votingPeriod_;
    }

    function votingDelay() public view override returns (uint256) {
        return _votingDelay;
    }

    function votingPeriod() public view override returns (uint256) {
        return _votingPeriod;
    }

    /// One vote: being a member.
    function proposalThreshold() public pure override returns (uint256) {
        return 1;
    }

    function quorum(uint256 timepoint) public view override returns (uint256) {
        return Math.ceilDiv(registry.membersAt(timepoint) * quorumPpm, PPM);
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

    /// Whether the member that `account` stands for has voted, with whatever wallet.
    function hasVoted(uint256 proposalId, address account) public view override returns (bool) {
        (uint256 word, uint256 shift) = _place(registry.memberOf(account));
        return (_ballots[proposalId][word] >> shift) & 3 != 0;
    }

    function proposalVotes(
        uint256 proposalId
    ) public view override returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes) {
        uint256 tally = _ballots[proposalId][0] >> TALLY_SHIFT;
        return (tally & 0xffff, (tally >> 16) & 0xffff, tally >> 32);
    }

    function _getVotes(address account, uint256 timepoint, bytes memory) internal view override returns (uint256) {
        return registry.getPastVotes(account, timepoint);
    }

    function _countVote(
        uint256 proposalId,
        address account,
        uint8 support,
        uint256 weight,
        bytes memory
    ) internal override returns (uint256) {
        if (weight == 0) revert KeyGovernorNotMember(account, proposalSnapshot(proposalId));
        if (support > uint8(VoteType.Abstain)) revert GovernorInvalidVoteType();
        (uint256 word, uint256 shift) = _place(registry.memberOf(account));
        mapping(uint256 => uint256) storage ballots = _ballots[proposalId];
        uint256 ballot = (uint256(support) + 1) << shift;
        uint256 counted = 1 << (TALLY_SHIFT + 16 * uint256(support));
        uint256 before = ballots[word];
        if ((before >> shift) & 3 != 0) revert GovernorAlreadyCastVote(account);
        // A counter cannot overflow: indices have 16 bits and 0 is nobody's.
        if (word == 0) {
            ballots[0] = (before | ballot) + counted;
        } else {
            ballots[word] = before | ballot;
            ballots[0] += counted;
        }
        return weight;
    }

    function _quorumReached(uint256 proposalId) internal view override returns (bool) {
        (, uint256 forVotes, uint256 abstainVotes) = proposalVotes(proposalId);
        return forVotes + abstainVotes >= quorum(proposalSnapshot(proposalId));
    }

    function _voteSucceeded(uint256 proposalId) internal view override returns (bool) {
        (uint256 againstVotes, uint256 forVotes, ) = proposalVotes(proposalId);
        return forVotes > againstVotes;
    }

    function _place(MemberIndex member) private pure returns (uint256 word, uint256 shift) {
        uint256 index = MemberIndex.unwrap(member);
        if (index < FIRST_WORD) return (0, 2 * index);
        index -= FIRST_WORD;
        return (1 + index / OTHER_WORDS, 2 * (index % OTHER_WORDS));
    }
}
