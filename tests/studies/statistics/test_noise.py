"""The share of variance that is luck."""

from __future__ import annotations

import numpy as np
import pytest

from econsim.errors import InputError
from econsim.studies.statistics.noise import noise_share


def replicated(share: float, seed: int, replicates: int = 3, rows: int = 400) -> np.ndarray:
    generator = np.random.default_rng(seed)
    signal = generator.normal(size=rows)
    return 100.0 + np.sqrt(1 - share) * signal + np.sqrt(share) * generator.normal(size=(replicates, rows))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_intervals_hold_the_share_about_as_often_as_they_say(share: float):
    values = np.stack([replicated(share, seed) for seed in range(200)], axis=-1)
    found = noise_share(values, seed=0, resamples=300)
    hits = (found.share.low <= share) & (share <= found.share.high)
    assert 0.90 <= hits.mean() <= 0.98
    assert abs(found.share.value.mean() - share) < 0.01


def test_no_noise_and_nothing_but_noise():
    generator = np.random.default_rng(0)
    same = np.broadcast_to(generator.normal(size=(1, 200)), (2, 200))
    luck = generator.normal(size=(2, 200))
    found = noise_share(np.stack([same, luck], axis=-1), seed=0, resamples=100)
    assert found.share.value[0] == 0.0
    assert found.share.value[1] > 0.8


def test_undefined_rows_are_left_out_and_reasons_given():
    values = replicated(0.3, 0)[:, :, np.newaxis].repeat(3, axis=2)
    values[0, 3, 0] = np.nan
    values[:, 5:, 1] = np.nan
    values[:, :, 2] = 4.0
    found = noise_share(values, seed=0, resamples=50)
    expected = noise_share(np.delete(values, 3, axis=1)[:, :, :1], seed=0, resamples=50)
    assert found.share.value[0] == pytest.approx(expected.share.value[0], abs=1e-12)
    assert found.rows_used.tolist() == [399 / 400, 5 / 400, 1.0]
    assert "only 5 of 400" in str(found.reasons[1]) and "same value" in str(found.reasons[2])


def test_blocks_that_share_parameters_are_resampled_together():
    """Copies of a row in its block say nothing new: the interval is as wide as without them."""
    values = replicated(0.3, 1)[:, :, np.newaxis]
    alone = noise_share(values, seed=0)
    copied = noise_share(values.repeat(5, axis=1), seed=0, rows_per_block=5)
    assert copied.share.half_width[0] == pytest.approx(alone.share.half_width[0], rel=1e-9)
    with pytest.raises(InputError, match="multiple of 7"):
        noise_share(values, seed=0, rows_per_block=7)
    with pytest.raises(InputError, match="replicates"):
        noise_share(values[:1], seed=0)
