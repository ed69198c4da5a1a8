"""Studies: many results arranged to answer one question."""
