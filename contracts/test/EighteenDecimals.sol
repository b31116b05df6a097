// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/**
 * A token that the ledger must refuse: it has the usual 18 decimals, not a euro's 6.
 */
contract EighteenDecimals is ERC20 {
    constructor() ERC20("Not a euro", "NOT") {}
}
