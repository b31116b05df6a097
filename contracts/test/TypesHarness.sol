// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICommunityRegistry} from "../../interfaces/ICommunityRegistry.sol";
import {KeyRules} from "../KeyRules.sol";
import {TariffRules} from "../TariffRules.sol";
import {AllocationKey, Column, RuleHashes, Tariff} from "../Types.sol";

/// Shows the encodings of the community's and the rules' structs, to be compared with `tests/vectors/`.
contract TypesHarness {
    function encodeKey(AllocationKey calldata key) external pure returns (bytes memory) {
        return abi.encode(key);
    }

    function encodeTariff(Tariff calldata tariff) external pure returns (bytes memory) {
        return abi.encode(tariff);
    }

    function encodeRules(RuleHashes calldata rules) external pure returns (bytes memory) {
        return abi.encode(rules);
    }

    function encodeRoster(Column[] calldata roster) external pure returns (bytes memory) {
        return abi.encode(roster);
    }

    function checkKey(AllocationKey calldata key, ICommunityRegistry registry) external view {
        KeyRules.check(key, registry);
    }

    function checkTariff(Tariff calldata tariff) external pure {
        TariffRules.check(tariff);
    }
}
