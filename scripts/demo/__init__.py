"""`make demo`: a neighbourhood's month, from meter files to settled euros and an auditor's green line."""
