// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ConformityReport, MemberIndex, PeriodId, Task, TaskKind, Verdict} from "../contracts/Types.sol";
import {ICommunityRegistry} from "./ICommunityRegistry.sol";
import {ISettlement} from "./ISettlement.sol";

/**
 * The calendar, the periods and the versions of their datasets: what was measured when, who published it, and whether
 * the workers found it usable. It holds digests only; readings are in the content store, encrypted.
 *
 * Guarantees, whoever calls and whatever they want:
 *
 * G1. A period's bounds are those of the calendar: consecutive local months without gap or overlap, in whole steps.
 * G2. A period exists only once it has started, and after the one before it.
 * G3. A period's rules are those in force at its start second and never change.
 * G4. A dataset is published by the grid operator, or by the provider with the operator's answer as evidence; which of
 *     the two is on chain.
 * G5. No dataset is published for a period before it ends, nor once Settlement holds a report for it. Envelopes, which
 *     open a published dataset to further readers, may follow at any time.
 * G6. The first dataset freezes the roster; later versions use the same one.
 * G7. A new version takes the period back to DATA, so no verdict outlives the dataset it was about.
 * G8. Only the hub records verdicts, only on the current dataset while it has none, and CONFORM only if the workers
 *     found the readings root the publisher committed.
 * G9. Only the governor extends the calendar, and only at its end.
 * G10. A table of weights is committed by the committer of the key in force at the period's start, once, and before that
 *     second: nobody chooses weights after the first reading.
 */
interface IMeterDataRegistry {
    /// NONE: not created. OPEN: no dataset yet. DATA: a dataset awaits its verdict, or was held and awaits a better one.
    enum State {
        NONE,
        OPEN,
        DATA,
        CHECKED,
        REJECTED
    }

    /// The first settlement of a period is its revision 0.
    struct Period {
        State state;
        uint16 version;
        uint16 revision;
        uint16 columns;
        MemberIndex highestMember;
        uint64 start;
        uint64 end;
        uint32 steps;
        bytes32 rulesHash;
        bytes32 rosterHash;
        bytes32 inputDigest;
        bytes32 readingsRoot;
        bool relayed;
    }

    event PeriodCreated(PeriodId indexed period, uint64 start, uint64 end, bytes32 rulesHash);
    event DatasetPublished(
        PeriodId indexed period,
        uint16 version,
        bytes32 inputDigest,
        bytes32 readingsRoot,
        bytes32 envelopesDigest,
        address publisher,
        bytes32 relayEvidence
    );
    event EnvelopesPublished(PeriodId indexed period, bytes32 digest);
    event VerdictRecorded(PeriodId indexed period, Verdict verdict, bytes32 readingsRoot, bytes32 findingsDigest);
    event TableCommitted(PeriodId indexed period, bytes32 indexed keyHash, bytes32 root, bytes32 digest);
    event CalendarExtended(PeriodId last, uint64 end);

    /// @notice The start at `position` is not one month, in whole steps, after the one before it.
    error MeterDataCalendarInvalid(uint256 position);

    /// @notice A step is 5, 10, 15, 30 or 60 minutes.
    error MeterDataStepInvalid(uint32 stepSeconds);

    /// @notice The calendar does not know `period`.
    error MeterDataOutsideCalendar(PeriodId period);

    /// @notice Periods are created in order; `next` is due.
    error MeterDataNotNext(PeriodId period, PeriodId next);

    /// @notice `period` starts at `start`, later than now.
    error MeterDataNotStarted(PeriodId period, uint64 start);

    /// @notice `period` ends at `end`, later than now.
    error MeterDataNotEnded(PeriodId period, uint64 end);

    /// @notice `period` was not created.
    error MeterDataPeriodUnknown(PeriodId period);

    /// @notice `caller` is neither the grid operator nor the provider.
    error MeterDataNotPublisher(address caller);

    /// @notice The provider relays, and must give the digest of the operator's answer.
    error MeterDataEvidenceMissing();

    /// @notice The grid operator publishes its own measure and needs no evidence.
    error MeterDataEvidenceUnneeded();

    /// @notice A digest or a root is zero.
    error MeterDataDigestMissing();

    /// @notice `inputDigest` is the current version already.
    error MeterDataUnchanged(bytes32 inputDigest);

    /// @notice Settlement holds a report for `period`: its dataset stays, and nothing corrects a reported period yet.
    error MeterDataReported(PeriodId period);

    /// @notice `period` has no dataset.
    error MeterDataNoDataset(PeriodId period);

    /// @notice `caller` is not the committer of the key in force at the period's start.
    error MeterDataNotCommitter(address caller, address committer);

    /// @notice `period` has begun at `start`: its table is committed before, or not at all.
    error MeterDataStarted(PeriodId period, uint64 start);

    /// @notice `period` has its table, of this root.
    error MeterDataTableCommitted(PeriodId period, bytes32 root);

    /// @notice `caller` is not the hub.
    error MeterDataNotHub(address caller);

    /// @notice `caller` is not the governor.
    error MeterDataNotGovernor(address caller);

    /// @notice `period` is in `state`, in which this cannot be asked or recorded.
    error MeterDataWrongState(PeriodId period, State state);

    /// @notice The verdict is about the dataset `judged`; the current one is `current`.
    error MeterDataSuperseded(bytes32 judged, bytes32 current);

    /// @notice The workers' readings root is not the one the publisher committed.
    error MeterDataRootMismatch(bytes32 committed, bytes32 attested);

    /**
     * @notice Open the next period of the calendar. Anyone may, once it has started.
     */
    function createPeriod(PeriodId period) external;

    /**
     * @notice Commit the weights of `period` for the key in force at its start, as far as the votes so far tell.
     * @dev A key voted later, for the same start, has no table until its own committer gives one.
     * @param root root of the tree of rows, `tableRoot` of the period's tasks
     * @param digest sha256 of the manifest of the pinned table
     */
    function commitTable(PeriodId period, bytes32 root, bytes32 digest) external;

    /**
     * @notice Publish the next version of `period`'s dataset.
     * @param inputDigest sha256 of the dataset's manifest
     * @param readingsRoot root of the tree of rows, committed by the publisher itself
     * @param envelopesDigest sha256 of the document that gives readers their keys
     * @param relayEvidence digest of the grid operator's answer if the provider relays, zero if the operator publishes
     */
    function publishDataset(
        PeriodId period,
        bytes32 inputDigest,
        bytes32 readingsRoot,
        bytes32 envelopesDigest,
        bytes32 relayEvidence
    ) external;

    /**
     * @notice Publish further envelopes of the current dataset, e.g. for a reader granted access later.
     */
    function publishEnvelopes(PeriodId period, bytes32 digest) external;

    /**
     * @notice Record what the workers found about the dataset `inputDigest`. Hub only.
     * @dev HELD keeps the state: the dataset awaits a better version.
     */
    function recordVerdict(PeriodId period, bytes32 inputDigest, ConformityReport calldata report) external;

    /**
     * @notice Append the UTC starts of further months; the last number is the end of the last one. Governor only.
     */
    function extendCalendar(uint64[] calldata starts) external;

    /**
     * @notice All that is known of `period`; bounds of a period not yet created are zero.
     */
    function periodOf(PeriodId period) external view returns (Period memory);

    /**
     * @notice What workers may be asked about `period` now; attempt and worker set are the hub's to fill.
     * @dev Reverts unless the state is DATA for conformity, CHECKED for settlement.
     */
    function taskOf(TaskKind kind, PeriodId period) external view returns (Task memory);

    /**
     * @notice The words of a task about the current dataset, whatever the state.
     */
    function describe(TaskKind kind, PeriodId period) external view returns (Task memory);

    /**
     * @notice Root of the table of `period` under the key in force at its start, zero if none.
     */
    function tableOf(PeriodId period) external view returns (bytes32);

    /**
     * @notice Version of the current dataset of `period`, 0 if none.
     */
    function versionOf(PeriodId period) external view returns (uint16);

    /**
     * @notice Entries of `period`'s vector of net amounts: the community and every member up to the highest on the
     * roster.
     */
    function entriesOf(PeriodId period) external view returns (uint256);

    /**
     * @notice Bounds of `period` by the calendar, created or not.
     */
    function boundsOf(PeriodId period) external view returns (uint64 start, uint64 end);

    function registry() external view returns (ICommunityRegistry);

    /**
     * @notice Who records verdicts.
     */
    function hub() external view returns (address);

    /**
     * @notice Who knows whether a period has its report.
     */
    function settlement() external view returns (ISettlement);

    /**
     * @notice First period of the calendar.
     */
    function firstPeriod() external view returns (PeriodId);

    /**
     * @notice The period `createPeriod` will take next.
     */
    function nextPeriod() external view returns (PeriodId);

    /**
     * @notice Length of a step of every period.
     */
    function stepSeconds() external view returns (uint32);
}
