"""The off-chain side of DAISEE: everything that is computed, checked and shown outside the contracts."""
