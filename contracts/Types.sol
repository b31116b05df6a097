// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/**
 * The words every contract shares. Each struct here has a mirror in `offchain_worker/domain` and a golden vector in
 * `tests/vectors/`, so that a hash made by a worker is the hash a contract makes.
 *
 * Units: energy in µkWh, prices in µ€/kWh, money in whole cents, time in UTC epoch seconds, shares in ppm.
 */

/// A local calendar month, `YYYYMM`.
type PeriodId is uint32;

/// Position of a member in the registry; members start at 1, 0 is the community itself.
type MemberIndex is uint16;

/// Position of a metering point in the registry, from 0.
type PointIndex is uint16;

enum Direction {
    CONSUMPTION,
    PRODUCTION
}

enum Source {
    NONE, // a consumption point
    SOLAR,
    HYDRO,
    WIND,
    BIOMASS,
    STORAGE,
    OTHER
}

/// How a member agreed to the community's agreement.
enum ConsentKind {
    SIGNED, // by the wallet, EIP-712
    PAPER, // digest of a signed sheet
    DEFAULT_IN // member by law until they opt out (social housing)
}

/// How a stage shares what enters it.
enum Rule {
    PRO_RATA, // in proportion to what each consumes
    STATIC, // fixed shares
    EGALITARIAN, // everyone the same
    WEIGHTED, // shares whose unused part goes to the others
    TABLE, // fixed shares by step, committed before the period
    VAST, // the three of the Flemish protocol "energiedelen": a key of one such stage
    RELATIEF,
    OPTIMAAL
}

/**
 * One step of an allocation key. `group` 0 means no group filter; no group and no points means every consumption
 * column; a group and points together are refused. `weights` (ppm) go with `points` in the same order. `producers`
 * names the production points served, and is empty unless the key is per producer.
 */
struct Stage {
    Rule rule;
    uint16 group;
    PointIndex[] points;
    PointIndex[] producers;
    uint32[] weights;
}

struct AllocationKey {
    bool perProducer;
    bool selfSharing;
    uint8 coefficientDecimals;
    address committer;
    Stage[] stages;
}

/// Local time of `weekdays` (bit 0 = Monday) from `fromMinute` (inclusive) to `toMinute` (exclusive) is in `band`.
struct BandWindow {
    uint8 band;
    uint8 weekdays;
    uint16 fromMinute;
    uint16 toMinute;
}

/// Price of the energy of `producer` sold to columns of `group` (0 = any group) in `band`.
struct Price {
    PointIndex producer;
    uint16 group;
    uint8 band;
    uint32 microEuroPerKwh;
}

/// A tax per kWh that `issuer` (0 = the community) adds to its invoices.
struct EnergyTax {
    MemberIndex issuer;
    string name;
    uint32 microEuroPerKwh;
}

/// VAT that `issuer` charges. `bases`: bit 0 energy, bit 1 taxes per kWh, bit 2 the community's fee.
struct Vat {
    MemberIndex issuer;
    uint8 bases;
    uint32 ppm;
}

/// `bands` lanes of price, 1 at least; local time outside every window is in band 0, the first window that fits counts.
struct Tariff {
    uint8 bands;
    uint32 communityFeeMicroEuroPerKwh;
    BandWindow[] windows;
    Price[] prices;
    EnergyTax[] taxes;
    Vat[] vats;
}

struct RuleHashes {
    bytes32 keyHash;
    bytes32 tariffHash;
    bytes32 conformityHash;
    bytes32 programHash;
}

/// A participation as it stands in a period: bounds are clipped to the period. Ordered by (point, from).
struct Column {
    PointIndex point;
    MemberIndex member;
    uint16 group;
    Direction direction;
    Source source;
    uint64 from;
    uint64 to;
}

enum TaskKind {
    CONFORMITY,
    SETTLEMENT
}

/// What a worker is asked; `taskId = keccak256(abi.encode(chainid, hub, task))`.
struct Task {
    TaskKind kind;
    PeriodId period;
    uint16 revision;
    uint16 attempt;
    uint64 start;
    uint32 stepSeconds;
    uint32 steps;
    uint16 columns;
    uint32 workerSet;
    bytes32 rulesHash;
    bytes32 rosterHash;
    bytes32 tableRoot;
    bytes32 inputDigest;
    bytes32 readingsRoot;
}

enum Verdict {
    CONFORM,
    HELD,
    REJECTED
}

struct ConformityReport {
    Verdict verdict;
    bytes32 readingsRoot;
    bytes32 findingsDigest;
}

/// Energies in µkWh, `debit` in cents (the sum of all invoices received).
struct SettlementReport {
    bytes32 stepsDigest;
    bytes32 stepsRoot;
    bytes32 resultDigest;
    bytes32 billsRoot;
    bytes32 netHash;
    uint64 produced;
    uint64 allocated;
    uint64 debit;
}

/**
 * What stands after step t: the header word of row t, the totals so far, then each column's energy so far by lane
 * (bought for a consumption column, sold for a production column), flat at `column * lanes + lane`, four uint64 a
 * word from the most significant bit. Its leaf is `keccak256(abi.encode(state))`.
 */
struct StepState {
    bytes32 header;
    uint64 produced;
    uint64 allocated;
    uint256[] energies;
}

/// The position of a worker in the set and its EIP-2098 signature of `Attestation(bytes32 taskId, bytes32 reportHash)`.
struct WorkerSignature {
    uint8 worker;
    bytes32 r;
    bytes32 vs;
}
