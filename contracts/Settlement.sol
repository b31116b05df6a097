// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAttestationHub} from "../interfaces/IAttestationHub.sol";
import {ICommunityRegistry} from "../interfaces/ICommunityRegistry.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IMeterDataRegistry} from "../interfaces/IMeterDataRegistry.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {Ledger} from "./Ledger.sol";
import {Months} from "./Months.sol";
import {PeriodId, SettlementReport, TaskKind} from "./Types.sol";

/**
 * A report is kept as its hash and the end of its window; the report itself is in the event and comes back as calldata
 * with the vector of net amounts, which is checked against the hash the workers signed and booked in one pass. See the
 * interface for the guarantees.
 */
contract Settlement is ISettlement, Ledger {
    using Months for PeriodId;

    struct Report {
        bytes32 hash;
        uint64 windowEnd;
        State state;
    }

    IMeterDataRegistry public immutable meterData;
    IAttestationHub public immutable hub;

    uint64 private _challengeWindow;
    uint64 private _settledThrough;
    /// The first period that is not settled.
    PeriodId private _unsettled;
    mapping(PeriodId period => Report) private _reports;

    constructor(
        address governor_,
        ICommunityRegistry registry_,
        IMeterDataRegistry meterData_,
        IAttestationHub hub_,
        IERC20 euro_,
        uint64 challengeWindow_,
        uint64 reserveCents
    ) Ledger(governor_, registry_, euro_, reserveCents) {
        meterData = meterData_;
        hub = hub_;
        PeriodId first = meterData_.firstPeriod();
        _unsettled = first;
        (_settledThrough, ) = meterData_.boundsOf(first);
        _setChallengeWindow(challengeWindow_);
    }

    /// @inheritdoc ISettlement
    function accept(PeriodId period, bytes32 taskId, SettlementReport calldata report) external {
        if (msg.sender != address(hub)) revert SettlementNotHub(msg.sender);
        Report storage record = _reports[period];
        if (record.hash != 0) revert SettlementReported(period);
        if (report.allocated > report.produced) revert SettlementOverAllocated(report.allocated, report.produced);
        uint64 windowEnd = uint64(block.timestamp) + _challengeWindow;
        record.hash = keccak256(abi.encode(report));
        record.windowEnd = windowEnd;
        record.state = State.REPORTED;
        emit ReportAccepted(period, taskId, report, windowEnd);
    }

    /// @inheritdoc ISettlement
    function settle(PeriodId period, SettlementReport calldata report, int64[] calldata netCents) external {
        if (msg.sender != registry.provider()) revert SettlementNotProvider(msg.sender);
        Report memory record = _reports[period];
        if (record.state == State.NONE) revert SettlementNotReported(period);
        if (record.state == State.SETTLED) revert SettlementAlreadySettled(period);
        if (block.timestamp < record.windowEnd) revert SettlementWindowOpen(period, record.windowEnd);
        bytes32 reportHash = keccak256(abi.encode(report));
        if (reportHash != record.hash) revert SettlementReportMismatch(record.hash, reportHash);

        bytes32 taskId = hub.currentTaskId(TaskKind.SETTLEMENT, period);
        _requireVector(period, taskId, report.netHash, netCents);
        _reports[period].state = State.SETTLED;
        _advance();
        emit PeriodSettled(period, taskId, netCents);

        (int256 sum, uint256 credited, uint256 missing) = _bookAll(netCents);
        if (sum != 0) revert SettlementSumNotZero(sum);
        if (credited > report.debit) revert SettlementDebitExceeded(credited, report.debit);
        if (missing > 0) revert SettlementGuaranteeShort(missing);
    }

    /// @inheritdoc ISettlement
    function setChallengeWindow(uint64 duration) external onlyGovernor {
        _setChallengeWindow(duration);
    }

    /// @inheritdoc ISettlement
    function reportOf(PeriodId period) external view returns (bytes32 reportHash, uint64 windowEnd, State state) {
        Report storage record = _reports[period];
        return (record.hash, record.windowEnd, record.state);
    }

    /// @inheritdoc ISettlement
    function isReported(PeriodId period) external view returns (bool) {
        return _reports[period].state != State.NONE;
    }

    /// @inheritdoc ILedger
    function settledThrough() public view override(ILedger, Ledger) returns (uint64) {
        return _settledThrough;
    }

    /// @inheritdoc ISettlement
    function challengeWindow() external view returns (uint64) {
        return _challengeWindow;
    }

    /// The length is told apart from the contents, because a vector of another roster is the likelier mistake.
    function _requireVector(PeriodId period, bytes32 taskId, bytes32 netHash, int64[] calldata netCents) private view {
        uint256 expected = meterData.entriesOf(period);
        if (netCents.length != expected) revert SettlementLengthMismatch(expected, netCents.length);
        bytes32 given = keccak256(abi.encode(taskId, netCents));
        if (given != netHash) revert SettlementVectorMismatch(netHash, given);
    }

    /// Periods may be settled out of order; `settledThrough` waits for the gap to close.
    function _advance() private {
        PeriodId period = _unsettled;
        while (_reports[period].state == State.SETTLED) {
            (, _settledThrough) = meterData.boundsOf(period);
            period = period.next();
        }
        _unsettled = period;
    }

    function _setChallengeWindow(uint64 duration) private {
        _challengeWindow = duration;
        emit ChallengeWindowChanged(duration);
    }
}
