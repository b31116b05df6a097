// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PeriodId, SettlementReport} from "../contracts/Types.sol";
import {ILedger} from "./ILedger.sol";

/**
 * Reports of who got which energy and who owes what, the window in which anyone may check them, and their booking.
 *
 * The window gives time, no more: no function here takes a challenge, and nothing strikes a report down. Who finds one
 * false tells the provider, who alone settles.
 *
 * Guarantees (those of ILedger hold as well):
 *
 * G1. Only a report that the hub passed on is ever settled, and a period has one report.
 * G2. Nothing is settled before the window is over; the window is the one in force when the report came in.
 * G3. A period is settled at most once, by the provider, with exactly the vector the workers signed.
 * G4. The vector has one entry per member up to the highest on the roster and the community, sums to zero, and moves no
 *     more than the report's debit.
 * G5. A settlement that the guarantee does not cover changes nothing and says how much is missing.
 * G6. Registry, meter-data registry, hub and governor are those that know this contract and each other.
 * G7. `settledThrough` is the end of the last period up to which every period is settled.
 */
interface ISettlement is ILedger {
    enum State {
        NONE,
        REPORTED,
        SETTLED
    }

    event ReportAccepted(PeriodId indexed period, bytes32 indexed taskId, SettlementReport report, uint64 windowEnd);
    event PeriodSettled(PeriodId indexed period, bytes32 indexed taskId, int64[] netCents);
    event ChallengeWindowChanged(uint64 duration);

    /// @notice `place` was told other addresses than this contract was: the deployer's nonce was not the predicted one.
    error SettlementMiswired(address place);

    /// @notice A window is at most `longest` seconds, so that no vote can put settlement off for ever.
    error SettlementWindowTooLong(uint64 duration, uint64 longest);

    /// @notice `caller` is not the hub.
    error SettlementNotHub(address caller);

    /// @notice `caller` is not the provider.
    error SettlementNotProvider(address caller);

    /// @notice `period` has its report already.
    error SettlementReported(PeriodId period);

    /// @notice More energy was allocated than produced.
    error SettlementOverAllocated(uint64 allocated, uint64 produced);

    /// @notice `period` has no report.
    error SettlementNotReported(PeriodId period);

    /// @notice `period` is settled.
    error SettlementAlreadySettled(PeriodId period);

    /// @notice The report may be checked until `windowEnd`; nothing is booked before.
    error SettlementWindowOpen(PeriodId period, uint64 windowEnd);

    /// @notice The report is not the attested one.
    error SettlementReportMismatch(bytes32 attested, bytes32 given);

    /// @notice The vector has `given` entries, the roster needs `expected`.
    error SettlementLengthMismatch(uint256 expected, uint256 given);

    /// @notice The vector is not the attested one.
    error SettlementVectorMismatch(bytes32 attested, bytes32 given);

    /// @notice The entries sum to `sum` cents.
    error SettlementSumNotZero(int256 sum);

    /// @notice The vector credits more than all invoices together.
    error SettlementDebitExceeded(uint256 credited, uint64 debit);

    /// @notice The guarantee is `missing` cents short of the debts this settlement would leave.
    error SettlementGuaranteeShort(uint256 missing);

    /**
     * @notice Take a report that a quorum of workers has signed. Hub only.
     * @return windowEnd the second before which it is not booked, for the hub to keep with the task
     */
    function accept(
        PeriodId period,
        bytes32 taskId,
        SettlementReport calldata report
    ) external returns (uint64 windowEnd);

    /**
     * @notice Book `period`: add `netCents[i]` to the account of member i. Provider only, after the window.
     */
    function settle(PeriodId period, SettlementReport calldata report, int64[] calldata netCents) external;

    /**
     * @notice Set the window of reports to come. Governor only.
     */
    function setChallengeWindow(uint64 duration) external;

    /**
     * @notice The report of `period`; zeros if there is none.
     */
    function reportOf(PeriodId period) external view returns (bytes32 reportHash, uint64 windowEnd, State state);

    function isReported(PeriodId period) external view returns (bool);

    function challengeWindow() external view returns (uint64);
}
