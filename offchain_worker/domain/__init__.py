"""The arithmetic of a community: pure functions over exact integers, the same on every machine.

Nothing here reads a clock, a network, the environment or a random source, nothing is a float, and nothing of ours is
imported from outside this package.
"""
