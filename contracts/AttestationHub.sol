// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IAttestationHub} from "../interfaces/IAttestationHub.sol";
import {IMeterDataRegistry} from "../interfaces/IMeterDataRegistry.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {ConformityReport, PeriodId, SettlementReport, Task, TaskKind, WorkerSignature} from "./Types.sol";

/**
 * A task is opened in a transaction of its own, which leaves one word under the task's id; whoever submits brings the
 * task itself as calldata, so checking that it was asked here, is unanswered and still stands costs one read. Reports
 * are not kept here: a verdict goes to the meter-data registry, a settlement report to Settlement.
 *
 * Reports are counted by the workers' EIP-712 signatures of `Attestation(taskId, reportHash)`, which can be collected
 * over HTTP by anyone. See the interface for the guarantees.
 */
contract AttestationHub is IAttestationHub, EIP712 {
    bytes32 private constant ATTESTATION_TYPEHASH = keccak256("Attestation(bytes32 taskId,bytes32 reportHash)");
    uint256 private constant MOST_WORKERS = 256;

    enum Status {
        NONE,
        OPEN,
        ANSWERED,
        SUPERSEDED
    }

    /// What is kept of a task: one word.
    struct Record {
        Status status;
        uint16 attempt;
        uint16 version;
        uint32 workerSet;
        uint64 openedAt;
        uint64 windowEnd;
    }

    struct Worker {
        address account;
        bool active;
        string endpoint;
    }

    /// `count` counts the indices given, those of workers who left included.
    struct WorkerSet {
        uint32 number;
        uint8 quorum;
        uint16 count;
    }

    address public immutable governor;
    IMeterDataRegistry public immutable meterData;
    ISettlement public immutable settlement;
    uint64 public immutable reopenDelay;

    WorkerSet private _set;
    mapping(uint256 index => Worker) private _workers;
    /// Index of a worker plus one, 0 for a stranger.
    mapping(address worker => uint256) private _places;
    mapping(bytes32 taskId => Record) private _records;
    mapping(TaskKind kind => mapping(PeriodId period => bytes32 taskId)) private _current;

    constructor(
        address governor_,
        IMeterDataRegistry meterData_,
        ISettlement settlement_,
        address[] memory workers,
        string[] memory endpoints,
        uint8 quorum_,
        uint64 reopenDelay_
    ) EIP712("DAISEE AttestationHub", "1") {
        if (reopenDelay_ == 0) revert HubReopenDelayZero();
        governor = governor_;
        meterData = meterData_;
        settlement = settlement_;
        reopenDelay = reopenDelay_;
        _setWorkers(workers, endpoints, quorum_);
    }

    // -------------------------------------------------------------------------------------------------- tasks

    /// @inheritdoc IAttestationHub
    function open(TaskKind kind, PeriodId period) external returns (bytes32 taskId) {
        bytes32 last = _current[kind][period];
        uint16 version = meterData.versionOf(period);
        if (last != 0) {
            Record storage record = _records[last];
            if (record.version == version) {
                if (record.status == Status.ANSWERED) revert HubTaskAnswered(last);
                revert HubTaskOpen(last);
            }
        }
        return _open(kind, period, version, last);
    }

    /// @inheritdoc IAttestationHub
    function reopen(TaskKind kind, PeriodId period) external returns (bytes32 taskId) {
        bytes32 last = _current[kind][period];
        if (last == 0) revert HubTaskMissing(kind, period);
        Record storage record = _records[last];
        if (record.status == Status.ANSWERED) revert HubTaskAnswered(last);
        uint16 version = meterData.versionOf(period);
        if (record.version != version) revert HubTaskSuperseded(last);
        if (record.workerSet == _set.number) {
            uint64 from = record.openedAt + reopenDelay;
            if (block.timestamp < from) revert HubReopenTooEarly(from);
        }
        return _open(kind, period, version, last);
    }

    /// @inheritdoc IAttestationHub
    function submitConformity(
        Task calldata task,
        ConformityReport calldata report,
        WorkerSignature[] calldata signatures
    ) external {
        _attest(TaskKind.CONFORMITY, task, keccak256(abi.encode(report)), signatures);
        meterData.recordVerdict(task.period, task.inputDigest, report);
    }

    /// @inheritdoc IAttestationHub
    function submitSettlement(
        Task calldata task,
        SettlementReport calldata report,
        WorkerSignature[] calldata signatures
    ) external {
        bytes32 taskId = _attest(TaskKind.SETTLEMENT, task, keccak256(abi.encode(report)), signatures);
        _records[taskId].windowEnd = settlement.accept(task.period, taskId, report);
    }

    // ------------------------------------------------------------------------------------------------ workers

    /// @inheritdoc IAttestationHub
    function setWorkers(address[] calldata workers, string[] calldata endpoints, uint8 quorum_) external {
        if (msg.sender != governor) revert HubNotGovernor(msg.sender);
        _setWorkers(workers, endpoints, quorum_);
    }

    // -------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IAttestationHub
    function currentTask(
        TaskKind kind,
        PeriodId period
    ) external view returns (Task memory task, bytes32 taskId, bool answered) {
        bytes32 last = _current[kind][period];
        if (last != 0) {
            Record storage record = _records[last];
            if (record.version == meterData.versionOf(period)) {
                task = meterData.describe(kind, period);
                task.attempt = record.attempt;
                task.workerSet = record.workerSet;
                taskId = last;
                answered = record.status == Status.ANSWERED;
            }
        }
    }

    /// @inheritdoc IAttestationHub
    function answerOf(TaskKind kind, PeriodId period) external view returns (bytes32 taskId, uint64 windowEnd) {
        bytes32 last = _current[kind][period];
        Record storage record = _records[last];
        if (record.status == Status.ANSWERED) (taskId, windowEnd) = (last, record.windowEnd);
    }

    /// @inheritdoc IAttestationHub
    function taskIdOf(Task calldata task) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), task));
    }

    /// @inheritdoc IAttestationHub
    function workerCount() external view returns (uint256) {
        return _set.count;
    }

    /// @inheritdoc IAttestationHub
    function workerAt(uint8 index) external view returns (address, string memory, bool) {
        Worker storage worker = _workers[index];
        return (worker.account, worker.endpoint, worker.active);
    }

    /// @inheritdoc IAttestationHub
    function quorum() external view returns (uint8) {
        return _set.quorum;
    }

    /// @inheritdoc IAttestationHub
    function workerSet() external view returns (uint32) {
        return _set.number;
    }

    // ------------------------------------------------------------------------------------------------ private

    /// Attempts count on over dataset versions, so that no two tasks of a period and kind are equal.
    function _open(TaskKind kind, PeriodId period, uint16 version, bytes32 last) private returns (bytes32 taskId) {
        Task memory task = meterData.taskOf(kind, period);
        task.attempt = _records[last].attempt + 1;
        task.workerSet = _set.number;
        taskId = keccak256(abi.encode(block.chainid, address(this), task));
        if (last != 0 && _records[last].status == Status.OPEN) _records[last].status = Status.SUPERSEDED;
        _records[taskId] = Record({
            status: Status.OPEN,
            attempt: task.attempt,
            version: version,
            workerSet: task.workerSet,
            openedAt: uint64(block.timestamp),
            windowEnd: 0
        });
        _current[kind][period] = taskId;
        emit TaskOpened(taskId, kind, period, task);
    }

    /// Check that `task` stands and that a quorum signed `reportHash` for it, and mark it answered.
    function _attest(
        TaskKind kind,
        Task calldata task,
        bytes32 reportHash,
        WorkerSignature[] calldata signatures
    ) private returns (bytes32 taskId) {
        if (task.kind != kind) revert HubWrongKind(task.kind);
        taskId = taskIdOf(task);
        Record memory record = _records[taskId];
        if (record.status == Status.NONE) revert HubTaskUnknown(taskId);
        if (record.status == Status.ANSWERED) revert HubTaskAnswered(taskId);
        if (record.status == Status.SUPERSEDED) revert HubTaskSuperseded(taskId);
        WorkerSet memory set = _set;
        if (record.workerSet != set.number) revert HubWorkerSetChanged(record.workerSet, set.number);
        if (record.version != meterData.versionOf(task.period)) revert HubTaskSuperseded(taskId);

        uint256 signers = _verify(taskId, reportHash, signatures);
        if (signatures.length < set.quorum) revert HubQuorumNotReached(signatures.length, set.quorum);
        _records[taskId].status = Status.ANSWERED;
        emit Attested(taskId, reportHash, signers);
    }

    /// The signers as a bitmap, each verified and none twice.
    function _verify(
        bytes32 taskId,
        bytes32 reportHash,
        WorkerSignature[] calldata signatures
    ) private view returns (uint256 signers) {
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(ATTESTATION_TYPEHASH, taskId, reportHash)));
        for (uint256 i = 0; i < signatures.length; ++i) {
            WorkerSignature calldata signature = signatures[i];
            uint8 index = signature.worker;
            Worker storage worker = _workers[index];
            (address account, bool active) = (worker.account, worker.active);
            if (account == address(0)) revert HubWorkerUnknown(index);
            if (!active) revert HubWorkerLeft(index);
            uint256 bit = 1 << index;
            if (signers & bit != 0) revert HubSignerRepeated(index);
            signers |= bit;
            // Malformed signatures recover to zero, which is no worker.
            (address signer, , ) = ECDSA.tryRecover(digest, signature.r, signature.vs);
            if (signer != account) revert HubSignatureMismatch(index);
        }
    }

    function _setWorkers(address[] memory workers, string[] memory endpoints, uint8 quorum_) private {
        if (workers.length != endpoints.length) revert HubEndpointsMismatch(workers.length, endpoints.length);
        if (uint256(quorum_) * 2 <= workers.length || quorum_ > workers.length) {
            revert HubQuorumInvalid(quorum_, workers.length);
        }
        WorkerSet memory set = _set;
        for (uint256 i = 0; i < set.count; ++i) _workers[i].active = false;
        for (uint256 i = 0; i < workers.length; ++i) {
            address account = workers[i];
            if (account == address(0)) revert HubWorkerInvalid(account);
            uint256 place = _places[account];
            if (place == 0) {
                if (set.count == MOST_WORKERS) revert HubWorkersExhausted();
                place = ++set.count;
                _places[account] = place;
                _workers[place - 1].account = account;
            } else if (_workers[place - 1].active) {
                revert HubWorkerInvalid(account);
            }
            _workers[place - 1].active = true;
            _workers[place - 1].endpoint = endpoints[i];
        }
        set.number += 1;
        set.quorum = quorum_;
        _set = set;
        emit WorkersChanged(set.number, workers, quorum_);
    }
}
