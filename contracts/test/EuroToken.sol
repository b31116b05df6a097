// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/**
 * A euro for local chains: 6 decimals and EIP-2612 like the real ones, and anyone may print it. It has no other use.
 */
contract EuroToken is ERC20Permit {
    constructor() ERC20("Euro of the local chain", "EUR") ERC20Permit("Euro of the local chain") {}

    /**
     * @notice Print `units` (1e-6 €) for `to`.
     */
    function mint(address to, uint256 units) external {
        _mint(to, units);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
