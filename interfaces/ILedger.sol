// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MemberIndex} from "../contracts/Types.sol";

/**
 * Accounts of the members in whole cents of an ERC-20 euro (6 decimals), by member index; account 0 is the community's.
 * A balance may be negative: the provider's guarantee stands behind it.
 *
 * Guarantees:
 *
 * G1. guarantee ≥ total debt, where total debt = Σ max(0, −balance), after every transaction.
 * G2. Tokens received − tokens paid = Σ balance + guarantee, to the cent. Tokens sent past the functions do not count
 *     and belong to nobody.
 * G3. Money leaves an account only towards the member's own wallet; if it has none, through the provider against a bank
 *     reference; from the community's account, where a vote says.
 * G4. Nobody draws more than the balance, less the reserve while the member has an unsettled period.
 * G5. A permit that somebody else has used up already does not stop the deposit it was made for.
 * G6. Only the provider pays in for others and moves the guarantee; only the governor sets the reserve.
 */
interface ILedger {
    event Deposited(MemberIndex indexed member, uint64 cents, bytes32 bankReference);
    event Withdrawn(MemberIndex indexed member, uint64 cents, address to, bytes32 bankReference);
    event GuaranteeChanged(uint64 guarantee);
    event ReserveChanged(uint64 cents);

    /// @notice The euro token must have 6 decimals.
    error LedgerTokenUnfit(uint8 decimals);

    /// @notice `caller` is no member's wallet.
    error LedgerNotMember(address caller);

    /// @notice `caller` is not the provider.
    error LedgerNotProvider(address caller);

    /// @notice `caller` is not the governor.
    error LedgerNotGovernor(address caller);

    /// @notice There is no such member.
    error LedgerMemberUnknown(MemberIndex member);

    /// @notice `member` has a wallet and draws its money itself.
    error LedgerMemberHasWallet(MemberIndex member, address wallet);

    /// @notice The amount is zero.
    error LedgerAmountZero();

    /// @notice A payment for somebody without a wallet names the bank transfer it answers to.
    error LedgerBankReferenceMissing();

    /// @notice Only `available` cents may be drawn now.
    error LedgerBalanceShort(MemberIndex member, uint64 cents, uint64 available);

    /// @notice The guarantee would be `missing` cents short of the debts it backs.
    error LedgerGuaranteeShort(uint256 missing);

    /**
     * @notice Pay into the caller's own account. The caller has approved the tokens.
     */
    function deposit(uint64 cents) external;

    /**
     * @notice `deposit` with the approval as an EIP-2612 signature in the same transaction.
     */
    function depositWithPermit(uint64 cents, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /**
     * @notice Pay in for a member, or for the community (0), whose money came by bank transfer. Provider only, with the
     * provider's tokens.
     */
    function depositFor(MemberIndex member, uint64 cents, bytes32 bankReference) external;

    /**
     * @notice Raise the guarantee. Provider only.
     */
    function depositGuarantee(uint64 cents) external;

    /**
     * @notice Lower the guarantee as far as debts allow. Provider only.
     */
    function withdrawGuarantee(uint64 cents) external;

    /**
     * @notice Draw from the caller's own account.
     */
    function withdraw(uint64 cents) external;

    /**
     * @notice Draw for a member without a wallet who was paid by bank transfer. Provider only; it receives the tokens.
     */
    function payOut(MemberIndex member, uint64 cents, bytes32 bankReference) external;

    /**
     * @notice Pay from the community's account. Governor only.
     */
    function directCommunity(address to, uint64 cents) external;

    /**
     * @notice Set what stays in an account while its member has an unsettled period. Governor only.
     */
    function setReserve(uint64 cents) external;

    /**
     * @notice Balance of `member` in cents; 0 is the community.
     */
    function balanceOf(MemberIndex member) external view returns (int64);

    /**
     * @notice What `member` could draw now.
     */
    function availableTo(MemberIndex member) external view returns (uint64);

    function guarantee() external view returns (uint64);

    /**
     * @notice Σ max(0, −balance).
     */
    function totalDebt() external view returns (uint64);

    function reserve() external view returns (uint64);

    /**
     * @notice Every period that ends at or before this second is settled.
     */
    function settledThrough() external view returns (uint64);
}
