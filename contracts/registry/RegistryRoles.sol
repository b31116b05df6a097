// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

import {ICommunityRegistry} from "../../interfaces/ICommunityRegistry.sol";

/**
 * Who may do what, and the keys that data is sealed to. The governor and the meter data registry are fixed for good;
 * the governor appoints everybody else.
 */
abstract contract RegistryRoles is ICommunityRegistry {
    using EnumerableSet for EnumerableSet.AddressSet;

    address public immutable override governor;
    address public immutable override meterData;
    address public override provider;
    address public override gridOperator;

    EnumerableSet.AddressSet private _auditors;
    mapping(address holder => bytes32 x25519) private _encryptionKeys;

    modifier onlyGovernor() {
        if (msg.sender != governor) revert RegistryUnauthorised(msg.sender);
        _;
    }

    modifier onlyProvider() {
        if (msg.sender != provider) revert RegistryUnauthorised(msg.sender);
        _;
    }

    constructor(
        address governor_,
        address provider_,
        address gridOperator_,
        address[] memory auditors_,
        address meterData_
    ) {
        if (governor_ == address(0) || meterData_ == address(0)) revert RegistryAddressZero();
        governor = governor_;
        meterData = meterData_;
        _setProvider(provider_);
        _setGridOperator(gridOperator_);
        for (uint256 i; i < auditors_.length; ++i) _appoint(auditors_[i]);
        if (_auditors.length() == 0) revert RegistryLastAuditor(address(0));
    }

    function setProvider(address provider_) external override onlyGovernor {
        _setProvider(provider_);
    }

    function setGridOperator(address gridOperator_) external override onlyGovernor {
        _setGridOperator(gridOperator_);
    }

    function setAuditor(address auditor, bool appointed) external override onlyGovernor {
        if (appointed) {
            _appoint(auditor);
        } else if (_auditors.contains(auditor)) {
            if (_auditors.length() == 1) revert RegistryLastAuditor(auditor);
            _auditors.remove(auditor);
            emit AuditorSet(auditor, false);
        }
    }

    /// Anybody may publish a key: members, operator, provider, auditors and workers all read sealed data.
    function setEncryptionKey(bytes32 key) external override {
        _encryptionKeys[msg.sender] = key;
        emit EncryptionKeySet(msg.sender, key);
    }

    function encryptionKeyOf(address holder) external view override returns (bytes32) {
        return _encryptionKeys[holder];
    }

    function isAuditor(address account) external view override returns (bool) {
        return _auditors.contains(account);
    }

    function auditors() external view override returns (address[] memory) {
        return _auditors.values();
    }

    function _setProvider(address provider_) private {
        if (provider_ == address(0)) revert RegistryAddressZero();
        emit ProviderSet(provider, provider_);
        provider = provider_;
    }

    function _setGridOperator(address gridOperator_) private {
        if (gridOperator_ == address(0)) revert RegistryAddressZero();
        emit GridOperatorSet(gridOperator, gridOperator_);
        gridOperator = gridOperator_;
    }

    function _appoint(address auditor) private {
        if (auditor == address(0)) revert RegistryAddressZero();
        if (_auditors.add(auditor)) emit AuditorSet(auditor, true);
    }
}
