// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MemberIndex} from "../contracts/Types.sol";
import {ICommunityRegistry} from "./ICommunityRegistry.sol";

/**
 * Where the members decide: OpenZeppelin's Governor, one member one vote, executor of everything the community rules.
 *
 * A proposal's snapshot is taken `votingDelay` after it was made. Who is a member then, and has been one for the
 * registry's `votingAge` (or is a founder), has one vote, by member index. While the vote is open the ballot may be cast
 * again: by the member's transaction, by its signature (sent by anyone, alone or with others), or by the delegate the
 * member gave a proxy to. Votes are for, against or abstain; a proposal needs the quorum (for and abstaining) and the
 * majority of the strictest of its calls.
 *
 * The governor guarantees:
 *
 * G1. Only a member who may vote proposes, and signs the proposal with its address: nobody else can take the same id.
 * G2. A member at the snapshot has one vote on a proposal, whatever wallet, signature or proxy casts it: a later ballot
 *     replaces the earlier one, and a wallet's replacement neither adds a vote nor takes one away.
 * G3. Who was enrolled after the snapshot, or less than `votingAge` before it and is no founder, had left by then, or is
 *     nobody, has no vote, by whatever way the ballot comes.
 * G4. A proposal passes when those for and abstaining are its quorum (`quorumPpm` of the members at the snapshot, rounded
 *     up) and its majority is met: ORDINARY more for than against; TWO_THIRDS also twice as many for as against; DOUBLE
 *     also more for than against among the producers and among the consumers (all others), unless there are none.
 * G5. Delay, period and extension are fixed at deployment; a proposal's quorum share and majority are fixed when it is
 *     made, by the strictest of its calls: unlisted calls and calls with value need TWO_THIRDS at least, calls to the
 *     governor itself the strictest majority in use.
 * G6. What passed is executed once, by anyone, exactly as it was proposed.
 * G7. A signature counts for one proposal, choice, voter, nonce, chain and governor; once a ballot with the same or a
 *     higher nonce, or one by transaction, has counted, it never does again.
 * G8. In a batch a ballot that cannot count is passed over with its reason, and the others count; a contract wallet
 *     spends at most `WALLET_GAS` on its signature.
 * G9. A proxy's ballot fills the delegator's place only while the delegator has not voted itself; a delegate holds at
 *     most `maximumProxies`; the delegator and the delegate can end it at any time, and it cannot be passed on.
 * G10. Reaching the quorum within `lateQuorumExtension` of the end prolongs the vote by that from then on, once.
 * G11. Until the snapshot the proposer can cancel; afterwards nobody can.
 */
interface IKeyGovernor {
    /// What a call needs, from the least to the most strict.
    enum Majority {
        UNLISTED,
        ORDINARY,
        TWO_THIRDS,
        DOUBLE
    }

    /// Why a ballot did not count.
    enum BallotFault {
        NONE,
        NOT_MEMBER,
        MEMBER_TOO_NEW,
        SUPPORT_UNKNOWN,
        NONCE_TOO_HIGH,
        SUPERSEDED,
        SIGNATURE_INVALID
    }

    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint48 lateQuorumExtension;
        uint32 quorumPpm;
        uint16 maximumProxies;
    }

    struct CallMajority {
        address target;
        bytes4 selector;
        Majority majority;
    }

    /**
     * A ballot as its voter signed it: OpenZeppelin's `Ballot(uint256 proposalId,uint8 support,address voter,uint256
     * nonce)`, or with a reason `ExtendedBallot(…,string reason,bytes params)` with empty params. `nonce`: how many
     * ballots the voter signed for this proposal before, 0 to 13.
     */
    struct SignedBallot {
        address voter;
        uint8 support;
        uint8 nonce;
        string reason;
        bytes signature;
    }

    /// Members at the snapshot by college, and how they voted.
    struct Colleges {
        uint256 producers;
        uint256 producersFor;
        uint256 producersAgainst;
        uint256 consumers;
        uint256 consumersFor;
        uint256 consumersAgainst;
    }

    /// @notice The quorum is a share: more than 0, at most 1,000,000 ppm.
    error KeyGovernorQuorumInvalid(uint256 quorumPpm);
    /// @notice There must be time to join, and to cancel, before a vote opens.
    error KeyGovernorDelayZero();
    /// @notice A vote may be prolonged by its own period at most.
    error KeyGovernorExtensionTooLong(uint48 extension, uint32 votingPeriod);
    /// @notice What calls to the governor itself need cannot be set: it is the strictest majority in use.
    error KeyGovernorMajorityFixed(bytes4 selector);
    /// @notice The account was no member at `timepoint`.
    error KeyGovernorNotMember(address account, uint256 timepoint);
    /// @notice The member votes on proposals whose snapshot is not before `votesFrom`.
    error KeyGovernorMemberTooNew(address account, uint48 votesFrom, uint256 snapshot);
    /// @notice Ballots carry no parameters here.
    error KeyGovernorParamsUnknown();
    /// @notice A later ballot of the voter counts already: the next signed one needs `nextNonce`, from 14 on only a
    /// transaction is later.
    error KeyGovernorBallotSuperseded(address voter, uint256 nextNonce);
    /// @notice A signed ballot's nonce is at most 13; after that the voter votes by transaction.
    error KeyGovernorNonceTooHigh(address voter, uint256 nonce);
    /// @notice A batch has no reasons, or one for each ballot.
    error KeyGovernorBatchInvalid(uint256 ballots, uint256 reasons);
    /// @notice A proxy is given to somebody else.
    error KeyGovernorProxyToSelf(address delegate);
    /// @notice The delegate holds as many proxies as allowed.
    error KeyGovernorProxiesFull(address delegate, uint16 maximum);
    /// @notice The delegator gave the caller no proxy.
    error KeyGovernorProxyUnknown(MemberIndex delegator, address caller);

    event TermsFixed(uint256 indexed proposalId, Majority majority, uint32 quorumPpm);
    event ProposalExtended(uint256 indexed proposalId, uint64 extendedDeadline);
    event BallotSkipped(uint256 indexed proposalId, address indexed voter, uint8 nonce, BallotFault fault);
    event ProxyGiven(MemberIndex indexed delegator, MemberIndex indexed delegate);
    event ProxyEnded(MemberIndex indexed delegator, MemberIndex indexed delegate);
    event ProxyUsed(uint256 indexed proposalId, MemberIndex indexed delegate, MemberIndex indexed delegator);
    event QuorumSet(uint32 quorumPpm);
    event MajoritySet(address indexed target, bytes4 indexed selector, Majority majority);

    // ---------------------------------------------------------------- casting

    /// @notice Cast one signed ballot (anyone); refused with its reason.
    function castBallotBySig(uint256 proposalId, SignedBallot calldata ballot) external;

    /**
     * @notice Cast signed ballots (anyone); what cannot count is passed over with `BallotSkipped`.
     * @param ballots From the lowest bits: voter 160 | support 8 | nonce 8 | length of the signature in bytes 16. Those of
     * neighbours by member index, one after the other, cost the least.
     * @param signatures One after the other, without gaps.
     * @param reasons None at all, or one for each ballot, empty for those without.
     */
    function castVotesBySig(
        uint256 proposalId,
        uint256[] calldata ballots,
        bytes calldata signatures,
        string[] calldata reasons
    ) external;

    /// @notice Cast the ballots of members who gave the caller a proxy and have not voted themselves; others are passed
    /// over with `BallotSkipped`.
    function castProxies(
        uint256 proposalId,
        MemberIndex[] calldata delegators,
        uint8 support,
        string calldata reason
    ) external;

    /// @notice Let another member vote in the caller's place until it is ended; replaces an earlier proxy.
    function giveProxy(address delegate) external;

    /// @notice End a proxy (the delegator or the delegate).
    function endProxy(MemberIndex delegator) external;

    // ------------------------------------------------------------- governance

    /// @notice Change the quorum of later proposals (by vote).
    function setQuorum(uint32 quorumPpm) external;

    /// @notice Change what a call needs in later proposals (by vote); UNLISTED takes it off the list.
    function setMajority(CallMajority calldata majority) external;

    // ---------------------------------------------------------------- reading

    /// @notice Who the members are.
    function registry() external view returns (ICommunityRegistry);

    /// @notice The same, under the name governance tools know.
    function token() external view returns (ICommunityRegistry);

    /// @notice Share of the members that must vote for or abstain, in proposals made now.
    function quorumPpm() external view returns (uint256);

    /// @notice What this proposal needs: those for and abstaining; known from its snapshot on.
    function quorumOf(uint256 proposalId) external view returns (uint256);

    /// @notice What was fixed when the proposal was made, and whether its vote was prolonged.
    function termsOf(uint256 proposalId) external view returns (Majority majority, uint32 quorumPpm, bool prolonged);

    /// @notice What a proposal with this call would need at least.
    function majorityOf(address target, uint256 value, bytes memory call) external view returns (Majority);

    /// @notice The strictest majority in use; calls to the governor itself need it.
    function strictest() external view returns (Majority);

    /// @notice Seconds that a vote has left at least once its quorum is reached.
    function lateQuorumExtension() external view returns (uint48);

    /// @notice The votes cast on a proposal so far.
    function proposalVotes(
        uint256 proposalId
    ) external view returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes);

    /// @notice The votes by college; known from the second after the snapshot on.
    function collegesOf(uint256 proposalId) external view returns (Colleges memory);

    /// @notice A member's ballot: 0 cast by proxy, 1 to 14 signed, 15 by transaction.
    function ballotOf(
        uint256 proposalId,
        MemberIndex member
    ) external view returns (bool cast, uint8 support, uint8 sequence);

    /// @notice The lowest nonce that a signed ballot of `voter` may carry now; from 14 on there is none.
    function nextNonce(uint256 proposalId, address voter) external view returns (uint256);

    /// @notice Who votes in the member's place; 0 for nobody.
    function delegateOf(MemberIndex delegator) external view returns (MemberIndex);

    /// @notice How many proxies the member holds.
    function proxiesHeld(MemberIndex delegate) external view returns (uint16);

    /// @notice How many proxies a member may hold.
    function maximumProxies() external view returns (uint16);
}
