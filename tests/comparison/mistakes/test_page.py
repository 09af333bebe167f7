"""The page: every mistake stands where it says; every result follows from intervals."""

from dataclasses import replace

import pytest

from comparison.mistakes.page import PAGE, bold, change, fix_link, line_link, page
from comparison.mistakes.register import REGISTER
from comparison.mistakes.sentences import accuracies, again, in_short
from comparison.pooled import FURTHER, Effect, Figures, Pooled, read_pooled
from data.judge.interval import Interval

DEMANDED = {
    "one-row-per-customer", "lifetime-totals", "status-columns", "random-split",
    "fingerprints", "smote-before-split", "class-weights", "immature-labels",
    "accuracy", "threshold-one-half", "chosen-by-the-test", "filled-before-split",
    "risk-not-value", "no-control-group",
}  # fmt: skip


def effect(**differences: tuple[float, float, float]) -> Effect:
    """Build an effect by its differences, such as happened_profit=(-9, -7, -5)."""
    sides = {
        side: {
            name.removeprefix(f"{side}_"): Interval(mean, low, high)
            for name, (low, mean, high) in differences.items()
            if name.startswith(side)
        }
        for side in ("claimed", "happened")
    }
    figures = Figures(**sides)
    return Effect(figures, figures, figures)


def test_every_mistake_that_was_asked_for_is_there():
    assert set(REGISTER) >= DEMANDED


@pytest.mark.parametrize("name", REGISTER)
def test_a_mistake_stands_on_one_line_and_is_put_right_in_one_place(name):
    mistake = REGISTER[name]

    assert line_link(mistake).startswith(("[`churn.py`, line ", "not in level 1"))
    assert fix_link(mistake).startswith(("[`", "none: it assumes a save rate"))


def test_the_page_is_written_from_what_is_kept():
    text = PAGE.read_text(encoding="utf-8")
    further = read_pooled(FURTHER) if FURTHER.exists() else None

    assert page(read_pooled(), text, further) == text


def test_every_mistake_is_explained_on_the_page():
    words = PAGE.read_text(encoding="utf-8").split("How each mistake was measured")[1]

    assert [name for name in REGISTER if f"`{name}`" not in words] == []


def test_no_sentence_outside_the_generated_blocks_states_a_result():
    """Figures with decimals come from measurements; the fixed words hold none."""
    found = read_pooled()
    effects = {name: effect() for name in REGISTER}
    accuracy = effect(claimed_accuracy=(0, 0, 0))
    empty = replace(found, mistakes=effects | {"accuracy": accuracy})

    words = page(empty, PAGE.read_text(encoding="utf-8"))

    assert "+0.1" not in words
    assert "rises with" not in words
    assert "falls with" not in words


def test_a_mistake_is_named_with_its_direction_only_where_its_interval_is_clear():
    text = in_short(
        {
            "leak": effect(claimed_roc_auc=(0.1, 0.2, 0.3), happened_profit=(-9, 1, 9)),
            "costly": effect(happened_profit=(-30, -20, -10)),
            "costlier": effect(happened_profit=(-3_000, -2_000, -1_000)),
            "harmless": effect(claimed_roc_auc=(-0.1, 0.05, 0.2)),
            "tiny": effect(happened_roc_auc=(0.001, 0.002, 0.003)),
        }
    )

    assert text.splitlines() == [
        "- The claimed AUC rises with `leak` (+0.200).",
        "- The actual profit falls with `costlier` (-2,000), `costly` (-20).",
        "- None of these changes clearly with `harmless`, `tiny`.",
    ]


def test_a_mistake_that_was_not_measured_by_a_figure_is_not_said_to_leave_it_alone():
    assert "accuracy" not in in_short({"accuracy": effect(claimed_accuracy=(0, 1, 2))})


def test_accuracy_is_compared_with_its_interval():
    one = Figures({"accuracy": Interval(0.97, 0.96, 0.98)}, {})
    other = Figures({"accuracy": Interval(0.965, 0.96, 0.97)}, {})
    difference = Figures({"accuracy": Interval(0.005, -0.001, 0.011)}, {})

    text = accuracies(Effect(one, other, difference))

    assert text.endswith(
        "The difference is +0.0050 (95 % interval -0.0010 to +0.0110)."
    )


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Interval(0.02, 0.01, 0.03), "**+0.0200 ± 0.0100**"),
        (Interval(0.02, -0.01, 0.05), "+0.0200 ± 0.0300"),
        (Interval(0.0002, 0.0001, 0.0003), "**+0.0002 ± 0.0001**"),
        (Interval(0.00001, 0.000005, 0.000015), "+0.0000 ± 0.0000"),  # not seen
        (Interval(0.0, 0.0, 0.0), "-"),
        (None, "-"),
    ],
)
def test_a_difference_is_bold_where_its_interval_leaves_out_zero(found, text):
    assert change(found, "roc_auc") == text


# --- looked for again in further worlds ----------------------------------------------


def pooled(seeds: list[int], **effects: Effect) -> Pooled:
    return Pooled(customers=1_000, seeds=seeds, mistakes=effects, ladder={})


def test_a_bold_difference_that_is_not_found_again_is_named_with_what_was_found():
    shown = pooled(
        [101, 102],
        leak=effect(claimed_roc_auc=(0.1, 0.2, 0.3), happened_profit=(-9, -5, -1)),
        turned=effect(happened_roc_auc=(0.01, 0.02, 0.03)),
        unclear=effect(happened_roc_auc=(-0.01, 0.02, 0.05)),
    )
    further = pooled(
        [201, 202],
        leak=effect(claimed_roc_auc=(0.1, 0.15, 0.2), happened_profit=(-6, -2, 2)),
        turned=effect(happened_roc_auc=(-0.03, -0.02, -0.01)),
        unclear=effect(happened_roc_auc=(-0.01, 0.02, 0.05)),
    )

    assert again(bold(shown), further) == (
        "1 of 3 are found again in 2 further worlds (seeds 201 to 202). These are not: "
        "`leak` (actual profit -5; there -6 to +2), "
        "`turned` (actual AUC +0.0200; there -0.0300 to -0.0100)."
    )


def test_bold_differences_that_are_all_found_again_are_counted():
    one = pooled([101, 102], leak=effect(claimed_roc_auc=(0.1, 0.2, 0.3)))

    text = again(bold(one), replace(one, seeds=[201, 202]))

    assert text == "All 1 are found again in 2 further worlds (seeds 201 to 202)."
    assert "not yet" in again(bold(one), None)
