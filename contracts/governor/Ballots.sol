// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MemberIndex} from "../Types.sol";

/**
 * Ballots of 32 members and their sum in one word, so that a ballot is one storage write:
 *
 *     unused 46 | abstain 6 | for 6 | against 6 | member 32·w + 31 … member 32·w       6 bits a member
 *
 * A member's six bits are choice (2: 0 none, else support + 1) and sequence (4): 0 was cast by a proxy, 1 to 14 were
 * signed, 15 was cast by a transaction of the member's own.
 */
library Ballots {
    /// What only the member's own ballot overrides.
    uint256 internal constant BY_PROXY = 0;
    /// The highest sequence a signature can carry.
    uint256 internal constant LAST_SIGNED = 14;
    /// What no older signature overrides.
    uint256 internal constant BY_TRANSACTION = 15;
    /// Members in a word.
    uint256 internal constant PER_WORD = 32;

    uint256 private constant BITS = 6;
    uint256 private constant TALLY_SHIFT = PER_WORD * BITS;

    /// The word that holds the member's ballot, and where in it.
    function place(MemberIndex member) internal pure returns (uint256 word, uint256 shift) {
        uint256 index = MemberIndex.unwrap(member);
        return (index / PER_WORD, (index % PER_WORD) * BITS);
    }

    /// The ballot at `shift`: choice (0 none, else support + 1) and sequence.
    function at(uint256 word, uint256 shift) internal pure returns (uint256 choice, uint256 sequence) {
        uint256 ballot = word >> shift;
        return ((ballot >> 4) & 3, ballot & 15);
    }

    /// Whether a ballot of `sequence` counts where one of `present` lies. Nobody can repeat a proxy's or a member's
    /// transaction, so they override their own kind; a signature may be sent again by anybody, so it does not.
    function overrides(uint256 sequence, uint256 present) internal pure returns (bool) {
        return sequence > present || (sequence == present && (sequence == BY_PROXY || sequence == BY_TRANSACTION));
    }

    /// The word with another ballot at `shift`, its sums following. A sum cannot overflow: 32 fits six bits.
    function with(
        uint256 word,
        uint256 shift,
        uint256 support,
        uint256 sequence
    ) internal pure returns (uint256 changed) {
        (uint256 choice, ) = at(word, shift);
        changed = word & ~(uint256(63) << shift);
        unchecked {
            if (choice != 0) changed -= 1 << (TALLY_SHIFT + BITS * (choice - 1));
            changed += 1 << (TALLY_SHIFT + BITS * support);
        }
        changed |= (((support + 1) << 4) | sequence) << shift;
    }

    /// The word's sums.
    function sums(uint256 word) internal pure returns (uint256 against, uint256 inFavour, uint256 abstaining) {
        uint256 tally = word >> TALLY_SHIFT;
        return (tally & 63, (tally >> BITS) & 63, (tally >> (2 * BITS)) & 63);
    }

    /// Votes against and for among the members whose bit is set in `members` (bit 0: the word's first member).
    function among(uint256 word, uint256 members) internal pure returns (uint256 against, uint256 inFavour) {
        for (uint256 shift; members != 0; (members >>= 1, shift += BITS)) {
            if (members & 1 == 0) continue;
            (uint256 choice, ) = at(word, shift);
            if (choice == 1) ++against;
            if (choice == 2) ++inFavour;
        }
    }
}
