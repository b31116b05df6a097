"""What if: past months computed again under other keys, and shown so that a citizen can judge them.

The figures come from `jobs.what_if`, month by month with each month's own roster and tariff; here months are gathered,
added up and drawn. Nothing is written to the chain.
"""
