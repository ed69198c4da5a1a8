"""Blocks of the first page, one file each. A block takes an `Answer` and shows one thing."""
