"""The economics: one file per market or process, pure functions of arrays.

Rules draw no randomness, read no file and know no parameter object. Axis order is (firm, segment, draw).
"""
