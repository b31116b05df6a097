"""What goes to the grid operator and what comes back: sharing coefficients out, its own allocation in.

The operator allocates too. Coefficients are rounded down, so that what it makes of them is never more than the key
gives; the difference that leaves is stated, and is nothing for a key voted with that many `coefficientDecimals`.
"""
