"""The contract's files: what cannot be read is refused, not run into."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.judge.contract import (
    CLAIMS,
    BadPredictions,
    UnknownLevel,
    check_level,
    read_claim,
    read_predictions,
)
from data.judge.metrics import METRICS

WANTED = pd.Index([1, 2])


@pytest.fixture(scope="module")
def outbox(tmp_path_factory):
    return tmp_path_factory.mktemp("outbox")


# --- predictions ---------------------------------------------------------------------


def test_no_predictions_are_refused_by_name_and_month(tmp_path):
    with pytest.raises(BadPredictions, match=r"predictions\.parquet for 2024-01-01"):
        read_predictions(tmp_path, "2024-01-01", WANTED)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_parquet_are_refused(outbox, content):
    (outbox / "predictions.parquet").write_bytes(content)

    with pytest.raises(BadPredictions, match="Parquet"):
        read_predictions(outbox, "2024-01-01", WANTED)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_half_a_file_is_refused(tmp_path, kept):
    path = tmp_path / "predictions.parquet"
    pd.DataFrame({"customer_id": range(500), "p_churn": 0.1}).to_parquet(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])

    with pytest.raises(BadPredictions, match="Parquet"):
        read_predictions(tmp_path, "2024-01-01", WANTED)


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path):
    (tmp_path / "predictions.parquet").mkdir()

    with pytest.raises(BadPredictions):
        read_predictions(tmp_path, "2024-01-01", WANTED)


# --- the claim -----------------------------------------------------------------------


@given(
    st.dictionaries(
        st.sampled_from(CLAIMS),
        st.floats(-1e9, 1e9) | st.integers(-9, 9),
    )
)
def test_a_claim_of_known_numbers_is_taken_as_it_is(outbox, claim):
    (outbox / "claim.json").write_text(json.dumps(claim))

    assert read_claim(outbox) == claim


def test_no_claim_is_refused_by_name(tmp_path):
    with pytest.raises(BadPredictions, match=r"claim\.json.*fit must write it"):
        read_claim(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", '{"roc_auc": 0.', "[0.8]", "0.8", "null", '"high"']
)
def test_a_claim_that_is_no_json_object_is_refused(tmp_path, text):
    (tmp_path / "claim.json").write_text(text)

    with pytest.raises(BadPredictions, match=r"claim\.json"):
        read_claim(tmp_path)


@pytest.mark.parametrize(
    "value", ["high", None, [0.8], True, float("nan"), float("inf")]
)
def test_a_claim_of_no_number_is_refused_by_its_name(tmp_path, value):
    (tmp_path / "claim.json").write_text(json.dumps({"roc_auc": value}))

    with pytest.raises(BadPredictions, match="roc_auc"):
        read_claim(tmp_path)


def test_a_claim_of_an_unknown_figure_is_refused_with_those_known(tmp_path):
    (tmp_path / "claim.json").write_text(json.dumps({"f1": 0.9}))

    with pytest.raises(BadPredictions, match=r"'f1' is none of .*roc_auc"):
        read_claim(tmp_path)


def test_a_claim_may_say_its_standard_error(tmp_path):
    claim = {"roc_auc": 0.8, "roc_auc_error": 0.01, "profit": 3.0}
    (tmp_path / "claim.json").write_text(json.dumps(claim))

    assert read_claim(tmp_path) == claim


def test_an_error_of_an_unknown_figure_is_refused(tmp_path):
    (tmp_path / "claim.json").write_text(json.dumps({"f1_error": 0.1}))

    with pytest.raises(BadPredictions, match="'f1_error' is none of"):
        read_claim(tmp_path)


@pytest.mark.parametrize("months", [1, 3, 12])
def test_a_claim_may_say_how_many_cutoffs_it_is_about(tmp_path, months):
    claim = {"roc_auc": 0.8, "months": months}
    (tmp_path / "claim.json").write_text(json.dumps(claim))

    assert read_claim(tmp_path) == claim


@pytest.mark.parametrize("months", [0, 13, -1, 3.0, 2.5, "3", None, True])
def test_a_claim_about_no_number_of_cutoffs_is_refused(tmp_path, months):
    text = json.dumps({"roc_auc": 0.8, "months": months})
    (tmp_path / "claim.json").write_text(text)

    with pytest.raises(BadPredictions, match="whole number of months, 1 to 12"):
        read_claim(tmp_path)


def test_every_metric_may_be_claimed():
    assert ("accuracy", *METRICS, "profit") == CLAIMS


# --- the level -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nowhere", "", ".", "..", "os", "os.path", "a b"])
def test_a_level_that_is_not_there_is_refused(name):
    with pytest.raises(UnknownLevel):
        check_level(name)
