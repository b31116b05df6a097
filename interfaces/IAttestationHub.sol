// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ConformityReport, PeriodId, SettlementReport, Task, TaskKind, WorkerSignature} from "../contracts/Types.sol";
import {IMeterDataRegistry} from "./IMeterDataRegistry.sol";
import {ISettlement} from "./ISettlement.sol";

/**
 * The workers and what they attest: tasks are opened here, and a report counts once a quorum of workers has signed it.
 * One transaction carries the report and its signatures, so nobody needs to trust who collected them.
 *
 * Guarantees:
 *
 * G1. A report is passed on only with the valid signatures of at least `quorum` different workers of the current set,
 *     and the quorum is always more than half of the set.
 * G2. A signature is about one task, and a task names chain, hub, dataset, rules, roster, worker set and attempt:
 *     it counts for no other chain, hub, dataset, period, attempt or kind of task.
 * G3. A task is answered at most once.
 * G4. A task dies with its dataset version, its worker set or its attempt; a dead task is never answered.
 * G5. There is at most one open task per kind and period, and no two tasks ever have the same id.
 * G6. Anyone may open what is ready, reopen what nobody answered in time, and submit what a quorum has signed.
 * G7. A worker keeps its index as long as it is known; an index never passes to another worker.
 * G8. Only the governor changes the set.
 */
interface IAttestationHub {
    event TaskOpened(bytes32 indexed taskId, TaskKind indexed kind, PeriodId indexed period, Task task);
    /// `signers`: bit i is the worker with index i.
    event Attested(bytes32 indexed taskId, bytes32 reportHash, uint256 signers);
    event WorkersChanged(uint32 indexed workerSet, address[] workers, uint8 quorum);

    /// @notice `caller` is not the governor.
    error HubNotGovernor(address caller);

    /// @notice The task is open already.
    error HubTaskOpen(bytes32 taskId);

    /// @notice No such task was opened here: wrong chain, hub, attempt or content.
    error HubTaskUnknown(bytes32 taskId);

    /// @notice No task of this kind was ever opened for `period`.
    error HubTaskMissing(TaskKind kind, PeriodId period);

    /// @notice The task has its answer.
    error HubTaskAnswered(bytes32 taskId);

    /// @notice A later attempt or a later dataset version took the task's place.
    error HubTaskSuperseded(bytes32 taskId);

    /// @notice The task was opened for the worker set `asked`; it is `current` now. Reopen it.
    error HubWorkerSetChanged(uint32 asked, uint32 current);

    /// @notice Workers have until `from` to answer; before that only a change of the set allows to reopen.
    error HubReopenTooEarly(uint64 from);

    /// @notice Without a delay anyone could reopen a task for ever and no answer would ever arrive in time.
    error HubReopenDelayZero();

    /// @notice The report answers another kind of task.
    error HubWrongKind(TaskKind kind);

    /// @notice The signature is not that of `worker` on this task and report.
    error HubSignatureMismatch(uint8 worker);

    /// @notice `worker` signed twice.
    error HubSignerRepeated(uint8 worker);

    /// @notice `worker` was in the set and left.
    error HubWorkerLeft(uint8 worker);

    /// @notice There never was a worker with this index.
    error HubWorkerUnknown(uint8 worker);

    /// @notice `got` signatures, `needed` are needed.
    error HubQuorumNotReached(uint256 got, uint256 needed);

    /// @notice A quorum must be more than half of the workers and at most all of them.
    error HubQuorumInvalid(uint256 quorum, uint256 workers);

    /// @notice `worker` is twice in the list, or zero.
    error HubWorkerInvalid(address worker);

    /// @notice One endpoint per worker.
    error HubEndpointsMismatch(uint256 workers, uint256 endpoints);

    /// @notice All 256 indices have been given.
    error HubWorkersExhausted();

    /**
     * @notice Ask the workers about `period`. Anyone may, once the period is ready for this kind of task.
     */
    function open(TaskKind kind, PeriodId period) external returns (bytes32 taskId);

    /**
     * @notice Ask again what nobody answered, as the next attempt: after the delay, or at once if the set changed.
     */
    function reopen(TaskKind kind, PeriodId period) external returns (bytes32 taskId);

    /**
     * @notice Hand in a conformity report with its signatures; the verdict goes to the meter-data registry.
     */
    function submitConformity(
        Task calldata task,
        ConformityReport calldata report,
        WorkerSignature[] calldata signatures
    ) external;

    /**
     * @notice Hand in a settlement report with its signatures; the report goes to Settlement.
     */
    function submitSettlement(
        Task calldata task,
        SettlementReport calldata report,
        WorkerSignature[] calldata signatures
    ) external;

    /**
     * @notice Replace the set of workers. Governor only. Open tasks of the old set can only be reopened.
     * @param workers who is in the set from now on; who was in it and is not listed has left
     * @param endpoints where each serves its attestations over HTTP
     * @param quorum how many signatures a report needs
     */
    function setWorkers(address[] calldata workers, string[] calldata endpoints, uint8 quorum) external;

    /**
     * @notice The task about the current dataset of `period`, rebuilt; zeros if none was opened.
     */
    function currentTask(
        TaskKind kind,
        PeriodId period
    ) external view returns (Task memory task, bytes32 taskId, bool answered);

    /**
     * @notice The last task opened for `period` and the second before which its answer is not booked; zeros if it has none.
     * @dev Settlement sets the end of the window and reads it here: the task's word is written anyway, and a word of
     * its own would cost every report a fifth more. A verdict has no window.
     */
    function answerOf(TaskKind kind, PeriodId period) external view returns (bytes32 taskId, uint64 windowEnd);

    /**
     * @notice The id a task has on this chain and hub.
     */
    function taskIdOf(Task calldata task) external view returns (bytes32);

    /**
     * @notice How many indices were ever given.
     */
    function workerCount() external view returns (uint256);

    function workerAt(uint8 index) external view returns (address worker, string memory endpoint, bool active);

    /**
     * @notice Signatures a report needs now.
     */
    function quorum() external view returns (uint8);

    /**
     * @notice Number of the current set, from 1.
     */
    function workerSet() external view returns (uint32);

    function governor() external view returns (address);

    /**
     * @notice Where verdicts go.
     */
    function meterData() external view returns (IMeterDataRegistry);

    /**
     * @notice Where settlement reports go.
     */
    function settlement() external view returns (ISettlement);

    /**
     * @notice Seconds the workers have before anyone may reopen a task.
     */
    function reopenDelay() external view returns (uint64);
}
