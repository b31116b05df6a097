"""The two tasks of a period, conformity and settlement: pure functions of bytes, and the iExec shell around them."""
