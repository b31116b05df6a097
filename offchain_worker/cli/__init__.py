"""The `daisee` command."""
