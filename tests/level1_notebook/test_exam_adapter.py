"""The adapter: what the judge gets from the notebook's own cells."""

import json
import math
import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from level1_notebook import exam
from tests.level1_notebook.houses import ROOT, python

CUTOFF = "2024-01-01"
CLAIMS = set(
    "accuracy roc_auc average_precision log_loss calibration lift_at_10_percent".split()
)


class Desk(NamedTuple):
    inbox: Path
    outbox: Path

    @property
    def claim(self) -> dict[str, float]:
        return json.loads((self.outbox / "claim.json").read_text())

    def predict(self, cutoff: str = CUTOFF) -> pd.DataFrame:
        exam.predict(self.inbox, cutoff, self.outbox)
        return pd.read_parquet(self.outbox / "predictions.parquet")


def desk(folder: Path, flat: pd.DataFrame) -> Desk:
    """Lay out an export and its active customers, as the judge does."""
    inbox, outbox = folder / "inbox", folder / "outbox"
    for place in (inbox, outbox):
        place.mkdir(parents=True, exist_ok=True)
    flat.to_csv(inbox / "flat.csv", index=False)
    active = flat.loc[flat["churned"] == 0, ["customer_id"]]
    active.to_csv(inbox / "active.csv", index=False)
    return Desk(inbox, outbox)


@pytest.fixture(scope="module")
def flat(small_flat):
    """One row per customer of a small world."""
    return pd.read_csv(small_flat)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory, flat):
    fitted = desk(tmp_path_factory.mktemp("fitted"), flat)
    exam.fit(fitted.inbox, fitted.outbox)
    return fitted


def test_the_adapter_asks_for_the_flat_export():
    assert exam.READS == "flat"


def test_fitting_writes_a_claim_of_finite_numbers(fitted):
    assert set(fitted.claim) == CLAIMS
    assert all(math.isfinite(value) for value in fitted.claim.values())


def test_the_claim_lies_where_such_numbers_can_lie(fitted):
    claim = fitted.claim

    assert 0.5 < claim["average_precision"] <= 1
    assert 0.5 < claim["accuracy"] <= 1
    assert 0.5 < claim["roc_auc"] <= 1
    assert 0 < claim["log_loss"] < math.log(2)
    assert 0.5 < claim["calibration"] < 2
    assert 1 < claim["lift_at_10_percent"] <= 10


def test_a_claim_is_what_the_probabilities_of_the_test_customers_give(tmp_path, flat):
    """Counted by hand from a run of the same cells, step by step."""
    names = {"DATA": tmp_path, "OUT": tmp_path}
    flat.to_csv(tmp_path / "flat.csv", index=False)
    cells = exam.cells_by_step((ROOT / "level1_notebook/churn.py").read_text())
    for step in exam.FIT:
        code = "\n".join(["import json, joblib, pandas as pd", *cells[step]])
        exec(code, names)
    p, left = names["p_churn"].to_numpy(), names["y_test"].to_numpy()

    claim = json.loads((tmp_path / "claim.json").read_text())

    assert claim["accuracy"] == pytest.approx(sum((p >= 0.5) == left) / len(p))
    won = (p[left == 1][:, None] > p[left == 0]) + 0.5 * (
        p[left == 1][:, None] == p[left == 0]
    )
    assert claim["roc_auc"] == pytest.approx(won.mean())
    assert claim["calibration"] == pytest.approx(sum(p) / sum(left))


def test_every_active_customer_gets_one_row_and_no_one_else_does(fitted, flat):
    predictions = fitted.predict()

    active = flat.loc[flat["churned"] == 0, "customer_id"]
    assert predictions["customer_id"].tolist() == active.tolist()


def test_columns_and_types_are_those_of_the_contract(fitted):
    predictions = fitted.predict()

    types = {name: str(dtype) for name, dtype in predictions.dtypes.items()}
    assert list(types) == ["customer_id", "cutoff", "p_churn", "offer"]
    assert types["customer_id"] == "int64"
    assert types["p_churn"] == "float64"
    assert types["offer"] == "bool"
    assert pd.api.types.is_string_dtype(predictions["cutoff"])


def test_probabilities_lie_between_0_and_1_and_are_not_all_the_same(fitted):
    p_churn = fitted.predict()["p_churn"]

    assert p_churn.between(0, 1).all()
    assert p_churn.nunique() > 10


def test_offers_go_to_probabilities_of_at_least_one_half(fitted):
    predictions = fitted.predict()

    assert (predictions["offer"] == (predictions["p_churn"] >= 0.5)).all()


def test_the_cutoff_is_handed_back_as_given(fitted):
    assert set(fitted.predict(cutoff="2024-07-01")["cutoff"]) == {"2024-07-01"}


def test_a_few_customers_alone_get_the_same_probabilities_as_among_all(fitted, flat):
    among_all = fitted.predict().set_index("customer_id")["p_churn"]
    few = flat[(flat["churned"] == 0) & (flat["plan"] == "solo")].head(7)
    desk(fitted.inbox.parent, few)  # whole plans and regions are missing here

    alone = fitted.predict().set_index("customer_id")["p_churn"]

    desk(fitted.inbox.parent, flat)
    assert alone.index.tolist() == few["customer_id"].tolist()
    assert alone.tolist() == pytest.approx(among_all[alone.index].tolist())


def test_predicting_reads_the_new_export_and_leaves_the_model_alone(fitted, flat):
    model, before = (fitted.outbox / "model.joblib").read_bytes(), fitted.predict()
    silent = flat.assign(days_since_last_use=90, auto_renew=False)
    desk(fitted.inbox.parent, silent)

    after = fitted.predict()

    desk(fitted.inbox.parent, flat)
    assert after["p_churn"].mean() > before["p_churn"].mean() + 0.3
    assert (fitted.outbox / "model.joblib").read_bytes() == model


def test_a_customer_missing_from_the_export_is_not_passed_over(fitted, flat):
    stranger = pd.DataFrame({"customer_id": [999_999]})
    stranger.to_csv(fitted.inbox / "active.csv", index=False)

    with pytest.raises(KeyError):
        fitted.predict()

    desk(fitted.inbox.parent, flat)


def test_two_inboxes_in_one_process_do_not_disturb_each_other(fitted, tmp_path, flat):
    alone, claim = fitted.predict(), fitted.claim
    luck = flat["churned"].sample(frac=1, random_state=1).to_numpy()
    other = desk(tmp_path, flat.assign(churned=luck))

    exam.fit(other.inbox, other.outbox)
    confused = other.predict()
    again = fitted.predict()

    pd.testing.assert_frame_equal(again, alone)
    assert fitted.claim == claim
    assert other.claim["roc_auc"] < 0.6 < claim["roc_auc"]  # nothing to learn from luck
    assert confused["p_churn"].mean() > 2 * alone["p_churn"].mean()


def test_predicting_in_a_new_process_gives_the_same_rows(fitted):
    here = fitted.predict()
    (fitted.outbox / "predictions.parquet").unlink()
    inbox, outbox = str(fitted.inbox), str(fitted.outbox)
    imports = "from pathlib import Path; from level1_notebook.exam import predict"
    call = f"predict(Path({inbox!r}), {CUTOFF!r}, Path({outbox!r}))"

    run = python(ROOT, "-c", f"{imports}; {call}")

    assert run.stderr == ""
    there = pd.read_parquet(fitted.outbox / "predictions.parquet")
    pd.testing.assert_frame_equal(there, here)


def test_the_cells_of_every_step_but_explore_are_examined():
    cells = exam.cells_by_step((ROOT / "level1_notebook/churn.py").read_text())

    examined = {exam.TITLE, *exam.FIT, "predict"}

    assert set(cells) - examined == {"explore"}
    assert examined <= set(cells)


def test_fitting_prints_nothing_and_draws_nothing():
    cells = exam.cells_by_step((ROOT / "level1_notebook/churn.py").read_text())

    code = "\n".join(c for step in [*exam.FIT, "predict"] for c in cells[step])

    assert not re.search(r"\b(print|display|plt|sns|px)\b", code)
