"""Where bytes live: a content store that verifies what it reads, encryption by label, and envelopes for readers."""
