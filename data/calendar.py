"""Calendar: month 0 is the first month that the company recorded."""

import numpy as np

FIRST_MONTH = np.datetime64("2022-01", "M")


def month_name(month: int) -> str:
    """Return "2022-01" for month 0, "2022-02" for month 1, and so on."""
    return str(FIRST_MONTH + month)


def month_number(name: str) -> int:
    """Return 0 for "2022-01", 1 for "2022-02", and so on.

    Raises:
        ValueError: `name` is not a month like "2022-01".
    """
    try:
        return int((np.datetime64(name, "M") - FIRST_MONTH).astype(int))
    except ValueError:
        raise ValueError(f"wanted a month like 2022-01, found {name!r}") from None


def first_day(month: int) -> np.datetime64:
    """Return the month's first day. The month's cutoff is at its midnight, UTC."""
    return (FIRST_MONTH + month).astype("datetime64[D]")


def days_in(month: int) -> int:
    return int((first_day(month + 1) - first_day(month)).astype(int))


def is_weekend(month: int) -> np.ndarray:
    """Mark Saturdays and Sundays.  # (days_in(month),)"""
    days = first_day(month) + np.arange(days_in(month))
    return ~np.is_busday(days)
