"""The citizens' app: a community's month, one's own bill and its proof, an audit on a button; in French and English.

It reads chain and store through `offchain_worker` only, and opens what the viewer's own keys open, nothing else.
"""
