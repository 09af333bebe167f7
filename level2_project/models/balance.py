"""Balance: more leavers or fewer stayers to train on, if the recipe asks for it."""

from functools import partial

import numpy as np
import pandas as pd
from imblearn import FunctionSampler
from imblearn.over_sampling import SMOTE, SMOTENC
from imblearn.under_sampling import RandomUnderSampler

from level2_project.measures.gain import Array
from level2_project.models.encode import NOMINAL

LEAVERS_PER_STAYER = 0.25  # after SMOTE; up to 1 costs more time and calibration


def sampler(imbalance: str, seed: int) -> FunctionSampler | RandomUnderSampler | None:
    """Return what changes the rows of a fit, never those of a prediction."""
    if imbalance == "under_sampling":
        return RandomUnderSampler(random_state=seed)
    if imbalance == "smote":
        return FunctionSampler(func=smote, kw_args={"seed": seed}, validate=False)
    return None


def smote(features: pd.DataFrame, left: Array, seed: int) -> tuple[pd.DataFrame, Array]:
    """Add leavers made up between real ones; categories by vote of the neighbours.

    SMOTE looks at leavers alone. imbalanced-learn is shown just one stayer, since it
    wants two classes: with 60,000 rows that is ten times as fast.

    Source: Chawla et al. 2002, "SMOTE: synthetic minority over-sampling technique".
    """
    n_leavers = int(left.sum())
    wanted = max(n_leavers, round(LEAVERS_PER_STAYER * (len(left) - n_leavers)))
    shown = left.copy()
    shown[np.argmin(left)] = True
    categories = [*features.filter(regex=NOMINAL)]
    method = partial(SMOTENC, categories) if categories else SMOTE
    how = {"k_neighbors": min(5, n_leavers - 1), "random_state": seed}
    smoter = method(sampling_strategy={True: wanted}, **how)
    new = smoter.fit_resample(features[shown], left[shown])[0].iloc[n_leavers + 1 :]
    labels = np.concatenate([left, np.ones(len(new), bool)])
    return pd.concat([features, new], ignore_index=True), labels
