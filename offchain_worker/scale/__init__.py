"""Many communities, many years: the engine over Parquet files larger than memory, on as many machines as there are.

A file is a community's span of time. Each is read, shared and written a block of steps at a time, by whoever is free;
blocks follow from the file alone, so the bytes written are the same whatever the number of workers.
"""
