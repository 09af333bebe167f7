"""Neural net: scikit-learn's, small, and stopped after a few epochs."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neural_network import MLPClassifier
from sklearn.utils.class_weight import compute_sample_weight

Array = NDArray[Any]


class NeuralNet(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """An `MLPClassifier` with class weights that stops early, by count.

    scikit-learn's own early stopping watches accuracy, which among 3 % leavers is best
    for a net that has learnt nothing. Watching the log loss of rows held back would
    not do either: after SMOTE those are neighbours of rows trained on, so it would
    never stop.
    """

    def __init__(
        self,
        hidden: int = 16,
        alpha: float = 1.0,
        epochs: int = 6,
        class_weight: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.hidden = hidden
        self.alpha = alpha
        self.epochs = epochs
        self.class_weight = class_weight
        self.random_state = random_state

    def fit(self, features: Array, y: Array) -> Self:
        self.classes_ = np.unique(y)
        self.net_ = MLPClassifier(
            (self.hidden,),
            alpha=self.alpha,
            batch_size=min(256, len(y)),
            learning_rate_init=0.003,
            random_state=self.random_state,
        )
        weights = compute_sample_weight(self.class_weight, y)
        for _ in range(self.epochs):
            self.net_.partial_fit(features, y, weights, self.classes_)
        return self

    def predict_proba(self, features: Array) -> Array:
        return np.asarray(self.net_.predict_proba(features))  # (n, 2)

    def predict(self, features: Array) -> Array:
        return np.asarray(self.net_.predict(features))
