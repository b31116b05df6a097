// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PeriodId} from "./Types.sol";

/**
 * Arithmetic on period labels `YYYYMM`.
 */
library Months {
    /**
     * @notice Whether the last two digits are a month.
     */
    function isMonth(PeriodId period) internal pure returns (bool) {
        uint256 month = PeriodId.unwrap(period) % 100;
        return month >= 1 && month <= 12;
    }

    /**
     * @notice Months since the beginning of year 0, so that differences count months.
     */
    function count(PeriodId period) internal pure returns (uint256) {
        uint256 label = PeriodId.unwrap(period);
        return (label / 100) * 12 + (label % 100) - 1;
    }

    /**
     * @notice The month after `period`.
     */
    function next(PeriodId period) internal pure returns (PeriodId) {
        uint32 label = PeriodId.unwrap(period);
        return PeriodId.wrap(label % 100 == 12 ? label + 89 : label + 1);
    }

    /**
     * @notice The month `months` after `period`.
     */
    function plus(PeriodId period, uint256 months) internal pure returns (PeriodId) {
        uint256 total = count(period) + months;
        // No overflow: a calendar holds a few hundred months and labels have ten times the room.
        return PeriodId.wrap(uint32((total / 12) * 100 + (total % 12) + 1));
    }
}
