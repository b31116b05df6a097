// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICommunityRegistry} from "../interfaces/ICommunityRegistry.sol";
import {IMeterDataRegistry} from "../interfaces/IMeterDataRegistry.sol";
import {IRuleBook} from "../interfaces/IRuleBook.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {Months} from "./Months.sol";
import {ConformityReport, MemberIndex, PeriodId, Task, TaskKind, Verdict} from "./Types.sol";

/**
 * Periods follow a calendar of UTC seconds at which local months begin: the chain knows no time zones, so the clock
 * changes are in the numbers. A period walks OPEN → DATA → CHECKED; a rejected or superseded dataset brings it back to
 * DATA with the next version. See the interface for the guarantees.
 */
contract MeterDataRegistry is IMeterDataRegistry {
    using Months for PeriodId;

    /// A month lasts 28 to 31 days, an hour less or more with the clock changes.
    uint64 private constant SHORTEST_MONTH = 28 days - 1 hours;
    uint64 private constant LONGEST_MONTH = 31 days + 1 hours;

    ICommunityRegistry public immutable registry;
    IRuleBook public immutable ruleBook;
    address public immutable hub;
    ISettlement public immutable settlement;
    uint32 public immutable stepSeconds;
    PeriodId public immutable firstPeriod;

    /// Start of each month of the calendar from `firstPeriod` on; the last entry is the end of the last month.
    uint64[] private _starts;
    PeriodId private _next;
    mapping(PeriodId period => Period) private _periods;
    /// By key, as a vote may still change the key of a period to come.
    mapping(PeriodId period => mapping(bytes32 keyHash => bytes32 root)) private _tables;

    constructor(
        ICommunityRegistry registry_,
        IRuleBook ruleBook_,
        address hub_,
        ISettlement settlement_,
        uint32 stepSeconds_,
        PeriodId first,
        uint64[] memory calendar
    ) {
        if (
            stepSeconds_ != 5 minutes &&
            stepSeconds_ != 10 minutes &&
            stepSeconds_ != 15 minutes &&
            stepSeconds_ != 30 minutes &&
            stepSeconds_ != 60 minutes
        ) revert MeterDataStepInvalid(stepSeconds_);
        if (!first.isMonth()) revert MeterDataOutsideCalendar(first);
        if (calendar.length < 2) revert MeterDataCalendarInvalid(calendar.length);
        registry = registry_;
        ruleBook = ruleBook_;
        hub = hub_;
        settlement = settlement_;
        stepSeconds = stepSeconds_;
        firstPeriod = first;
        _next = first;
        _starts.push(calendar[0]);
        for (uint256 i = 1; i < calendar.length; ++i) _append(calendar[i], stepSeconds_);
    }

    // ------------------------------------------------------------------------------------------------ periods

    /// @inheritdoc IMeterDataRegistry
    function createPeriod(PeriodId period) external {
        PeriodId next = _next;
        if (PeriodId.unwrap(period) != PeriodId.unwrap(next)) revert MeterDataNotNext(period, next);
        (uint64 start, uint64 end) = boundsOf(period);
        if (block.timestamp < start) revert MeterDataNotStarted(period, start);
        bytes32 rulesHash = ruleBook.rulesHashAt(start);

        Period storage record = _periods[period];
        record.state = State.OPEN;
        record.start = start;
        record.end = end;
        record.steps = uint32((end - start) / stepSeconds);
        record.rulesHash = rulesHash;
        _next = period.next();
        emit PeriodCreated(period, start, end, rulesHash);
    }

    /// @inheritdoc IMeterDataRegistry
    function extendCalendar(uint64[] calldata starts) external {
        if (msg.sender != registry.governor()) revert MeterDataNotGovernor(msg.sender);
        if (starts.length == 0) revert MeterDataCalendarInvalid(_starts.length);
        for (uint256 i = 0; i < starts.length; ++i) _append(starts[i], stepSeconds);
        emit CalendarExtended(firstPeriod.plus(_starts.length - 2), starts[starts.length - 1]);
    }

    /// @inheritdoc IMeterDataRegistry
    function commitTable(PeriodId period, bytes32 root, bytes32 digest) external {
        if (root == 0 || digest == 0) revert MeterDataDigestMissing();
        (uint64 start, ) = boundsOf(period);
        if (block.timestamp >= start) revert MeterDataStarted(period, start);
        (address committer, bytes32 keyHash) = ruleBook.committerAt(start);
        if (msg.sender != committer) revert MeterDataNotCommitter(msg.sender, committer);
        bytes32 committed = _tables[period][keyHash];
        if (committed != 0) revert MeterDataTableCommitted(period, committed);
        _tables[period][keyHash] = root;
        emit TableCommitted(period, keyHash, root, digest);
    }

    // ----------------------------------------------------------------------------------------------- datasets

    /// @inheritdoc IMeterDataRegistry
    function publishDataset(
        PeriodId period,
        bytes32 inputDigest,
        bytes32 readingsRoot,
        bytes32 envelopesDigest,
        bytes32 relayEvidence
    ) external {
        bool relayed = _requirePublisher(relayEvidence);
        if (inputDigest == 0 || readingsRoot == 0 || envelopesDigest == 0) revert MeterDataDigestMissing();
        Period storage record = _existing(period);
        if (block.timestamp < record.end) revert MeterDataNotEnded(period, record.end);
        if (inputDigest == record.inputDigest) revert MeterDataUnchanged(inputDigest);
        if (settlement.isReported(period)) revert MeterDataReported(period);

        if (record.version == 0) {
            (record.rosterHash, record.columns, record.highestMember) = registry.freezeRoster(
                period,
                record.start,
                record.end
            );
        }
        uint16 version = ++record.version;
        record.state = State.DATA;
        record.inputDigest = inputDigest;
        record.readingsRoot = readingsRoot;
        record.relayed = relayed;
        emit DatasetPublished(period, version, inputDigest, readingsRoot, envelopesDigest, msg.sender, relayEvidence);
    }

    /// @inheritdoc IMeterDataRegistry
    function publishEnvelopes(PeriodId period, bytes32 digest) external {
        if (msg.sender != registry.gridOperator() && msg.sender != registry.provider()) {
            revert MeterDataNotPublisher(msg.sender);
        }
        if (digest == 0) revert MeterDataDigestMissing();
        if (_existing(period).version == 0) revert MeterDataNoDataset(period);
        emit EnvelopesPublished(period, digest);
    }

    /// @inheritdoc IMeterDataRegistry
    function recordVerdict(PeriodId period, bytes32 inputDigest, ConformityReport calldata report) external {
        if (msg.sender != hub) revert MeterDataNotHub(msg.sender);
        Period storage record = _existing(period);
        if (record.state != State.DATA) revert MeterDataWrongState(period, record.state);
        if (inputDigest != record.inputDigest) revert MeterDataSuperseded(inputDigest, record.inputDigest);
        if (report.verdict == Verdict.CONFORM) {
            if (report.readingsRoot != record.readingsRoot) {
                revert MeterDataRootMismatch(record.readingsRoot, report.readingsRoot);
            }
            record.state = State.CHECKED;
        } else if (report.verdict == Verdict.REJECTED) {
            record.state = State.REJECTED;
        }
        emit VerdictRecorded(period, report.verdict, report.readingsRoot, report.findingsDigest);
    }

    // -------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IMeterDataRegistry
    function periodOf(PeriodId period) external view returns (Period memory) {
        return _periods[period];
    }

    /// @inheritdoc IMeterDataRegistry
    function taskOf(TaskKind kind, PeriodId period) external view returns (Task memory) {
        State ready = kind == TaskKind.CONFORMITY ? State.DATA : State.CHECKED;
        State state = _existing(period).state;
        if (state != ready) revert MeterDataWrongState(period, state);
        return describe(kind, period);
    }

    /// @inheritdoc IMeterDataRegistry
    function describe(TaskKind kind, PeriodId period) public view returns (Task memory task) {
        Period storage record = _existing(period);
        if (record.version == 0) revert MeterDataNoDataset(period);
        task.kind = kind;
        task.period = period;
        task.revision = record.revision;
        task.start = record.start;
        task.stepSeconds = stepSeconds;
        task.steps = record.steps;
        task.columns = record.columns;
        task.rulesHash = record.rulesHash;
        task.rosterHash = record.rosterHash;
        task.tableRoot = tableOf(period);
        task.inputDigest = record.inputDigest;
        task.readingsRoot = record.readingsRoot;
    }

    /// @inheritdoc IMeterDataRegistry
    function tableOf(PeriodId period) public view returns (bytes32) {
        (uint64 start, ) = boundsOf(period);
        (address committer, bytes32 keyHash) = ruleBook.committerAt(start);
        return committer == address(0) ? bytes32(0) : _tables[period][keyHash];
    }

    /// @inheritdoc IMeterDataRegistry
    function versionOf(PeriodId period) external view returns (uint16) {
        return _periods[period].version;
    }

    /// @inheritdoc IMeterDataRegistry
    function entriesOf(PeriodId period) external view returns (uint256) {
        return uint256(MemberIndex.unwrap(_periods[period].highestMember)) + 1;
    }

    /// @inheritdoc IMeterDataRegistry
    function boundsOf(PeriodId period) public view returns (uint64 start, uint64 end) {
        if (!period.isMonth() || PeriodId.unwrap(period) < PeriodId.unwrap(firstPeriod)) {
            revert MeterDataOutsideCalendar(period);
        }
        uint256 index = period.count() - firstPeriod.count();
        if (index + 1 >= _starts.length) revert MeterDataOutsideCalendar(period);
        return (_starts[index], _starts[index + 1]);
    }

    /// @inheritdoc IMeterDataRegistry
    function nextPeriod() external view returns (PeriodId) {
        return _next;
    }

    // ------------------------------------------------------------------------------------------------ private

    /// Evidence tells which of the two publishes: the operator itself, or the provider in its name.
    function _requirePublisher(bytes32 relayEvidence) private view returns (bool relayed) {
        if (msg.sender == registry.gridOperator()) {
            if (relayEvidence != 0) revert MeterDataEvidenceUnneeded();
            return false;
        }
        if (msg.sender != registry.provider()) revert MeterDataNotPublisher(msg.sender);
        if (relayEvidence == 0) revert MeterDataEvidenceMissing();
        return true;
    }

    function _existing(PeriodId period) private view returns (Period storage record) {
        record = _periods[period];
        if (record.state == State.NONE) revert MeterDataPeriodUnknown(period);
    }

    function _append(uint64 start, uint32 step) private {
        uint256 position = _starts.length;
        uint64 previous = _starts[position - 1];
        if (start < previous + SHORTEST_MONTH || start > previous + LONGEST_MONTH || (start - previous) % step != 0) {
            revert MeterDataCalendarInvalid(position);
        }
        _starts.push(start);
    }
}
