// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ICommunityRegistry} from "../../interfaces/ICommunityRegistry.sol";
import {IKeyGovernor} from "../../interfaces/IKeyGovernor.sol";
import {MemberIndex} from "../Types.sol";
import {Ballots} from "./Ballots.sol";

/**
 * Casting and counting: a member's ballot on a proposal is one place, which the member's transaction, signature or proxy
 * writes (`Ballots`). Who may vote is asked of the registry in one place, `_admit`, whoever sends the ballot.
 *
 * A signed ballot's nonce is the number of ballots its voter signed for this proposal before, so that signatures for
 * different proposals do not wait for each other and an old one never comes back. OpenZeppelin's sequential nonces stay
 * 0, which is also the nonce of a first ballot: tools that know nothing of this sign it correctly.
 */
abstract contract GovernorBallots is Governor, IKeyGovernor {
    using Ballots for uint256;

    /// What the ballots of a batch share, and how far it is.
    struct Batch {
        uint256 proposalId;
        uint256 snapshot;
        uint256[] voters; // as the registry has them
        uint256 place; // the word that is held
        uint256 read; // bytes of the signatures
        string reason;
    }

    /// In a batch, what a contract wallet may spend on looking at a signature: it must not starve the others.
    uint256 public constant WALLET_GAS = 300_000;

    ICommunityRegistry public immutable override registry;

    mapping(uint256 proposalId => mapping(uint256 word => uint256)) private _ballots;

    constructor(ICommunityRegistry registry_) Governor("DAISEE KeyGovernor") {
        registry = registry_;
    }

    // ------------------------------------------------------------------ casting

    function castBallotBySig(uint256 proposalId, SignedBallot calldata ballot) external override {
        _castSigned(proposalId, ballot, bytes(ballot.reason).length != 0);
    }

    function castVotesBySig(
        uint256 proposalId,
        uint256[] calldata ballots,
        bytes calldata signatures,
        string[] calldata reasons
    ) external override {
        _validateStateBitmap(proposalId, _encodeStateBitmap(ProposalState.Active));
        if (reasons.length != 0 && reasons.length != ballots.length) {
            revert KeyGovernorBatchInvalid(ballots.length, reasons.length);
        }
        bool lateQuorum = _awaitsQuorumLate(proposalId);
        _castBatch(proposalId, ballots, signatures, reasons);
        if (lateQuorum) _extendIfReached(proposalId);
    }

    /// OpenZeppelin's: the nonce is the next one, not named.
    function castVoteBySig(
        uint256 proposalId,
        uint8 support,
        address voter,
        bytes memory signature
    ) public override returns (uint256) {
        uint8 nonce = uint8(nextNonce(proposalId, voter));
        return _castSigned(proposalId, SignedBallot(voter, support, nonce, "", signature), false);
    }

    /// OpenZeppelin's: the nonce is the next one, not named.
    function castVoteWithReasonAndParamsBySig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string calldata reason,
        bytes memory params,
        bytes memory signature
    ) public override returns (uint256) {
        if (params.length != 0) revert KeyGovernorParamsUnknown();
        uint8 nonce = uint8(nextNonce(proposalId, voter));
        return _castSigned(proposalId, SignedBallot(voter, support, nonce, reason, signature), true);
    }

    // ------------------------------------------------------------------ reading

    function ballotOf(
        uint256 proposalId,
        MemberIndex member
    ) public view override returns (bool cast, uint8 support, uint8 sequence) {
        (uint256 word, uint256 shift) = Ballots.place(member);
        (uint256 choice, uint256 present) = _ballots[proposalId][word].at(shift);
        return (choice != 0, choice == 0 ? 0 : uint8(choice - 1), uint8(present));
    }

    function nextNonce(uint256 proposalId, address voter) public view override returns (uint256 nonce) {
        (, , nonce) = ballotOf(proposalId, registry.memberOf(voter));
    }

    /// Whether the member that `account` stands for has voted, with whatever wallet.
    function hasVoted(uint256 proposalId, address account) public view override returns (bool cast) {
        (cast, , ) = ballotOf(proposalId, registry.memberOf(account));
    }

    function proposalVotes(
        uint256 proposalId
    ) public view override returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes) {
        mapping(uint256 => uint256) storage ballots = _ballots[proposalId];
        for (uint256 word = registry.memberCount() / Ballots.PER_WORD + 1; word > 0; --word) {
            (uint256 against, uint256 inFavour, uint256 abstaining) = ballots[word - 1].sums();
            againstVotes += against;
            forVotes += inFavour;
            abstainVotes += abstaining;
        }
    }

    function collegesOf(uint256 proposalId) public view override returns (Colleges memory colleges) {
        mapping(uint256 => uint256) storage ballots = _ballots[proposalId];
        uint256 snapshot = proposalSnapshot(proposalId);
        for (uint256 block256; block256 <= registry.memberCount() / 256; ++block256) {
            uint256 producers = registry.producersAt(block256, snapshot);
            for (uint256 word = 8 * block256; producers != 0; (producers >>= Ballots.PER_WORD, ++word)) {
                uint256 here = producers & type(uint32).max;
                (uint256 against, uint256 inFavour) = ballots[word].among(here);
                colleges.producersAgainst += against;
                colleges.producersFor += inFavour;
                for (; here != 0; here &= here - 1) ++colleges.producers;
            }
        }
        (uint256 againstVotes, uint256 forVotes, ) = proposalVotes(proposalId);
        colleges.consumersAgainst = againstVotes - colleges.producersAgainst;
        colleges.consumersFor = forVotes - colleges.producersFor;
        // A producer is a member: nobody leaves while a participation runs.
        colleges.consumers = registry.membersAt(snapshot) - colleges.producers;
    }

    // ----------------------------------------------------------------- internal

    function _getVotes(address account, uint256 timepoint, bytes memory) internal view override returns (uint256) {
        return registry.getPastVotes(account, timepoint);
    }

    /// A ballot by transaction.
    function _castVote(
        uint256 proposalId,
        address account,
        uint8 support,
        string memory reason,
        bytes memory params
    ) internal override returns (uint256) {
        if (params.length != 0) revert KeyGovernorParamsUnknown();
        _validateStateBitmap(proposalId, _encodeStateBitmap(ProposalState.Active));
        return _castOne(proposalId, account, support, Ballots.BY_TRANSACTION, reason);
    }

    /// OpenZeppelin's hook for what `_record` does here.
    function _countVote(uint256, address, uint8, uint256, bytes memory) internal pure override returns (uint256) {
        revert KeyGovernorParamsUnknown();
    }

    /// Whether `voter` may cast this ballot, and if so what becomes of its place; says nothing of a signature.
    function _admit(
        uint256 proposalId,
        uint256 snapshot,
        address voter,
        uint256 support,
        uint256 sequence
    ) internal view returns (BallotFault fault, MemberIndex member) {
        uint256 votesFrom;
        (member, votesFrom) = registry.voterAt(voter, snapshot);
        (uint256 word, uint256 shift) = Ballots.place(member);
        fault = _faultOf(member, votesFrom, snapshot, support, sequence, _ballots[proposalId][word] >> shift);
    }

    function _record(uint256 proposalId, MemberIndex member, uint256 support, uint256 sequence) internal {
        (uint256 word, uint256 shift) = Ballots.place(member);
        mapping(uint256 => uint256) storage ballots = _ballots[proposalId];
        ballots[word] = ballots[word].with(shift, support, sequence);
    }

    /// Whether the vote is so near its end that reaching the quorum would prolong it, and has not reached it yet.
    function _awaitsQuorumLate(uint256 proposalId) internal view virtual returns (bool);

    /// Prolong the vote if the quorum is reached now.
    function _extendIfReached(uint256 proposalId) internal virtual;

    function _castOne(
        uint256 proposalId,
        address voter,
        uint256 support,
        uint256 sequence,
        string memory reason
    ) private returns (uint256) {
        uint256 snapshot = proposalSnapshot(proposalId);
        (MemberIndex member, uint256 votesFrom) = registry.voterAt(voter, snapshot);
        (uint256 word, uint256 shift) = Ballots.place(member);
        mapping(uint256 => uint256) storage ballots = _ballots[proposalId];
        uint256 present = ballots[word];
        BallotFault fault = _faultOf(member, votesFrom, snapshot, support, sequence, present >> shift);
        if (fault != BallotFault.NONE) _refuse(fault, proposalId, snapshot, voter);
        bool lateQuorum = _awaitsQuorumLate(proposalId);
        ballots[word] = present.with(shift, support, sequence);
        emit VoteCast(voter, proposalId, uint8(support), 1, reason);
        if (lateQuorum) _extendIfReached(proposalId);
        return 1;
    }

    /// One question to the registry for all, and each word written once for all its members that follow each other.
    function _castBatch(
        uint256 proposalId,
        uint256[] calldata ballots,
        bytes calldata signatures,
        string[] calldata reasons
    ) private {
        Batch memory batch;
        batch.proposalId = proposalId;
        batch.snapshot = proposalSnapshot(proposalId);
        batch.voters = registry.votersAt(_voters(ballots), batch.snapshot);
        mapping(uint256 => uint256) storage words = _ballots[proposalId];
        uint256 word = words[0];
        for (uint256 i; i < ballots.length; ++i) {
            (uint256 place, uint256 shift) = Ballots.place(MemberIndex.wrap(uint16(batch.voters[i])));
            if (place != batch.place) {
                words[batch.place] = word;
                batch.place = place;
                word = words[place];
            }
            if (reasons.length != 0) batch.reason = reasons[i];
            uint256 end = batch.read + uint16(ballots[i] >> 176);
            bytes calldata signature = signatures[batch.read:end];
            batch.read = end;
            word = _castInBatch(batch, batch.voters[i], ballots[i], word, shift, signature);
        }
        words[batch.place] = word;
    }

    /// The word with the ballot in it, or as it was.
    function _castInBatch(
        Batch memory batch,
        uint256 voterAt,
        uint256 ballot,
        uint256 word,
        uint256 shift,
        bytes calldata signature
    ) private returns (uint256) {
        address voter = address(uint160(ballot));
        uint256 support = uint8(ballot >> 160);
        uint256 nonce = uint8(ballot >> 168);
        BallotFault fault = BallotFault.NONCE_TOO_HIGH;
        if (nonce < Ballots.LAST_SIGNED) {
            MemberIndex member = MemberIndex.wrap(uint16(voterAt));
            fault = _faultOf(member, voterAt >> 16, batch.snapshot, support, nonce + 1, word >> shift);
        }
        if (fault == BallotFault.NONE) {
            bytes32 digest = bytes(batch.reason).length == 0
                ? _digest(batch.proposalId, support, voter, nonce)
                : _extendedDigest(batch.proposalId, support, voter, nonce, batch.reason);
            (address signer, , ) = ECDSA.tryRecoverCalldata(digest, signature);
            if (signer == voter || _isAccepted(voter, digest, signature, WALLET_GAS)) {
                emit VoteCast(voter, batch.proposalId, uint8(support), 1, batch.reason);
                return word.with(shift, support, nonce + 1);
            }
            fault = BallotFault.SIGNATURE_INVALID;
        }
        emit BallotSkipped(batch.proposalId, voter, uint8(nonce), fault);
        return word;
    }

    function _voters(uint256[] calldata ballots) private pure returns (address[] memory voters) {
        voters = new address[](ballots.length);
        for (uint256 i; i < voters.length; ++i) voters[i] = address(uint160(ballots[i]));
    }

    /// `place` has the member's present ballot in its lowest bits.
    function _faultOf(
        MemberIndex member,
        uint256 votesFrom,
        uint256 snapshot,
        uint256 support,
        uint256 sequence,
        uint256 place
    ) private pure returns (BallotFault) {
        if (MemberIndex.unwrap(member) == 0) return BallotFault.NOT_MEMBER;
        if (votesFrom > snapshot) return BallotFault.MEMBER_TOO_NEW;
        if (support > 2) return BallotFault.SUPPORT_UNKNOWN;
        if (sequence > Ballots.BY_TRANSACTION) return BallotFault.NONCE_TOO_HIGH;
        return Ballots.overrides(sequence, place & 15) ? BallotFault.NONE : BallotFault.SUPERSEDED;
    }

    function _castSigned(uint256 proposalId, SignedBallot memory ballot, bool extended) private returns (uint256) {
        _validateStateBitmap(proposalId, _encodeStateBitmap(ProposalState.Active));
        uint256 snapshot = proposalSnapshot(proposalId);
        uint256 sequence = uint256(ballot.nonce) + 1;
        if (sequence > Ballots.LAST_SIGNED) revert KeyGovernorNonceTooHigh(ballot.voter, ballot.nonce);
        (BallotFault fault, ) = _admit(proposalId, snapshot, ballot.voter, ballot.support, sequence);
        if (fault != BallotFault.NONE) _refuse(fault, proposalId, snapshot, ballot.voter);
        if (!_isSigned(proposalId, ballot, extended)) revert GovernorInvalidSignature(ballot.voter);
        return _castOne(proposalId, ballot.voter, ballot.support, sequence, ballot.reason);
    }

    function _refuse(BallotFault fault, uint256 proposalId, uint256 snapshot, address voter) private view {
        if (fault == BallotFault.NOT_MEMBER) revert KeyGovernorNotMember(voter, snapshot);
        if (fault == BallotFault.MEMBER_TOO_NEW) {
            (, uint48 votesFrom) = registry.voterAt(voter, snapshot);
            revert KeyGovernorMemberTooNew(voter, votesFrom, snapshot);
        }
        if (fault == BallotFault.SUPPORT_UNKNOWN) revert GovernorInvalidVoteType();
        revert KeyGovernorBallotSuperseded(voter, nextNonce(proposalId, voter));
    }

    /// A key's signature is looked at first: an account with both a key and code (EIP-7702) signs either way.
    function _isSigned(uint256 proposalId, SignedBallot memory ballot, bool extended) private view returns (bool) {
        bytes32 digest = extended
            ? _extendedDigest(proposalId, ballot.support, ballot.voter, ballot.nonce, ballot.reason)
            : _digest(proposalId, ballot.support, ballot.voter, ballot.nonce);
        (address signer, , ) = ECDSA.tryRecover(digest, ballot.signature);
        if (signer == ballot.voter) return true;
        return _isAccepted(ballot.voter, digest, ballot.signature, gasleft());
    }

    function _isAccepted(
        address wallet,
        bytes32 digest,
        bytes memory signature,
        uint256 gasLimit
    ) private view returns (bool) {
        if (wallet.code.length == 0) return false;
        (bool answered, bytes memory answer) = wallet.staticcall{gas: gasLimit}(
            abi.encodeCall(IERC1271.isValidSignature, (digest, signature))
        );
        return answered && answer.length >= 32 && bytes32(answer) == bytes32(IERC1271.isValidSignature.selector);
    }

    function _digest(uint256 proposalId, uint256 support, address voter, uint256 nonce) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(BALLOT_TYPEHASH, proposalId, support, voter, nonce)));
    }

    function _extendedDigest(
        uint256 proposalId,
        uint256 support,
        address voter,
        uint256 nonce,
        string memory reason
    ) private view returns (bytes32) {
        bytes32 reasonHash = keccak256(bytes(reason));
        bytes memory struct_ = abi.encode(
            EXTENDED_BALLOT_TYPEHASH,
            proposalId,
            support,
            voter,
            nonce,
            reasonHash,
            keccak256("")
        );
        return _hashTypedDataV4(keccak256(struct_));
    }
}
