"""Blocks of pages, one file each: each shows one thing, mostly of an `Answer`."""
