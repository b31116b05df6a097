// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/**
 * Signed amounts of 64 bits, four to a word, the first in the highest bits: a period books dozens of accounts at once,
 * and a word written costs the same whether one or four of them changed.
 */
library Balances {
    /**
     * @notice The amount at `place` (0 to 3) of `word`.
     */
    function at(uint256 word, uint256 place) internal pure returns (int64) {
        return int64(uint64(word >> ((3 - place) * 64)));
    }

    /**
     * @notice `word` with `amount` at `place`.
     */
    function with(uint256 word, uint256 place, int64 amount) internal pure returns (uint256) {
        uint256 shift = (3 - place) * 64;
        return (word & ~(uint256(type(uint64).max) << shift)) | (uint256(uint64(amount)) << shift);
    }

    /**
     * @notice What `amount` owes: max(0, −amount).
     */
    function debt(int64 amount) internal pure returns (uint256) {
        return amount < 0 ? uint256(-int256(amount)) : 0;
    }
}
