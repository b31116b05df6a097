// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MemberIndex} from "../Types.sol";
import {RegistryMembers} from "./RegistryMembers.sol";

/**
 * A member who loses a wallet does not lose the membership: on the member's evidence the provider asks for another
 * wallet, or the old wallet asks for it itself. The old wallet has the delay to say no, so that neither a provider nor
 * whoever talked to it can take a membership from somebody who still holds the key.
 */
abstract contract RegistryWallets is RegistryMembers {
    struct Replacement {
        address newWallet; // 0: nothing waits
        uint64 completableAt;
        bool byProvider;
    }

    uint64 public immutable override replacementDelay;

    mapping(MemberIndex => Replacement) private _replacements;

    constructor(uint64 replacementDelay_) {
        if (replacementDelay_ == 0) revert RegistryDelayZero();
        replacementDelay = replacementDelay_;
    }

    function requestWalletReplacement(MemberIndex member, address newWallet) external override {
        Member storage record = _members[member];
        if (record.joinedAt == 0) revert RegistryMemberUnknown(member);
        if (msg.sender != provider && msg.sender != record.wallet) revert RegistryUnauthorised(msg.sender);
        if (_replacements[member].newWallet != address(0)) revert RegistryReplacementPending(member);
        _checkFree(newWallet);
        uint64 completableAt = uint64(block.timestamp) + replacementDelay;
        _replacements[member] = Replacement(newWallet, completableAt, msg.sender == provider);
        emit WalletReplacementRequested(member, record.wallet, newWallet, completableAt);
    }

    function vetoWalletReplacement(MemberIndex member) external override {
        Replacement memory waiting = _waiting(member);
        bool withdrawn = waiting.byProvider && msg.sender == provider;
        if (!withdrawn && msg.sender != _members[member].wallet) revert RegistryUnauthorised(msg.sender);
        delete _replacements[member];
        emit WalletReplacementVetoed(member, waiting.newWallet, msg.sender);
    }

    function completeWalletReplacement(MemberIndex member) external override {
        Replacement memory waiting = _waiting(member);
        if (block.timestamp < waiting.completableAt) revert RegistryReplacementEarly(member, waiting.completableAt);
        _checkFree(waiting.newWallet);
        Member storage record = _members[member];
        address oldWallet = record.wallet;
        delete _replacements[member];
        delete _wallets[oldWallet];
        record.wallet = waiting.newWallet;
        _wallets[waiting.newWallet] = Wallet(member, record.joinedAt, record.leftAt);
        emit WalletReplaced(member, oldWallet, waiting.newWallet);
    }

    function replacementOf(MemberIndex member) external view override returns (address, uint64) {
        return (_replacements[member].newWallet, _replacements[member].completableAt);
    }

    function _waiting(MemberIndex member) private view returns (Replacement memory waiting) {
        waiting = _replacements[member];
        if (waiting.newWallet == address(0)) revert RegistryReplacementUnknown(member);
    }

    /// A wallet that ever stood for a member still does (a balance may be due to it), unless it was replaced.
    function _checkFree(address wallet) private view {
        if (wallet == address(0)) revert RegistryAddressZero();
        MemberIndex holder = _wallets[wallet].member;
        if (MemberIndex.unwrap(holder) != 0) revert RegistryWalletTaken(wallet, holder);
    }
}
