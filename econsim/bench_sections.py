"""The sections of `econsim bench`, here so that its help names them without loading what measures them."""

SECTIONS = {
    "start": "New processes: imports, compiling, the first answer",
    "rates": "Engines: draws per second",
    "warm": "A whole run in a process that has run before",
    "stages": "Where the time goes in batch",
    "memory": "Peak memory of a run that keeps summaries",
    "sobol": "Sobol' indices",
    "sensitivity": "A Sobol' analysis, end to end",
    "sweep": "Sweeps, end to end",
    "graphics": "Graphics device",
}
"""Section -> its title, in the order in which they are measured."""
