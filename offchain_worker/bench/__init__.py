"""What the project is measured by, as ratios to something anybody can run on the same machine."""
