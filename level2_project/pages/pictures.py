"""Pictures: one idea each, readable in grey, uncertainty as a band or a whisker."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from level2_project.pages.words import label

SIZE = (5.6, 3.6)  # inches
INK, PALE, BAND = "#1f2d3a", "#9aa5b1", "#d5dce3"
LOWEST = 0.0005  # of a share on a logarithmic axis
LISTED = 20  # bars that one picture holds


def draw_stability(stability: pd.DataFrame) -> Figure:
    """Draw gain by column; `stability` has one row per column."""
    shown = stability.sort_values("gain", ascending=False).head(LISTED)[::-1]
    figure, axes = panel("What the columns add", "share of the model's gain", "")
    colours = np.where(shown["is_selected"], INK, BAND)
    axes.barh(shown["column"].map(label), shown["gain"], color=colours, height=0.7)
    for height, row in enumerate(shown.itertuples()):
        note(axes, row.gain, height, f"{row.share_of_folds:.0%} of folds")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.margins(x=0.22, y=0.01)
    return names_left(figure, axes)


def draw_search(trials: pd.DataFrame) -> Figure:
    """Draw the log loss of each trial and the best so far; one row per trial."""
    figure, axes = panel("The search", "trial", "mean log loss, nats")
    whole = trials[trials["state"] == "complete"]
    loss, best = whole["log_loss"], whole["log_loss"].min()
    room = max(2 * (loss.median() - best), 1e-6)  # a bad trial must not hide the rest
    axes.plot(whole["trial"], loss.clip(upper=best + room), "o", color=PALE, ms=4,
              label="tested on all folds")  # fmt: skip
    axes.step(whole["trial"], loss.cummin().clip(upper=best + room), where="post",
              color=INK, lw=1.6, label="best so far")  # fmt: skip
    given_up = trials.loc[trials["state"] == "pruned", "trial"]
    axes.plot(given_up, np.full(len(given_up), best - 0.2 * room), "|", color=INK, ms=7,
              label="stopped early")  # fmt: skip
    axes.set_ylim(best - 0.35 * room, best + 1.5 * room)
    axes.legend(frameon=False, fontsize=8, loc="upper right", ncols=3,
                handletextpad=0.3, columnspacing=1)  # fmt: skip
    return figure


def draw_settings(settings: pd.DataFrame) -> Figure:
    """Draw how much each setting mattered; one row per setting."""
    shown = settings.sort_values("importance")
    figure, axes = panel(
        "Which settings matter", "share of what tells trials apart", ""
    )
    axes.barh(shown["parameter"].map(label), shown["importance"], color=INK, height=0.6)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return names_left(figure, axes)


def draw_handling(summary: pd.DataFrame, figure_name: str) -> Figure:
    """Draw paired differences from the same model with nothing done about imbalance.

    Args:
        summary: one row per recipe of one model, as `compare.summary` returns it.
        figure_name: the column to draw, "average_precision" or another.
    """
    is_plain = (summary["imbalance"] == "nothing") & ~summary["recalibrate"]
    shown = summary[~is_plain][::-1]
    again = np.where(shown["recalibrate"], ", recalibrated", "")
    names = shown["imbalance"].replace("nothing", "nothing done").map(label) + again
    parts = shown[[f"{figure_name}_{part}" for part in ("difference", "low", "high")]]
    name = label(figure_name)
    title = f"{name[0].upper()}{name[1:]}, by handling of imbalance"
    figure, axes = panel(title, "difference from doing nothing", "")
    whiskers(axes, list(names), parts.to_numpy(float))
    return names_left(figure, axes)


def draw_importance(importance: pd.DataFrame) -> Figure:
    """Draw what shuffling a column costs; one row per column, the best first."""
    shown = importance.head(LISTED)[::-1]
    figure, axes = panel(
        "What the model leans on", "average precision lost when shuffled", ""
    )
    parts = shown[["mean", "low", "high"]].to_numpy(float)
    whiskers(axes, list(shown["column"].map(label)), parts)
    return names_left(figure, axes)


def draw_calibration(curve: pd.DataFrame) -> Figure:
    """Draw the share who left by what was predicted, in ten equal groups."""
    figure, axes = panel(
        "Do they leave as predicted?", "mean probability", "share that left"
    )
    found = curve.clip(lower=LOWEST)
    ends = [found["x"].min() / 1.5, found[["x", "high"]].max(axis=None) * 1.2]
    axes.plot(ends, ends, "--", color=PALE, lw=1)
    axes.fill_between(found["x"], found["low"], found["high"], color=BAND, lw=0)
    axes.plot(found["x"], found["mean"], "o-", color=INK, ms=4, lw=1.4)
    percent = FuncFormatter(lambda share, _: f"{100 * share:g} %")
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(percent)
    return figure


def draw_precision_recall(curve: pd.DataFrame, share_left: float) -> Figure:
    figure, axes = panel(
        "Precision and recall",
        "recall: share of leavers found",
        "precision: share that left",
    )
    band(axes, curve)
    axes.axhline(share_left, ls="--", color=PALE, lw=1)
    note(axes, 0.3, share_left, "drawing lots", above=True)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return percents(figure, axes)


def draw_roc(curve: pd.DataFrame) -> Figure:
    figure, axes = panel(
        "ROC curve", "share of stayers taken for leavers", "share of leavers found"
    )
    band(axes, curve)
    axes.plot([0, 1], [0, 1], "--", color=PALE, lw=1)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return percents(figure, axes)


def draw_lift(curve: pd.DataFrame) -> Figure:
    figure, axes = panel(
        "Lift", "share of customers, riskiest first", "times the mean leaving rate"
    )
    band(axes, curve)
    axes.axhline(1, ls="--", color=PALE, lw=1)
    axes.set(xlim=(0, 1), ylim=(0, None))
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def draw_profit(curve: pd.DataFrame) -> Figure:
    """Draw what a month's offers bring, and where it is most."""
    figure, axes = panel(
        "What the offers of a month bring", "share of customers with an offer", "USD"
    )
    band(axes, curve)
    axes.axhline(0, ls="--", color=PALE, lw=1)
    peak = curve.loc[curve["mean"].idxmax()]
    axes.plot(peak["x"], peak["mean"], "o", color=INK, ms=5)
    reach = max(peak["high"] if np.isfinite(peak["high"]) else 0, peak["mean"], 1.0)
    axes.set(xlim=(0, min(1.0, max(0.2, 4 * peak["x"]))), ylim=(-reach, 1.4 * reach))
    note(axes, peak["x"], 1.2 * reach, f"most at {peak['x']:.0%}")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def panel(title: str, across: str, up: str) -> tuple[Figure, Axes]:
    """Begin a picture; nothing of matplotlib's global state is touched."""
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=12, color=INK, pad=10)
    axes.set_xlabel(across, color=INK)
    axes.set_ylabel(up, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(PALE)
    axes.tick_params(color=PALE, labelcolor=INK, labelsize=9)
    return figure, axes


def band(axes: Axes, curve: pd.DataFrame) -> None:
    axes.fill_between(curve["x"], curve["low"], curve["high"], color=BAND, lw=0)
    axes.plot(curve["x"], curve["mean"], color=INK, lw=1.6)


def whiskers(axes: Axes, names: list[str], parts: Any) -> None:
    """Draw means with intervals, one row each.  # parts: (n, 3) mean, low, high"""
    mean, low, high = parts.T
    axes.axvline(0, color=PALE, lw=1, ls="--")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.hlines(names, low, high, color=PALE, lw=3)
    axes.plot(mean, names, "o", color=INK, ms=5)


def note(axes: Axes, x: float, y: float, text: str, above: bool = False) -> None:
    place: Any = (0, 4) if above else (5, 0)
    axes.annotate(
        text, (x, y), place, textcoords="offset points", fontsize=8, color="#5b6773",
        ha="center" if above else "left", va="bottom" if above else "center",
    )  # fmt: skip


def names_left(figure: Figure, axes: Axes) -> Figure:
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", left=False, labelsize=8)
    return figure


def percents(figure: Figure, axes: Axes) -> Figure:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure
