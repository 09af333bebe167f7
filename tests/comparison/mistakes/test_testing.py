"""Choosing among settings: they come from the space that level 2 searches."""

from comparison.mistakes.testing import drawn_settings
from level2_project.tune import FIXED, SPACE


def test_settings_are_drawn_from_the_searched_space_and_the_same_seed_draws_the_same():
    settings = drawn_settings(20, seed=1)

    assert settings == drawn_settings(20, seed=1)
    assert len({one["learning_rate"] for one in settings}) == 20
    for one in settings:
        assert set(one) == {*SPACE["lightgbm"], *FIXED["lightgbm"]}
        assert all(
            kind.low <= one[name] <= kind.high
            for name, kind in SPACE["lightgbm"].items()
        )
