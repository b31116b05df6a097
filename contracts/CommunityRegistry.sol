// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RegistryMembers} from "./registry/RegistryMembers.sol";
import {RegistryPoints} from "./registry/RegistryPoints.sol";
import {RegistryRoles} from "./registry/RegistryRoles.sol";
import {RegistryWallets} from "./registry/RegistryWallets.sol";

/**
 * The register of a community; see `ICommunityRegistry` for what it guarantees.
 *
 * Founders are enrolled by the constructor, with consents signed for the address that the deployer's nonce predicts.
 * Governor and meter data registry are known in advance the same way, so that nobody has to be trusted to connect the
 * contracts afterwards: the deployer keeps nothing. A deployment's size (EIP-3860) leaves room for about 100 founders
 * with signatures; the provider enrols the others.
 */
contract CommunityRegistry is RegistryWallets, RegistryPoints {
    constructor(
        address governor,
        address provider,
        address gridOperator,
        address[] memory auditors,
        address meterData,
        bytes32 agreement,
        uint64 replacementDelay,
        uint48 votingAge,
        Founder[] memory founders
    )
        RegistryRoles(governor, provider, gridOperator, auditors, meterData)
        RegistryMembers(agreement, votingAge, founders)
        RegistryWallets(replacementDelay)
    {}
}
