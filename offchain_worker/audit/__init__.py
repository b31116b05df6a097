"""Recompute and compare: what the chain says against what anybody can compute from it.

Three levels. *public*: chain and store alone, nothing decrypted. *member*: one's own curve to one's own bill. *full*:
everything recomputed by a reader of the whole dataset. A level contains the ones before it where the reader may.
"""
