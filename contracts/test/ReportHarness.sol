// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ConformityReport, SettlementReport, StepState, Task} from "../Types.sol";

/**
 * Every commitment of a report as Solidity makes it, so that the golden vectors of the Python domain can be compared with
 * it. Nothing deploys this but tests.
 */
contract ReportHarness {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant ATTESTATION_TYPEHASH = keccak256("Attestation(bytes32 taskId,bytes32 reportHash)");

    function taskId(uint256 chainId, address hub, Task calldata task) external pure returns (bytes32) {
        return keccak256(abi.encode(chainId, hub, task));
    }

    function conformityHash(ConformityReport calldata report) external pure returns (bytes32) {
        return keccak256(abi.encode(report));
    }

    function settlementHash(SettlementReport calldata report) external pure returns (bytes32) {
        return keccak256(abi.encode(report));
    }

    /**
     * @notice What a worker signs, for any chain and hub.
     */
    function attestationDigest(
        uint256 chainId,
        address hub,
        bytes32 task,
        bytes32 report
    ) external pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256("DAISEE AttestationHub"), keccak256("1"), chainId, hub)
        );
        bytes32 content = keccak256(abi.encode(ATTESTATION_TYPEHASH, task, report));
        return keccak256(abi.encodePacked(hex"1901", domain, content));
    }

    function signerOf(bytes32 digest, bytes32 r, bytes32 vs) external pure returns (address) {
        return ECDSA.recover(digest, r, vs);
    }

    function netHash(bytes32 task, int64[] calldata netCents) external pure returns (bytes32) {
        return keccak256(abi.encode(task, netCents));
    }

    function billSalt(bytes32 lastHeader, bytes32 task, uint16 member) external pure returns (bytes32) {
        return keccak256(abi.encode(lastHeader, task, member));
    }

    function billLeaf(
        bytes32 task,
        uint16 member,
        uint64[] calldata bought,
        uint64[] calldata sold,
        uint64 debit,
        uint64 credit,
        bytes32 salt
    ) external pure returns (bytes32) {
        return keccak256(abi.encode(task, member, bought, sold, debit, credit, salt));
    }

    /**
     * @notice Energies four to a word from the most significant bit, as a state holds them.
     */
    function packed(uint64[] calldata energies) public pure returns (uint256[] memory words) {
        words = new uint256[]((energies.length + 3) / 4);
        for (uint256 i = 0; i < energies.length; ++i) {
            words[i / 4] |= uint256(energies[i]) << (64 * (3 - (i % 4)));
        }
    }

    function stateLeaf(
        bytes32 header,
        uint64 produced,
        uint64 allocated,
        uint64[] calldata energies
    ) external pure returns (bytes32) {
        return keccak256(abi.encode(StepState(header, produced, allocated, packed(energies))));
    }

    function headerWord(bytes16 salt, uint32 t, uint8 band) external pure returns (bytes32) {
        return bytes32(salt) | (bytes32(bytes4(t)) >> 128) | (bytes32(bytes1(band)) >> 160);
    }

    function columnWord(bytes16 salt, uint64 energy) external pure returns (bytes32) {
        return bytes32(salt) | (bytes32(bytes8(energy)) >> 128);
    }

    function wordLeaf(bytes32 word) external pure returns (bytes32) {
        return keccak256(abi.encode(word));
    }

    /**
     * @notice Root of the positional tree of `leaves` with the least depth that holds `width` of them.
     */
    function root(bytes32[] calldata leaves, uint256 width) external pure returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](1 << depthOf(width));
        for (uint256 i = 0; i < leaves.length; ++i) nodes[i] = leaves[i];
        for (uint256 count = nodes.length; count > 1; count /= 2) {
            for (uint256 i = 0; i < count / 2; ++i) nodes[i] = keccak256(abi.encode(nodes[2 * i], nodes[2 * i + 1]));
        }
        return nodes[0];
    }

    /**
     * @notice Whether `leaf` stands at `index` of a positional tree of `count` leaves.
     */
    function isAt(
        bytes32 root_,
        bytes32 leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata proof
    ) external pure returns (bool) {
        if (index >= count || proof.length != depthOf(count)) return false;
        bytes32 node = leaf;
        for (uint256 i = 0; i < proof.length; ++i) {
            bool isRight = (index >> i) & 1 == 1;
            node = isRight ? keccak256(abi.encode(proof[i], node)) : keccak256(abi.encode(node, proof[i]));
        }
        return node == root_;
    }

    /**
     * @notice ⌈log2 count⌉.
     */
    function depthOf(uint256 count) public pure returns (uint256 depth) {
        while ((1 << depth) < count) ++depth;
    }
}
