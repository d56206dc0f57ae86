"""The wall (核心): pure functions and frozen values; no file, clock, network, environment or randomness."""
