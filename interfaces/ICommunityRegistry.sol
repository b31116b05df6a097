// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Column, ConsentKind, Direction, MemberIndex, PeriodId, PointIndex, Source} from "../contracts/Types.sol";

/**
 * Who the community is: members, metering points, who answers for which point when, and the roles.
 *
 * A *member* is an index, given once and never to anybody else; a wallet may stand for it and may be replaced. A
 * *participation* says that a member answers for a point from one second to another. The participations that overlap
 * a period, ordered by (point, from), are its *roster*. Real names and meter ids never come here: a point is known by
 * `keccak256(salt, id)`, with a new salt when its owner changes.
 *
 * The registry guarantees:
 *
 * G1. A member's index is never given to another member; a wallet stands for at most one member at a time.
 * G2. A signed consent is valid for this registry, chain, agreement and wallet, and for one enrolment only.
 * G3. Only the provider enrols, adds points and opens or closes participations; only the governor appoints roles.
 * G4. Nobody leaves or is removed while one of their participations runs; a wallet that comes back is the member it was.
 * G5. A wallet is replaced only after the delay, during which the old wallet can veto; the member keeps index, points,
 *     balance and votes already cast, and the old wallet stands for nobody.
 * G6. Membership at a past second never changes through later enrolments of other members, and a member counts from
 *     the second of enrolment (included) to the second of leaving (excluded).
 * G7. The participations of one point are ordered and never overlap; one that is closed at its own beginning never was.
 * G8. Nothing that is entered after a roster is frozen changes it: no participation begins, ends or moves before the end
 *     of the last frozen period.
 * G9. A roster has at least one column and at most `MAX_COLUMNS`, and is ordered by (point, from).
 * G10. A new owner of a point gets a new point id; a point id names one point and one owner.
 * G11. At least one auditor is appointed at any time.
 * G12. A member has a vote from `votingAge` after enrolment on, a founder at once; a producer is one from the second its
 *     first production participation is entered to the second the end of its last is: neither changes for a past second.
 */
interface ICommunityRegistry {
    /**
     * One person or firm to enrol. `wallet` 0: a member without a wallet. `digest`: the community agreement's digest,
     * or for PAPER the digest of the signed sheet. `signature`: of `Consent(bytes32 agreement,address wallet,uint256
     * nonce)` for SIGNED, empty otherwise.
     */
    struct Founder {
        address wallet;
        ConsentKind kind;
        bytes32 digest;
        bytes signature;
    }

    /// @notice An address that must be somebody is zero.
    error RegistryAddressZero();
    /// @notice The delay before a wallet is replaced must leave time for a veto.
    error RegistryDelayZero();
    /// @notice The caller does not hold the role that may do this.
    error RegistryUnauthorised(address caller);
    /// @notice The wallet stands for no member.
    error RegistryNotMember(address wallet);
    /// @notice No member has this index, or the member has left.
    error RegistryMemberUnknown(MemberIndex member);
    /// @notice The member has a wallet, which leaves by itself or is excluded by vote.
    error RegistryMemberHasWallet(MemberIndex member);
    /// @notice The wallet already stands for `member`.
    error RegistryWalletTaken(address wallet, MemberIndex member);
    /// @notice SIGNED needs a wallet, DEFAULT_IN has none.
    error RegistryConsentUnfit(ConsentKind kind, address wallet);
    /// @notice The digest is not the agreement's, or a sheet's digest is missing.
    error RegistryDigestMismatch(bytes32 digest);
    /// @notice The signature is not the wallet's consent to this agreement with its current nonce.
    error RegistryConsentInvalid(address wallet);
    /// @notice A participation of the member runs until `until`.
    error RegistryStillParticipating(MemberIndex member, uint64 until);
    /// @notice Another replacement of this member's wallet is waiting; veto it first.
    error RegistryReplacementPending(MemberIndex member);
    /// @notice No replacement of this member's wallet is waiting.
    error RegistryReplacementUnknown(MemberIndex member);
    /// @notice The replacement can be completed from `completableAt` on.
    error RegistryReplacementEarly(MemberIndex member, uint64 completableAt);
    /// @notice No metering point has this index.
    error RegistryPointUnknown(PointIndex point);
    /// @notice A point id must not be zero.
    error RegistryPointIdZero();
    /// @notice The point id already names a point, or this point under an earlier owner.
    error RegistryPointIdTaken(bytes32 pointId);
    /// @notice A consumption point has no source, a production point has one.
    error RegistrySourceUnfit(Direction direction, Source source);
    /// @notice A consumption point is in a group; groups start at 1.
    error RegistryGroupZero(PointIndex point);
    /// @notice `time` lies before `earliest`: the end of the last frozen period, or the participation's own bounds.
    error RegistryTooEarly(uint64 time, uint64 earliest);
    /// @notice The point's last participation is open; close it first.
    error RegistryParticipationOpen(PointIndex point);
    /// @notice The point has no participation.
    error RegistryParticipationUnknown(PointIndex point);
    /// @notice The participation already ends at `to`; an end can only be brought forward.
    error RegistryParticipationEnds(PointIndex point, uint64 to);
    /// @notice `time` is further ahead than a participation may be entered.
    error RegistryTooLate(uint64 time, uint64 latest);
    /// @notice No more points can be added.
    error RegistryTooManyPoints(uint256 maximum);
    /// @notice No participation overlaps the period.
    error RegistryRosterEmpty(uint64 start, uint64 end);
    /// @notice The roster has more columns than a period can settle.
    error RegistryTooManyColumns(uint256 columns, uint256 maximum);
    /// @notice `timepoint` has not come yet.
    error RegistryFutureLookup(uint256 timepoint, uint48 clock);
    /// @notice One auditor at least must remain.
    error RegistryLastAuditor(address auditor);

    event MemberEnrolled(MemberIndex indexed member, address indexed wallet, ConsentKind kind, bytes32 digest);
    event MemberLeft(MemberIndex indexed member, address indexed wallet);
    event PointAdded(PointIndex indexed point, bytes32 pointId, Direction direction, Source source);
    event ParticipationOpened(
        PointIndex indexed point,
        MemberIndex indexed member,
        uint16 group,
        uint64 from,
        bytes32 pointId
    );
    event ParticipationClosed(PointIndex indexed point, MemberIndex indexed member, uint64 to);
    event EncryptionKeySet(address indexed holder, bytes32 key);
    event WalletReplacementRequested(
        MemberIndex indexed member,
        address indexed oldWallet,
        address indexed newWallet,
        uint64 completableAt
    );
    event WalletReplacementVetoed(MemberIndex indexed member, address indexed newWallet, address indexed by);
    event WalletReplaced(MemberIndex indexed member, address indexed oldWallet, address indexed newWallet);
    event ProviderSet(address indexed oldProvider, address indexed newProvider);
    event GridOperatorSet(address indexed oldGridOperator, address indexed newGridOperator);
    event AuditorSet(address indexed auditor, bool appointed);
    event RosterFrozen(PeriodId indexed period, bytes32 rosterHash, uint16 columns);

    // ---------------------------------------------------------------- members

    /// @notice Enrol a member now (provider). A wallet that was a member gets its index back.
    function enrol(Founder calldata founder) external returns (MemberIndex member);

    /// @notice Leave the community now (the member's wallet). A balance stays withdrawable.
    function leave() external;

    /// @notice Remove a member without a wallet (provider), or exclude any member (governor).
    function remove(MemberIndex member) external;

    /// @notice Ask that `newWallet` stand for the member (provider, or the member's wallet itself).
    function requestWalletReplacement(MemberIndex member, address newWallet) external;

    /// @notice Stop a replacement (the member's present wallet; the provider its own request).
    function vetoWalletReplacement(MemberIndex member) external;

    /// @notice Carry out a replacement whose delay is over (anyone).
    function completeWalletReplacement(MemberIndex member) external;

    /// @notice The member that `wallet` stands for, also after it has left (to withdraw); 0 for nobody.
    function memberOf(address wallet) external view returns (MemberIndex);

    /// @notice The wallet that stands for `member`, also after it has left; 0 for none.
    function walletOf(MemberIndex member) external view returns (address);

    /// @notice Whether `wallet` is a member at `timepoint`, and the member it stands for (0 if not).
    function isMemberAt(address wallet, uint256 timepoint) external view returns (bool, MemberIndex);

    /// @notice How many indices were ever given; the highest member index.
    function memberCount() external view returns (uint16);

    /// @notice How many members there were at `timepoint`.
    function membersAt(uint256 timepoint) external view returns (uint256);

    /// @notice The replacement that waits for `member`; zeros if none.
    function replacementOf(MemberIndex member) external view returns (address newWallet, uint64 completableAt);

    /// @notice The member that `account` stood for at the past second `timepoint` (0 if none), and the second from which
    /// it has a vote.
    function voterAt(address account, uint256 timepoint) external view returns (MemberIndex member, uint48 votesFrom);

    /// @notice The same for many: `votesFrom << 16 | member` each.
    function votersAt(address[] calldata accounts, uint256 timepoint) external view returns (uint256[] memory);

    /// @notice Seconds of membership before the first vote; founders have theirs at once.
    function votingAge() external view returns (uint48);

    /// @notice The producers at the past second `timepoint` among the members 256·block256 to 256·block256 + 255, one bit
    /// each, the lowest first.
    function producersAt(uint256 block256, uint256 timepoint) external view returns (uint256);

    /// @notice EIP-5805: 1 for who has a vote now, else 0.
    function getVotes(address account) external view returns (uint256);

    /// @notice EIP-5805: the members at the past second `timepoint`, what quorums are shares of.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256);

    /// @notice EIP-5805: everybody votes for itself; proxies are the governor's.
    function delegates(address account) external view returns (address);

    /// @notice EIP-5805 vote source: 1 for who has a vote at the past second `timepoint`, else 0.
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256);

    /// @notice EIP-6372: seconds of the chain.
    function clock() external view returns (uint48);

    /// @notice EIP-6372.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() external view returns (string memory);

    /// @notice The nonce of the wallet's next consent.
    function nonces(address wallet) external view returns (uint256);

    // ------------------------------------------------- points, participations

    /// @notice Add a metering point (provider).
    function addPoint(bytes32 pointId, Direction direction, Source source) external returns (PointIndex point);

    /// @notice Let `member` answer for `point` from second `from` on (provider).
    function openParticipation(
        PointIndex point,
        MemberIndex member,
        uint16 group,
        uint64 from,
        bytes32 pointId
    ) external;

    /// @notice End the point's last participation at second `to`, or bring its end forward, at most to its beginning
    /// (provider).
    function closeParticipation(PointIndex point, uint64 to) external;

    function pointCount() external view returns (uint16);

    function pointOf(PointIndex point) external view returns (bytes32 pointId, Direction direction, Source source);

    /// @notice The end of the member's last participation; the largest uint64 while one is open, 0 if there is none.
    function participatesUntil(MemberIndex member) external view returns (uint64);

    /// @notice Freeze the roster of a period (the meter data registry); `rosterHash = keccak256(abi.encode(Column[]))`.
    function freezeRoster(
        PeriodId period,
        uint64 start,
        uint64 end
    ) external returns (bytes32 rosterHash, uint16 columns, MemberIndex highestMember);

    /// @notice The participations that overlap [start, end), clipped to it, by (point, from).
    function rosterOf(uint64 start, uint64 end) external view returns (Column[] memory);

    /// @notice The end of the last frozen period.
    function frozenUntil() external view returns (uint64);

    // ------------------------------------------------------------------ roles

    function setProvider(address provider) external;

    function setGridOperator(address gridOperator) external;

    function setAuditor(address auditor, bool appointed) external;

    /// @notice Publish the X25519 key that envelopes for the caller are sealed to; zero withdraws it.
    function setEncryptionKey(bytes32 key) external;

    function encryptionKeyOf(address holder) external view returns (bytes32);

    function governor() external view returns (address);

    function meterData() external view returns (address);

    function provider() external view returns (address);

    function gridOperator() external view returns (address);

    function isAuditor(address account) external view returns (bool);

    function auditors() external view returns (address[] memory);

    /// @notice Digest of the agreement that members consent to.
    function agreement() external view returns (bytes32);

    /// @notice Seconds between the request of a wallet's replacement and its completion.
    function replacementDelay() external view returns (uint64);
}
