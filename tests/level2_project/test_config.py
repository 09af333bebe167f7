"""The config: what cannot be meant is refused, and named."""

import json
import tomllib
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from level2_project import UserError
from level2_project.config import FILE, Config, read_config

GIVEN = tomllib.loads(FILE.read_text())


def config_of(given: dict) -> Config:
    """Write a config as TOML, whose plain values look as in JSON, and read it."""
    lines = []
    for name, value in given.items():  # plain values stand before the sections
        rows = value if isinstance(value, dict) else {name: value}
        lines += [f"[{name}]"] if isinstance(value, dict) else []
        lines += [f"{key} = {json.dumps(setting)}" for key, setting in rows.items()]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text("\n".join(lines))
        return read_config(path)


def changed(section: str, key: str, value: object) -> dict:
    given_values = deepcopy(GIVEN)
    if section:
        given_values[section][key] = value
        return given_values
    return {key: value} | given_values | {key: value}


def test_the_file_beside_the_code_is_a_config():
    assert read_config() == config_of(GIVEN)


@pytest.mark.parametrize("section", ["", "time", "economics"])
def test_an_unknown_key_is_refused_with_those_known(section):
    with pytest.raises(UserError, match=r"speed is unknown; known: \w+, "):
        config_of(changed(section, "speed", 1))


@pytest.mark.parametrize(
    ("section", "key", "value", "wanted"),
    [
        ("time", "horizon_months", 0, "integer from 1 to 12"),
        ("time", "predict_at", "2024-01-02", "the first of a month"),
        ("time", "first_cutoff", "soon", "the first of a month"),
        ("economics", "save_rate", 1.01, "number from 0 to 1"),
        ("economics", "save_rate", "much", "number from 0 to 1, found 'much'"),
        ("train", "model", "forest", "'lightgbm', 'logistic' or 'neural_net'"),
        ("train", "imbalance", "rose", "smote"),
        ("train", "recalibrate", 1, "a valid boolean, found 1"),
        ("split", "untouched", 12, "fewer than split.n_folds"),
        ("split", "n_folds", 30, "fewer than the"),
        ("split", "confirming", 8, "fewer than split.n_folds"),
        ("split", "claim_months", 7, "22 cutoffs with labels, found 19"),
        ("tune", "trials", True, "integer from 1 to 10000, found True"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_may_be(
    section, key, value, wanted
):
    with pytest.raises(UserError, match=f"{key}.*{wanted}"):
        config_of(changed(section, key, value))


@given(st.sampled_from([(s, k) for s in GIVEN if s not in ("seed", "raw", "runs")
                        for k in GIVEN[s]]))  # fmt: skip
def test_a_missing_key_is_named(where):
    section, key = where
    given_values = deepcopy(GIVEN)
    del given_values[section][key]

    with pytest.raises(UserError, match=rf"{section}\.{key} is missing"):
        config_of(given_values)


def test_the_message_names_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(FILE.read_text().replace("save_rate = 0.20", "save_rate = 20"))

    with pytest.raises(UserError, match=r"mine\.toml: economics\.save_rate: wanted"):
        read_config(path)


def test_what_is_no_toml_is_refused(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("seed = ")

    with pytest.raises(UserError, match="cannot use"):
        read_config(path)


def test_labels_of_the_last_cutoff_are_known_at_the_day_of_prediction():
    time = config_of(GIVEN).time

    assert time.cutoffs[-1] + time.gap <= pd.Timestamp(time.predict_at)
    assert time.cutoffs[-1] + 2 * time.gap > pd.Timestamp(time.predict_at)


def test_every_purpose_has_a_seed_of_its_own_that_follows_from_the_one_given():
    config, other = read_config(), config_of(changed("", "seed", 1))

    seeds = {purpose: config.seed_for(purpose) for purpose in ("train", "walk", "text")}

    assert len({*seeds.values(), config.seed}) == 4
    assert seeds["train"] == read_config().seed_for("train")
    assert seeds["train"] != other.seed_for("train")
