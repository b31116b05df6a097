// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {GovernorBallots} from "./GovernorBallots.sol";

/**
 * What a proposal needs to pass: a quorum, and the majority of the strictest of its calls. Both are written down when it
 * is made, and nothing changes them afterwards.
 *
 * Calls that move value, that no list names, or that are no function's, need two thirds. Calls to the governor itself
 * (its lists, its quorum, `relay`, which could wrap any other call) need the strictest majority in use, so that no
 * majority can be lowered by less than itself.
 */
abstract contract GovernorMajorities is GovernorBallots {
    struct Terms {
        Majority majority;
        uint32 quorumPpm;
        uint48 extendedTo; // 0: not prolonged
    }

    uint256 internal constant PPM = 1_000_000;

    uint48 public immutable override lateQuorumExtension;

    mapping(uint256 proposalId => Terms) private _terms;
    mapping(address target => mapping(bytes4 selector => Majority)) private _listed;
    Majority public override strictest = Majority.TWO_THIRDS;
    uint32 private _quorumPpm;

    constructor(uint32 quorumPpm_, uint48 extension, CallMajority[] memory majorities) {
        lateQuorumExtension = extension;
        _setQuorum(quorumPpm_);
        for (uint256 i; i < majorities.length; ++i) _setMajority(majorities[i]);
    }

    function setQuorum(uint32 quorumPpm_) external override onlyGovernance {
        _setQuorum(quorumPpm_);
    }

    function setMajority(CallMajority calldata majority) external override onlyGovernance {
        _setMajority(majority);
    }

    function quorumPpm() public view override returns (uint256) {
        return _quorumPpm;
    }

    /// By the share of today; what a proposal needs is `quorumOf`.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return Math.ceilDiv(registry.membersAt(timepoint) * _quorumPpm, PPM);
    }

    function quorumOf(uint256 proposalId) public view override returns (uint256) {
        return Math.ceilDiv(registry.membersAt(proposalSnapshot(proposalId)) * _terms[proposalId].quorumPpm, PPM);
    }

    function termsOf(uint256 proposalId) external view override returns (Majority, uint32, bool) {
        Terms memory terms = _terms[proposalId];
        return (terms.majority, terms.quorumPpm, terms.extendedTo != 0);
    }

    function majorityOf(address target, uint256 value, bytes memory call) public view override returns (Majority) {
        if (target == address(this)) return strictest;
        Majority listed = call.length < 4 ? Majority.UNLISTED : _listed[target][bytes4(call)];
        if (listed == Majority.UNLISTED || (value != 0 && listed == Majority.ORDINARY)) return Majority.TWO_THIRDS;
        return listed;
    }

    function proposalDeadline(uint256 proposalId) public view override returns (uint256) {
        return Math.max(super.proposalDeadline(proposalId), _terms[proposalId].extendedTo);
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        Majority needed = Majority.ORDINARY;
        for (uint256 i; i < targets.length; ++i) {
            Majority each = majorityOf(targets[i], values[i], calldatas[i]);
            if (each > needed) needed = each;
        }
        uint32 ppm = _quorumPpm;
        _terms[proposalId] = Terms(needed, ppm, 0);
        emit TermsFixed(proposalId, needed, ppm);
    }

    function _quorumReached(uint256 proposalId) internal view override returns (bool) {
        (, uint256 forVotes, uint256 abstainVotes) = proposalVotes(proposalId);
        return forVotes + abstainVotes >= quorumOf(proposalId);
    }

    function _voteSucceeded(uint256 proposalId) internal view override returns (bool) {
        (uint256 againstVotes, uint256 forVotes, ) = proposalVotes(proposalId);
        Majority majority = _terms[proposalId].majority;
        if (forVotes <= againstVotes) return false;
        if (majority == Majority.ORDINARY) return true;
        if (forVotes < 2 * againstVotes) return false;
        if (majority == Majority.TWO_THIRDS) return true;
        Colleges memory colleges = collegesOf(proposalId);
        return
            (colleges.producers == 0 || colleges.producersFor > colleges.producersAgainst) &&
            (colleges.consumers == 0 || colleges.consumersFor > colleges.consumersAgainst);
    }

    function _awaitsQuorumLate(uint256 proposalId) internal view override returns (bool) {
        if (_terms[proposalId].extendedTo != 0) return false;
        return block.timestamp + lateQuorumExtension > proposalDeadline(proposalId) && !_quorumReached(proposalId);
    }

    function _extendIfReached(uint256 proposalId) internal override {
        if (!_quorumReached(proposalId)) return;
        // At most once, so at most one extension after the first deadline.
        uint48 extendedTo = SafeCast.toUint48(block.timestamp + lateQuorumExtension);
        _terms[proposalId].extendedTo = extendedTo;
        emit ProposalExtended(proposalId, extendedTo);
    }

    function _setQuorum(uint32 ppm) private {
        if (ppm == 0 || ppm > PPM) revert KeyGovernorQuorumInvalid(ppm);
        _quorumPpm = ppm;
        emit QuorumSet(ppm);
    }

    function _setMajority(CallMajority memory rule) private {
        if (rule.target == address(this)) revert KeyGovernorMajorityFixed(rule.selector);
        _listed[rule.target][rule.selector] = rule.majority;
        if (rule.majority > strictest) strictest = rule.majority;
        emit MajoritySet(rule.target, rule.selector, rule.majority);
    }
}
