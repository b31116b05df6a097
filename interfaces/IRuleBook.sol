// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AllocationKey, RuleHashes, Tariff} from "../contracts/Types.sol";
import {ICommunityRegistry} from "./ICommunityRegistry.sol";

/**
 * What the members voted: the allocation key, the tariff, the conformity rules and the workers' program, each with the
 * second it takes effect. A period runs under the rules in force at its start second, so a change is announced at least
 * `notice` before it can touch anybody, and no change reaches back.
 *
 * The rule book guarantees:
 *
 * G1. Only the governor changes a rule.
 * G2. A change takes effect at max(asked for, now + notice), and never later than `MAX_AHEAD` after that earliest second.
 * G3. The rules in force at a second that has come never change.
 * G4. The changes of one rule take effect in the order they were voted; one voted for the same second takes the place
 *     of the one before.
 * G5. Every key adopted is valid: see `KeyRules`; it names consumption points of the registry only.
 * G6. Every tariff adopted is valid: see `TariffRules`.
 * G7. The events carry every rule in full and hash to what the state holds.
 */
interface IRuleBook {
    /// @notice An address that must be somebody is zero.
    error RuleBookAddressZero();
    /// @notice A change without notice could touch a period that has begun.
    error RuleBookNoticeZero();
    /// @notice Only the governor changes a rule.
    error RuleBookUnauthorised(address caller);
    /// @notice An earlier vote already changes this rule at `pending`, which is later.
    error RuleBookPending(uint64 effectiveAt, uint64 pending);
    /// @notice The change would take effect after `latest` and keep everybody from changing the rule until then.
    error RuleBookTooFar(uint64 effectiveAt, uint64 latest);
    /// @notice The conformity document is empty.
    error RuleBookDocumentEmpty();
    /// @notice The program's hash is zero.
    error RuleBookProgramZero();

    event KeyAdopted(bytes32 indexed keyHash, uint64 effectiveAt, AllocationKey key);
    event TariffAdopted(bytes32 indexed tariffHash, uint64 effectiveAt, Tariff tariff);
    event ConformityAdopted(bytes32 indexed conformityHash, uint64 effectiveAt, bytes document);
    event ProgramAdopted(bytes32 indexed programHash, uint64 effectiveAt);

    /// @notice Adopt an allocation key (governor); `keyHash = keccak256(abi.encode(key))`.
    function setKey(AllocationKey calldata key, uint64 from) external;

    /// @notice Adopt a tariff (governor); `tariffHash = keccak256(abi.encode(tariff))`.
    function setTariff(Tariff calldata tariff, uint64 from) external;

    /// @notice Adopt conformity rules (governor); `conformityHash = sha256(document)`.
    function setConformity(bytes calldata document, uint64 from) external;

    /// @notice Adopt the program that workers run (governor).
    function setProgram(bytes32 programHash, uint64 from) external;

    /// @notice The rules at second `time`; for a second to come, as voted so far.
    function rulesAt(uint64 time) external view returns (RuleHashes memory);

    /// @notice Who commits the tables of the key in force at `time`, nobody if it has no table; and that key's hash.
    function committerAt(uint64 time) external view returns (address committer, bytes32 keyHash);

    /// @notice `keccak256(abi.encode(rulesAt(time)))`.
    function rulesHashAt(uint64 time) external view returns (bytes32);

    function governor() external view returns (address);

    function registry() external view returns (ICommunityRegistry);

    /// @notice Seconds between the execution of a vote and its first effect.
    function notice() external view returns (uint64);
}
