"""Neural net: scikit-learn's, stopped early by log loss."""

from copy import deepcopy
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.utils.class_weight import compute_sample_weight

Array = NDArray[Any]


class NeuralNet(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A small `MLPClassifier` with class weights that keeps its best epoch.

    scikit-learn's own early stopping watches accuracy, which among 3 % leavers is best
    for a net that has learnt nothing. Here a tenth of the rows is held back, and the
    net of the lowest log loss on them is kept.
    """

    def __init__(
        self,
        hidden: int = 16,
        alpha: float = 1.0,
        epochs: int = 30,
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
        weights = compute_sample_weight(self.class_weight, y)
        train, held = train_test_split(
            np.arange(len(y)), test_size=0.1, stratify=y, random_state=self.random_state
        )
        self.net_ = self._best_epoch(
            [a[train] for a in (features, y, weights)],
            [a[held] for a in (features, y, weights)],
        )
        return self

    def _best_epoch(
        self, train: list[Array], held: list[Array], patience: int = 3
    ) -> MLPClassifier:
        net = MLPClassifier(
            (self.hidden,),
            alpha=self.alpha,
            batch_size=min(256, len(train[0])),
            learning_rate_init=0.003,
            random_state=self.random_state,
        )
        best, lowest, since = net, np.inf, 0
        for _ in range(self.epochs):
            net.partial_fit(*train, classes=self.classes_)
            loss = log_loss(held[1], net.predict_proba(held[0]), sample_weight=held[2])
            since += 1
            if loss < lowest:
                best, lowest, since = deepcopy(net), loss, 0
            if since == patience:
                break
        return best

    def predict_proba(self, features: Array) -> Array:
        return self.net_.predict_proba(features)  # (n, 2)

    def predict(self, features: Array) -> Array:
        return self.net_.predict(features)
