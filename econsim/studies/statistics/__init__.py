"""Statistics of finished studies: arrays in, arrays out. No scenario, no file, no command line.

An output that cannot be analysed has a reason in words; no number is missing without one.
"""
