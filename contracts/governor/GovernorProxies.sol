// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MemberIndex} from "../Types.sol";
import {Ballots} from "./Ballots.sol";
import {GovernorMajorities} from "./GovernorMajorities.sol";

/**
 * Proxies (*procurations*): a member lets another cast its ballot. The delegate writes into the member's own place, so
 * whatever happens the member has one vote, and its own ballot, before or after, is the one that counts. Proxies are by
 * member index (a replaced wallet changes nothing), hold for every proposal until ended by either, and are not passed on.
 */
abstract contract GovernorProxies is GovernorMajorities {
    uint16 public immutable override maximumProxies;

    mapping(MemberIndex delegator => MemberIndex) private _delegates;
    mapping(MemberIndex delegate => uint16) private _held;

    constructor(uint16 maximumProxies_) {
        maximumProxies = maximumProxies_;
    }

    function giveProxy(address delegate) external override {
        MemberIndex delegator = _present(msg.sender);
        MemberIndex holder = _present(delegate);
        if (MemberIndex.unwrap(delegator) == MemberIndex.unwrap(holder)) revert KeyGovernorProxyToSelf(delegate);
        _end(delegator);
        if (_held[holder] >= maximumProxies) revert KeyGovernorProxiesFull(delegate, maximumProxies);
        ++_held[holder];
        _delegates[delegator] = holder;
        emit ProxyGiven(delegator, holder);
    }

    function endProxy(MemberIndex delegator) external override {
        MemberIndex caller = registry.memberOf(msg.sender);
        bool isTheirs = MemberIndex.unwrap(caller) == MemberIndex.unwrap(delegator) ||
            MemberIndex.unwrap(caller) == MemberIndex.unwrap(_delegates[delegator]);
        bool isGiven = MemberIndex.unwrap(_delegates[delegator]) != 0;
        if (!isGiven || !isTheirs) revert KeyGovernorProxyUnknown(delegator, msg.sender);
        _end(delegator);
    }

    function castProxies(
        uint256 proposalId,
        MemberIndex[] calldata delegators,
        uint8 support,
        string calldata reason
    ) external override {
        _validateStateBitmap(proposalId, _encodeStateBitmap(ProposalState.Active));
        uint256 snapshot = proposalSnapshot(proposalId);
        MemberIndex delegate = _present(msg.sender);
        (MemberIndex voter, uint48 votesFrom) = registry.voterAt(msg.sender, snapshot);
        if (MemberIndex.unwrap(voter) == 0) revert KeyGovernorNotMember(msg.sender, snapshot);
        if (votesFrom > snapshot) revert KeyGovernorMemberTooNew(msg.sender, votesFrom, snapshot);
        bool lateQuorum = _awaitsQuorumLate(proposalId);
        for (uint256 i; i < delegators.length; ++i) {
            MemberIndex delegator = delegators[i];
            if (MemberIndex.unwrap(_delegates[delegator]) != MemberIndex.unwrap(delegate)) {
                revert KeyGovernorProxyUnknown(delegator, msg.sender);
            }
            address wallet = registry.walletOf(delegator);
            (BallotFault fault, ) = _admit(proposalId, snapshot, wallet, support, Ballots.BY_PROXY);
            if (fault == BallotFault.SUPPORT_UNKNOWN) revert GovernorInvalidVoteType();
            if (fault == BallotFault.NONE) {
                _record(proposalId, delegator, support, Ballots.BY_PROXY);
                emit ProxyUsed(proposalId, delegate, delegator);
                emit VoteCast(wallet, proposalId, support, 1, reason);
            } else {
                emit BallotSkipped(proposalId, wallet, 0, fault);
            }
        }
        if (lateQuorum) _extendIfReached(proposalId);
    }

    function delegateOf(MemberIndex delegator) external view override returns (MemberIndex) {
        return _delegates[delegator];
    }

    function proxiesHeld(MemberIndex delegate) external view override returns (uint16) {
        return _held[delegate];
    }

    function _present(address wallet) private view returns (MemberIndex member) {
        bool isMember;
        (isMember, member) = registry.isMemberAt(wallet, block.timestamp);
        if (!isMember) revert KeyGovernorNotMember(wallet, block.timestamp);
    }

    function _end(MemberIndex delegator) private {
        MemberIndex delegate = _delegates[delegator];
        if (MemberIndex.unwrap(delegate) == 0) return;
        --_held[delegate];
        _delegates[delegator] = MemberIndex.wrap(0);
        emit ProxyEnded(delegator, delegate);
    }
}
