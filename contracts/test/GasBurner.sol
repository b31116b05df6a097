// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// A wallet that spends all it is given when asked about a signature. For tests.
contract GasBurner is IERC1271 {
    function isValidSignature(bytes32, bytes calldata) external pure override returns (bytes4) {
        assembly ("memory-safe") {
            invalid()
        }
    }
}
