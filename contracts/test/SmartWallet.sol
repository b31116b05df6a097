// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// A wallet that is a contract: it takes its owner's signature for its own (ERC-1271) and makes many calls at once. For
/// tests.
contract SmartWallet is IERC1271 {
    using Address for address;

    error WalletNotOwner(address caller);

    address public immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function callAll(address target, bytes[] calldata calls) external {
        if (msg.sender != owner) revert WalletNotOwner(msg.sender);
        for (uint256 i; i < calls.length; ++i) target.functionCall(calls[i]);
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view override returns (bytes4) {
        (address signer, , ) = ECDSA.tryRecover(digest, signature);
        return signer == owner ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
