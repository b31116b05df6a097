"""Bills on paper: invoices, credit notes and statements of a settled period, and the bank's files around them.

Figures come from the attested bills, checked against the chain; names, addresses and bank accounts only from a local
file of parties. Every document is first a JSON document, and every other form (PDF, CSV, XLSX) is made from that alone,
the same bytes each time.
"""
