"""The worker as a process: its loop, its HTTP face, and the collector of signatures."""
