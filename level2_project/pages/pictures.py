"""Pictures: one idea each, readable in grey, uncertainty as a band."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

INK, GREY, PALE, BAND = "#1f2d3a", "#5b6773", "#9aa5b1", "#d5dce3"
ENDS = ["mean", "low", "high"]
FOUND, LEFT = "share of leavers found", "share that left"
CURVES = {  # by name: title, across, up
    "precision_recall":
        ("Precision and recall", f"recall: {FOUND}", f"precision: {LEFT}"),
    "roc": ("ROC curve", "share of stayers taken for leavers", FOUND),
    "lift": ("Lift", "share of customers, riskiest first", "times the mean rate"),
}  # fmt: skip


def draw_calibration(curve: pd.DataFrame) -> Figure:
    """Draw the share who left by what was predicted, in ten equal groups."""
    figure, axes = panel("Do they leave as predicted?", "mean probability", LEFT)
    found = curve.clip(lower=0.0005)  # the axes are logarithmic
    ends = [found["x"].min() / 1.5, found[["x", "high"]].max(axis=None) * 1.2]
    band(axes, found, ends, ends, marker="o", ms=4)
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    return figure


def draw_curve(name: str, curve: pd.DataFrame, luck: tuple[float, float]) -> Figure:
    """Draw one of `CURVES`; the dashed line is what drawing lots would reach."""
    figure, axes = panel(*CURVES[name], "x" if name == "lift" else "xy")
    band(axes, curve, (0, 1), luck)
    axes.set(xlim=(0, 1), ylim=(0, None if name == "lift" else 1))
    return figure


def draw_profit(curve: pd.DataFrame) -> Figure:
    """Draw what a month's offers bring, and where it is most."""
    title, across = "What a month's offers bring", "share of customers with an offer"
    figure, axes = panel(title, across, "USD", "x")
    band(axes, curve, (0, 1), (0, 0))
    peak = curve.loc[curve["mean"].idxmax()]
    axes.plot(peak["x"], peak["mean"], "o", color=INK, ms=5)
    right = min(1.0, max(0.2, 4 * peak["x"]))
    shown = curve.loc[curve["x"] <= right, "mean"].abs()
    reach = np.nanmax([peak["high"], *shown])
    axes.set(xlim=(0, right), ylim=(-reach, 1.4 * reach))
    axes.text(peak["x"], 1.2 * reach, f" most at {peak['x']:.0%}", size=8, color=GREY)
    return figure


def panel(title: str, across: str, up: str, percents: str = "") -> tuple[Figure, Axes]:
    """Begin a picture with percents on some axes; pyplot's state stays as it is."""
    figure = Figure(figsize=(5.6, 3.6), layout="constrained")  # inches
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=12, color=INK, pad=10)
    axes.set_xlabel(across, color=INK)
    axes.set_ylabel(up, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(PALE)
    axes.tick_params(color=PALE, labelcolor=INK, labelsize=9)
    for name in percents:
        axis = getattr(axes, f"{name}axis")
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure, axes


def band(axes: Axes, curve: pd.DataFrame, x: Any, y: Any, **marks: Any) -> None:
    """Draw a curve with its interval, and a dashed line to hold it against."""
    axes.plot(x, y, "--", color=PALE, lw=1)
    axes.fill_between(curve["x"], curve["low"], curve["high"], color=BAND, lw=0)
    axes.plot(curve["x"], curve["mean"], color=INK, lw=1.6, **marks)
