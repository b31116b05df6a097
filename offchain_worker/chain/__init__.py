"""Reads and writes of the community's contracts: typed, retried, pinned to a block. One file per contract."""
