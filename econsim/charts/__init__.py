"""Every chart of econsim, as Altair specifications; the same for documents, notebooks and screens.

Charts get quantiles, never draws. Each has its finding as title, what is plotted as subtitle, and the run id in its
footer.
"""

from econsim.charts.effects import policy_ranges, series_effect

__all__ = ["policy_ranges", "series_effect"]
