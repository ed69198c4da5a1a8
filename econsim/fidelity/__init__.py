"""What a copy loses: laws held against published copies, and predictions for copies that nobody has made.

>>> from econsim import fidelity
>>> fidelity.predict(80, base=40, student_size=7e9, samples=1e5).finding
>>> fidelity.predict("DeepSeek-R1", "Qwen2.5-32B-Instruct", 32e9, 804_745, ["math", "code", "sci"]).benchmarks
>>> fidelity.spectrum(9_400).finding         # dollars
>>> fidelity.fit().errors                    # how far off the laws are on what they had not seen
"""

from __future__ import annotations

from econsim.fidelity.budgets import Prices, marks
from econsim.fidelity.fit_result import FidelityFit, fit
from econsim.fidelity.lessons import Lesson, lessons
from econsim.fidelity.prediction import Prediction, predict
from econsim.fidelity.spectra import Spectrum, spectrum
from econsim.fidelity.student_loss import StudentLoss, scaling_law

__all__ = [
    "FidelityFit",
    "Lesson",
    "Prediction",
    "Prices",
    "Spectrum",
    "StudentLoss",
    "fit",
    "lessons",
    "marks",
    "predict",
    "scaling_law",
    "spectrum",
]
