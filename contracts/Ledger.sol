// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICommunityRegistry} from "../interfaces/ICommunityRegistry.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {Balances} from "./Balances.sol";
import {MemberIndex} from "./Types.sol";

/**
 * The till of the community. Nothing is ever pushed to a member: settlements move balances, tokens move when their
 * owner draws them. Debts are summed as they change, so that the guarantee is compared with one number. State changes
 * come before token transfers throughout. See the interface for the guarantees.
 */
abstract contract Ledger is ILedger {
    using SafeERC20 for IERC20;
    using Balances for uint256;
    using Balances for int64;

    /// Units of a token with 6 decimals in a cent.
    uint256 private constant UNITS_PER_CENT = 10_000;
    uint8 private constant DECIMALS = 6;
    MemberIndex internal constant COMMUNITY = MemberIndex.wrap(0);

    struct Till {
        uint64 guarantee;
        uint64 totalDebt;
        uint64 reserve;
    }

    address public immutable governor;
    ICommunityRegistry public immutable registry;
    IERC20 public immutable euro;

    Till private _till;
    /// Balances of all possible members, four to a word.
    uint256[1 << 14] private _words;

    modifier onlyProvider() {
        if (msg.sender != registry.provider()) revert LedgerNotProvider(msg.sender);
        _;
    }

    modifier onlyGovernor() {
        if (msg.sender != governor) revert LedgerNotGovernor(msg.sender);
        _;
    }

    constructor(address governor_, ICommunityRegistry registry_, IERC20 euro_, uint64 reserveCents) {
        uint8 decimals = IERC20Metadata(address(euro_)).decimals();
        if (decimals != DECIMALS) revert LedgerTokenUnfit(decimals);
        governor = governor_;
        registry = registry_;
        euro = euro_;
        _setReserve(reserveCents);
    }

    // ---------------------------------------------------------------------------------------------- paying in

    /// @inheritdoc ILedger
    function deposit(uint64 cents) public {
        MemberIndex member = _callingMember();
        _book(member, _signed(cents));
        emit Deposited(member, cents, 0);
        _pull(cents);
    }

    /// @inheritdoc ILedger
    function depositWithPermit(uint64 cents, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        // Anyone can see the permit and use it first; then the allowance is there and the deposit goes on.
        try
            IERC20Permit(address(euro)).permit(msg.sender, address(this), cents * UNITS_PER_CENT, deadline, v, r, s)
        {} catch {}
        deposit(cents);
    }

    /// @inheritdoc ILedger
    function depositFor(MemberIndex member, uint64 cents, bytes32 bankReference) external onlyProvider {
        _requireAccount(member);
        if (bankReference == 0) revert LedgerBankReferenceMissing();
        _book(member, _signed(cents));
        emit Deposited(member, cents, bankReference);
        _pull(cents);
    }

    /// @inheritdoc ILedger
    function depositGuarantee(uint64 cents) external onlyProvider {
        if (cents == 0) revert LedgerAmountZero();
        uint64 guarantee_ = _till.guarantee + cents;
        _till.guarantee = guarantee_;
        emit GuaranteeChanged(guarantee_);
        _pull(cents);
    }

    // ---------------------------------------------------------------------------------------------- paying out

    /// @inheritdoc ILedger
    function withdraw(uint64 cents) external {
        MemberIndex member = _callingMember();
        _draw(member, cents, msg.sender, 0);
    }

    /// @inheritdoc ILedger
    function payOut(MemberIndex member, uint64 cents, bytes32 bankReference) external onlyProvider {
        _requireAccount(member);
        if (MemberIndex.unwrap(member) == 0) revert LedgerMemberUnknown(member);
        address wallet = registry.walletOf(member);
        if (wallet != address(0)) revert LedgerMemberHasWallet(member, wallet);
        if (bankReference == 0) revert LedgerBankReferenceMissing();
        _draw(member, cents, msg.sender, bankReference);
    }

    /// @inheritdoc ILedger
    function directCommunity(address to, uint64 cents) external onlyGovernor {
        _draw(COMMUNITY, cents, to, 0);
    }

    /// @inheritdoc ILedger
    function withdrawGuarantee(uint64 cents) external onlyProvider {
        if (cents == 0) revert LedgerAmountZero();
        Till memory till = _till;
        uint256 needed = uint256(till.totalDebt) + cents;
        if (till.guarantee < needed) revert LedgerGuaranteeShort(needed - till.guarantee);
        uint64 guarantee_ = till.guarantee - cents;
        _till.guarantee = guarantee_;
        emit GuaranteeChanged(guarantee_);
        _push(msg.sender, cents);
    }

    /// @inheritdoc ILedger
    function setReserve(uint64 cents) external onlyGovernor {
        _setReserve(cents);
    }

    // -------------------------------------------------------------------------------------------------- views

    /// @inheritdoc ILedger
    function balanceOf(MemberIndex member) public view returns (int64) {
        uint256 index = MemberIndex.unwrap(member);
        return _words[index / 4].at(index % 4);
    }

    /// @inheritdoc ILedger
    function availableTo(MemberIndex member) public view returns (uint64) {
        int256 free = balanceOf(member);
        if (registry.participatesUntil(member) > settledThrough()) free -= int256(uint256(_till.reserve));
        return free > 0 ? uint64(uint256(free)) : 0;
    }

    /// @inheritdoc ILedger
    function guarantee() external view returns (uint64) {
        return _till.guarantee;
    }

    /// @inheritdoc ILedger
    function totalDebt() external view returns (uint64) {
        return _till.totalDebt;
    }

    /// @inheritdoc ILedger
    function reserve() external view returns (uint64) {
        return _till.reserve;
    }

    /// @inheritdoc ILedger
    function settledThrough() public view virtual returns (uint64);

    // ----------------------------------------------------------------------------------------------- internal

    /**
     * Add `cents[i]` to the account of member i. `missing`: by how much the guarantee would then be short, for the
     * caller to refuse. `sum` and `credited` are those of the vector and of its positive entries.
     */
    function _bookAll(int64[] calldata cents) internal returns (int256 sum, int256 credited, uint256 missing) {
        Till memory till = _till;
        int256 debt = int256(uint256(till.totalDebt));
        // No overflow: at most 65,536 amounts of 64 bits are summed in 256; what must fit into 64 bits is checked.
        unchecked {
            for (uint256 first = 0; first < cents.length; first += 4) {
                uint256 word = _words[first / 4];
                uint256 updated = 0;
                for (uint256 member = first; member < first + 4; ++member) {
                    // The four balances are shifted out of one word into the other, the highest first.
                    int256 balance = word.at(0);
                    word <<= 64;
                    if (member < cents.length) {
                        int256 entry = cents[member];
                        if (balance < 0) debt += balance;
                        balance += entry;
                        if (balance < 0) debt -= balance;
                        if (entry > 0) credited += entry;
                        sum += entry;
                    }
                    updated = (updated << 64) | uint64(SafeCast.toInt64(balance));
                }
                _words[first / 4] = updated;
            }
        }
        _till.totalDebt = SafeCast.toUint64(uint256(debt));
        if (uint256(debt) > till.guarantee) missing = uint256(debt) - till.guarantee;
    }

    // ------------------------------------------------------------------------------------------------ private

    function _draw(MemberIndex member, uint64 cents, address to, bytes32 bankReference) private {
        uint64 available = availableTo(member);
        if (cents > available) revert LedgerBalanceShort(member, cents, available);
        _book(member, -_signed(cents));
        emit Withdrawn(member, cents, to, bankReference);
        _push(to, cents);
    }

    /// A single account changes through its owner: paying in lowers debts, and nobody draws below zero.
    function _book(MemberIndex member, int64 cents) private {
        uint256 index = MemberIndex.unwrap(member);
        uint256 word = _words[index / 4];
        int64 old = word.at(index % 4);
        int64 balance = old + cents;
        _words[index / 4] = word.with(index % 4, balance);
        if (old < 0) _till.totalDebt = SafeCast.toUint64(_till.totalDebt + balance.debt() - old.debt());
    }

    function _setReserve(uint64 cents) private {
        _till.reserve = cents;
        emit ReserveChanged(cents);
    }

    function _pull(uint64 cents) private {
        euro.safeTransferFrom(msg.sender, address(this), cents * UNITS_PER_CENT);
    }

    function _push(address to, uint64 cents) private {
        euro.safeTransfer(to, cents * UNITS_PER_CENT);
    }

    function _callingMember() private view returns (MemberIndex member) {
        member = registry.memberOf(msg.sender);
        if (MemberIndex.unwrap(member) == 0) revert LedgerNotMember(msg.sender);
    }

    /// Tokens for an index never given would be out of everybody's reach.
    function _requireAccount(MemberIndex member) private view {
        if (MemberIndex.unwrap(member) > registry.memberCount()) revert LedgerMemberUnknown(member);
    }

    function _signed(uint64 cents) private pure returns (int64) {
        if (cents == 0) revert LedgerAmountZero();
        return SafeCast.toInt64(int256(uint256(cents)));
    }
}
