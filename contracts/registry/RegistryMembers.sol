// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {ICommunityRegistry} from "../../interfaces/ICommunityRegistry.sol";
import {ConsentKind, MemberIndex} from "../Types.sol";
import {RegistryRoles} from "./RegistryRoles.sol";

/**
 * Members, their consents and their one vote.
 *
 * What a vote needs to know of a wallet (which member, since when, until when) is one slot, so that a ballot reads one
 * slot here. It is a copy of the member's own record, made whenever that changes.
 */
abstract contract RegistryMembers is RegistryRoles, EIP712, Nonces {
    using Checkpoints for Checkpoints.Trace208;

    struct Member {
        address wallet; // 0: none
        uint48 joinedAt;
        uint48 leftAt; // 0: still a member
    }

    struct Wallet {
        MemberIndex member; // 0: nobody
        uint48 joinedAt;
        uint48 leftAt;
    }

    bytes32 public constant CONSENT_TYPEHASH = keccak256("Consent(bytes32 agreement,address wallet,uint256 nonce)");

    bytes32 public immutable override agreement;
    uint48 public immutable override votingAge;
    uint48 private immutable _foundedAt;

    uint16 public override memberCount;
    mapping(MemberIndex => Member) internal _members;
    mapping(address => Wallet) internal _wallets;
    Checkpoints.Trace208 private _memberships;

    constructor(
        bytes32 agreement_,
        uint48 votingAge_,
        Founder[] memory founders
    ) EIP712("DAISEE CommunityRegistry", "1") {
        agreement = agreement_;
        votingAge = votingAge_;
        _foundedAt = clock();
        for (uint256 i; i < founders.length; ++i) _enrol(founders[i]);
    }

    function enrol(Founder calldata founder) external override onlyProvider returns (MemberIndex) {
        return _enrol(founder);
    }

    function leave() external override {
        Wallet storage wallet = _wallets[msg.sender];
        if (wallet.joinedAt == 0 || wallet.leftAt != 0) revert RegistryNotMember(msg.sender);
        _end(wallet.member);
    }

    function remove(MemberIndex member) external override {
        address wallet = _activeMember(member).wallet;
        if (msg.sender != governor) {
            if (msg.sender != provider) revert RegistryUnauthorised(msg.sender);
            if (wallet != address(0)) revert RegistryMemberHasWallet(member);
        }
        _end(member);
    }

    function memberOf(address wallet) external view override returns (MemberIndex) {
        return _wallets[wallet].member;
    }

    function walletOf(MemberIndex member) external view override returns (address) {
        return _members[member].wallet;
    }

    function isMemberAt(address account, uint256 timepoint) external view override returns (bool, MemberIndex) {
        if (timepoint > clock()) revert RegistryFutureLookup(timepoint, clock());
        return _memberAt(account, timepoint);
    }

    function membersAt(uint256 timepoint) external view override returns (uint256) {
        if (timepoint > clock()) revert RegistryFutureLookup(timepoint, clock());
        return _memberships.upperLookupRecent(uint48(timepoint));
    }

    function voterAt(address account, uint256 timepoint) public view override returns (MemberIndex, uint48) {
        // The present second is not past: membership may still change within it.
        if (timepoint >= clock()) revert RegistryFutureLookup(timepoint, clock());
        return _voterAt(account, timepoint);
    }

    function votersAt(
        address[] calldata accounts,
        uint256 timepoint
    ) external view override returns (uint256[] memory) {
        if (timepoint >= clock()) revert RegistryFutureLookup(timepoint, clock());
        uint256[] memory voters = new uint256[](accounts.length);
        for (uint256 i; i < voters.length; ++i) {
            (MemberIndex member, uint48 votesFrom) = _voterAt(accounts[i], timepoint);
            voters[i] = (uint256(votesFrom) << 16) | MemberIndex.unwrap(member);
        }
        return voters;
    }

    function getPastVotes(address account, uint256 timepoint) external view override returns (uint256) {
        (MemberIndex member, uint48 votesFrom) = voterAt(account, timepoint);
        return MemberIndex.unwrap(member) != 0 && votesFrom <= timepoint ? 1 : 0;
    }

    function getVotes(address account) external view override returns (uint256) {
        (MemberIndex member, uint48 votesFrom) = _voterAt(account, clock());
        return MemberIndex.unwrap(member) != 0 && votesFrom <= clock() ? 1 : 0;
    }

    function getPastTotalSupply(uint256 timepoint) external view override returns (uint256) {
        if (timepoint >= clock()) revert RegistryFutureLookup(timepoint, clock());
        return _memberships.upperLookupRecent(uint48(timepoint));
    }

    function delegates(address account) external pure override returns (address) {
        return account;
    }

    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() external pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address wallet) public view override(ICommunityRegistry, Nonces) returns (uint256) {
        return super.nonces(wallet);
    }

    function participatesUntil(MemberIndex member) public view virtual override returns (uint64);

    function _memberAt(address account, uint256 timepoint) private view returns (bool, MemberIndex) {
        Wallet memory wallet = _wallets[account];
        if (wallet.joinedAt == 0 || wallet.joinedAt > timepoint || (wallet.leftAt != 0 && wallet.leftAt <= timepoint)) {
            return (false, MemberIndex.wrap(0));
        }
        return (true, wallet.member);
    }

    /// A founder votes from the founding on; who leaves and comes back is no founder any more.
    function _voterAt(address account, uint256 timepoint) private view returns (MemberIndex member, uint48 votesFrom) {
        Wallet memory wallet = _wallets[account];
        bool isMember = wallet.joinedAt != 0 &&
            wallet.joinedAt <= timepoint &&
            (wallet.leftAt == 0 || wallet.leftAt > timepoint);
        if (!isMember) return (MemberIndex.wrap(0), 0);
        return (wallet.member, wallet.joinedAt == _foundedAt ? wallet.joinedAt : wallet.joinedAt + votingAge);
    }

    function _activeMember(MemberIndex member) internal view returns (Member storage record) {
        record = _members[member];
        if (record.joinedAt == 0 || record.leftAt != 0) revert RegistryMemberUnknown(member);
    }

    function _enrol(Founder memory founder) private returns (MemberIndex member) {
        address wallet = founder.wallet;
        _checkConsent(founder);
        if (wallet != address(0)) {
            Wallet storage known = _wallets[wallet];
            member = known.member;
            if (known.joinedAt != 0 && known.leftAt == 0) revert RegistryWalletTaken(wallet, member);
        }
        if (MemberIndex.unwrap(member) == 0) member = MemberIndex.wrap(++memberCount);
        _members[member] = Member(wallet, clock(), 0);
        if (wallet != address(0)) _wallets[wallet] = Wallet(member, clock(), 0);
        _memberships.push(clock(), _memberships.latest() + 1);
        emit MemberEnrolled(member, wallet, founder.kind, founder.digest);
    }

    function _checkConsent(Founder memory founder) private {
        address wallet = founder.wallet;
        bool isSigned = founder.kind == ConsentKind.SIGNED;
        bool walletFits = isSigned ? wallet != address(0) : founder.kind == ConsentKind.PAPER || wallet == address(0);
        if (!walletFits) revert RegistryConsentUnfit(founder.kind, wallet);
        bool digestFits = founder.kind == ConsentKind.PAPER ? founder.digest != 0 : founder.digest == agreement;
        if (!digestFits) revert RegistryDigestMismatch(founder.digest);
        if (!isSigned) return;
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(CONSENT_TYPEHASH, agreement, wallet, _useNonce(wallet)))
        );
        if (!SignatureChecker.isValidSignatureNow(wallet, digest, founder.signature)) {
            revert RegistryConsentInvalid(wallet);
        }
    }

    function _end(MemberIndex member) private {
        uint64 until = participatesUntil(member);
        if (until > block.timestamp) revert RegistryStillParticipating(member, until);
        Member storage record = _members[member];
        record.leftAt = clock();
        if (record.wallet != address(0)) _wallets[record.wallet].leftAt = clock();
        _memberships.push(clock(), _memberships.latest() - 1);
        emit MemberLeft(member, record.wallet);
    }
}
