"""The rules as one would write them with pandas, in floating point: what the engine's speed is compared with.

Written for this comparison only; nothing is computed with it, and it is not exact.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def pro_rata(consumption: pd.DataFrame, production: pd.DataFrame) -> pd.DataFrame:
    """Each one's part of what all consume, of what is produced, at most what it consumes."""
    share = (production.sum(axis=1) / consumption.sum(axis=1)).clip(upper=1).fillna(0)
    return consumption.mul(share, axis=0)


def static(consumption: pd.DataFrame, production: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Fixed shares, each at most what is consumed."""
    offered = pd.DataFrame(np.outer(production.sum(axis=1), weights), consumption.index, consumption.columns)
    return offered.where(offered < consumption, consumption)


def egalitarian(consumption: pd.DataFrame, production: pd.DataFrame) -> pd.DataFrame:
    """All the same, up to what each consumes: the level is found by raising it until no more glasses are full."""
    left = production.sum(axis=1)
    level = left / consumption.shape[1]
    for _ in range(consumption.shape[1]):
        full = consumption.le(level, axis=0)
        others = (~full).sum(axis=1)
        higher = ((left - consumption.where(full, 0).sum(axis=1)) / others).where(others > 0, np.inf)
        if (higher <= level).all():
            break
        level = higher.where(higher > level, level)
    return consumption.clip(upper=level, axis=0)
