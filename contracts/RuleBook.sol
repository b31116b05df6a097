// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {ICommunityRegistry} from "../interfaces/ICommunityRegistry.sol";
import {IRuleBook} from "../interfaces/IRuleBook.sol";
import {KeyRules} from "./KeyRules.sol";
import {TariffRules} from "./TariffRules.sol";
import {AllocationKey, RuleHashes, Tariff} from "./Types.sol";

/**
 * The community's rules over time; see `IRuleBook` for what it guarantees.
 *
 * Each of the four rules is a list of (second it takes effect, hash). The founding rules stand at second 0, so every
 * period has rules. Notice is at least one second: what is voted now can never be in force now, and so nothing that is
 * in force is ever written over. The founding key may not name points, as there are none before the provider adds them.
 */
contract RuleBook is IRuleBook {
    using Checkpoints for Checkpoints.Trace256;

    /// A change further ahead than this would keep the members from deciding again.
    uint64 public constant MAX_AHEAD = 366 days;

    address public immutable override governor;
    ICommunityRegistry public immutable override registry;
    uint64 public immutable override notice;

    Checkpoints.Trace256 private _keys;
    Checkpoints.Trace256 private _tariffs;
    Checkpoints.Trace256 private _conformities;
    Checkpoints.Trace256 private _programs;
    /// Only of keys that have a table.
    mapping(bytes32 keyHash => address committer) private _committers;

    modifier onlyGovernor() {
        if (msg.sender != governor) revert RuleBookUnauthorised(msg.sender);
        _;
    }

    constructor(
        address governor_,
        ICommunityRegistry registry_,
        uint64 notice_,
        AllocationKey memory key,
        Tariff memory tariff,
        bytes memory conformity,
        bytes32 programHash
    ) {
        if (governor_ == address(0) || address(registry_) == address(0)) revert RuleBookAddressZero();
        if (notice_ == 0) revert RuleBookNoticeZero();
        governor = governor_;
        registry = registry_;
        notice = notice_;
        _adoptKey(key, 0, registry_);
        _adoptTariff(tariff, 0);
        _adoptConformity(conformity, 0);
        _adoptProgram(programHash, 0);
    }

    function setKey(AllocationKey calldata key, uint64 from) external override onlyGovernor {
        _adoptKey(key, _effect(_keys, from), registry);
    }

    function setTariff(Tariff calldata tariff, uint64 from) external override onlyGovernor {
        _adoptTariff(tariff, _effect(_tariffs, from));
    }

    function setConformity(bytes calldata document, uint64 from) external override onlyGovernor {
        _adoptConformity(document, _effect(_conformities, from));
    }

    function setProgram(bytes32 programHash, uint64 from) external override onlyGovernor {
        _adoptProgram(programHash, _effect(_programs, from));
    }

    function rulesAt(uint64 time) public view override returns (RuleHashes memory) {
        return
            RuleHashes({
                keyHash: bytes32(_keys.upperLookup(time)),
                tariffHash: bytes32(_tariffs.upperLookup(time)),
                conformityHash: bytes32(_conformities.upperLookup(time)),
                programHash: bytes32(_programs.upperLookup(time))
            });
    }

    function rulesHashAt(uint64 time) external view override returns (bytes32) {
        return keccak256(abi.encode(rulesAt(time)));
    }

    function committerAt(uint64 time) external view override returns (address committer, bytes32 keyHash) {
        keyHash = bytes32(_keys.upperLookup(time));
        committer = _committers[keyHash];
    }

    /// The second a change asked for at `from` takes effect.
    function _effect(Checkpoints.Trace256 storage changes, uint64 from) private view returns (uint64 effectiveAt) {
        uint64 earliest = uint64(block.timestamp) + notice;
        effectiveAt = from > earliest ? from : earliest;
        if (effectiveAt - earliest > MAX_AHEAD) revert RuleBookTooFar(effectiveAt, earliest + MAX_AHEAD);
        (, uint256 last, ) = changes.latestCheckpoint();
        if (effectiveAt < last) revert RuleBookPending(effectiveAt, uint64(last));
    }

    function _adoptKey(AllocationKey memory key, uint64 effectiveAt, ICommunityRegistry registry_) private {
        KeyRules.check(key, registry_);
        bytes32 keyHash = keccak256(abi.encode(key));
        _keys.push(effectiveAt, uint256(keyHash));
        if (key.committer != address(0)) _committers[keyHash] = key.committer;
        emit KeyAdopted(keyHash, effectiveAt, key);
    }

    function _adoptTariff(Tariff memory tariff, uint64 effectiveAt) private {
        TariffRules.check(tariff);
        bytes32 tariffHash = keccak256(abi.encode(tariff));
        _tariffs.push(effectiveAt, uint256(tariffHash));
        emit TariffAdopted(tariffHash, effectiveAt, tariff);
    }

    function _adoptConformity(bytes memory document, uint64 effectiveAt) private {
        if (document.length == 0) revert RuleBookDocumentEmpty();
        bytes32 conformityHash = sha256(document);
        _conformities.push(effectiveAt, uint256(conformityHash));
        emit ConformityAdopted(conformityHash, effectiveAt, document);
    }

    function _adoptProgram(bytes32 programHash, uint64 effectiveAt) private {
        if (programHash == 0) revert RuleBookProgramZero();
        _programs.push(effectiveAt, uint256(programHash));
        emit ProgramAdopted(programHash, effectiveAt);
    }
}
