// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

import {IAttestationHub} from "../interfaces/IAttestationHub.sol";
import {ICommunityRegistry} from "../interfaces/ICommunityRegistry.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IMeterDataRegistry} from "../interfaces/IMeterDataRegistry.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {Ledger} from "./Ledger.sol";
import {Months} from "./Months.sol";
import {PeriodId, SettlementReport, TaskKind} from "./Types.sol";

/**
 * A report is kept as its hash; the report itself is in the event and comes back as calldata with the vector of net
 * amounts, which is checked against the hash the workers signed and booked in one pass. The end of its window is kept
 * by the hub with the task. See the interface for the guarantees.
 */
contract Settlement is ISettlement, Ledger {
    using BitMaps for BitMaps.BitMap;
    using Months for PeriodId;

    IMeterDataRegistry public immutable meterData;
    IAttestationHub public immutable hub;

    uint64 private _challengeWindow;
    uint64 private _settledThrough;
    /// The first period that is not settled.
    PeriodId private _unsettled;
    /// Hash of each period's report.
    mapping(PeriodId period => bytes32) private _reports;
    /// One bit per month: settling a later period changes a word that is in use already.
    BitMaps.BitMap private _settled;

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
    function accept(
        PeriodId period,
        bytes32 taskId,
        SettlementReport calldata report
    ) external returns (uint64 windowEnd) {
        if (msg.sender != address(hub)) revert SettlementNotHub(msg.sender);
        if (_reports[period] != 0) revert SettlementReported(period);
        if (report.allocated > report.produced) revert SettlementOverAllocated(report.allocated, report.produced);
        windowEnd = uint64(block.timestamp) + _challengeWindow;
        _reports[period] = keccak256(abi.encode(report));
        emit ReportAccepted(period, taskId, report, windowEnd);
    }

    /// @inheritdoc ISettlement
    function settle(PeriodId period, SettlementReport calldata report, int64[] calldata netCents) external {
        if (msg.sender != registry.provider()) revert SettlementNotProvider(msg.sender);
        bytes32 attested = _reports[period];
        if (attested == 0) revert SettlementNotReported(period);
        if (_settled.get(period.count())) revert SettlementAlreadySettled(period);
        (bytes32 taskId, uint64 windowEnd) = hub.answerOf(TaskKind.SETTLEMENT, period);
        if (block.timestamp < windowEnd) revert SettlementWindowOpen(period, windowEnd);
        bytes32 given = keccak256(abi.encode(report));
        if (given != attested) revert SettlementReportMismatch(attested, given);
        _requireVector(period, taskId, report.netHash, netCents);

        _settled.set(period.count());
        _advance();
        emit PeriodSettled(period, taskId, netCents);

        (int256 sum, int256 credited, uint256 missing) = _bookAll(netCents);
        if (sum != 0) revert SettlementSumNotZero(sum);
        if (credited > int256(uint256(report.debit))) {
            revert SettlementDebitExceeded(uint256(credited), report.debit);
        }
        if (missing > 0) revert SettlementGuaranteeShort(missing);
    }

    /// @inheritdoc ISettlement
    function setChallengeWindow(uint64 duration) external onlyGovernor {
        _setChallengeWindow(duration);
    }

    /// @inheritdoc ISettlement
    function reportOf(PeriodId period) external view returns (bytes32 reportHash, uint64 windowEnd, State state) {
        reportHash = _reports[period];
        if (reportHash != 0) {
            (, windowEnd) = hub.answerOf(TaskKind.SETTLEMENT, period);
            state = _settled.get(period.count()) ? State.SETTLED : State.REPORTED;
        }
    }

    /// @inheritdoc ISettlement
    function isReported(PeriodId period) external view returns (bool) {
        return _reports[period] != 0;
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
        while (_settled.get(period.count())) {
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
