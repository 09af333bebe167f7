"""Interim: a drop is read once, and what is stale or damaged is read anew."""

import shutil

import pandas as pd
import pytest

from level2_project.load import load
from level2_project.sources import interim
from level2_project.sources.drops import Delivery
from level2_project.sources.schema import SOURCES, BadDrop
from tests.level2_project.raw_worlds import first_drops, rewrite

MARCH = pd.Timestamp("2022-03-01")


@pytest.fixture
def raw(small_world, tmp_path):
    return first_drops(small_world, tmp_path / "raw")


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "interim"


@pytest.fixture
def n_read(monkeypatch) -> list[str]:
    """Note the source of every drop that is read from its file."""
    noted, read_drop = [], interim.read_drop

    def note(content, drop, source):
        noted.append(source)
        return read_drop(content, drop, source)

    monkeypatch.setattr(interim, "read_drop", note)
    return noted


def same(one: Delivery, other: Delivery) -> bool:
    return one.rows.equals(other.rows) and one.repaired == other.repaired


def test_a_second_load_reads_no_drop_and_finds_the_same_to_the_bit(raw, kept, n_read):
    anew, first = load(raw, MARCH), load(raw, MARCH, interim=kept)
    n_read.clear()

    second = load(raw, MARCH, interim=kept)

    assert n_read == []
    for loaded in (first, second):
        pd.testing.assert_frame_equal(loaded.repairs, anew.repairs)
        for now, then in zip(loaded.sources, anew.sources, strict=True):
            pd.testing.assert_frame_equal(now, then, check_exact=True)


def test_a_new_month_reads_one_new_drop(raw, kept, n_read):
    load(raw, pd.Timestamp("2022-02-01"), interim=kept)
    n_read.clear()

    load(raw, MARCH, interim=kept)

    assert n_read == list(SOURCES)


def test_a_file_that_has_changed_is_read_again(raw, kept, n_read):
    before = interim.read(raw, "2022-01", "offers", kept)
    rewrite(
        raw / "2022-01" / "offers.csv",
        lambda text: text[: text.rfind("\n", 0, -1) + 1],
    )

    after = interim.read(raw, "2022-01", "offers", kept)

    assert len(n_read) == 2
    assert after.rows.num_rows == before.rows.num_rows - 1


def test_a_drop_that_was_sent_again_is_read_whatever_was_kept_of_the_first(
    raw, kept, n_read
):
    before = load(raw, MARCH, interim=kept)
    again = shutil.copytree(raw / "2022-01", raw / "2022-01.r2")
    rewrite(again / "offers.csv", lambda text: text[: text.rfind("\n", 0, -1) + 1])

    after = load(raw, MARCH, interim=kept)

    n_before, n_after = (len(one.sources.offers) for one in (before, after))
    assert n_after == n_before - 1


def test_a_copied_folder_serves_as_well(raw, kept, n_read, tmp_path):
    load(raw, MARCH, interim=kept)
    copied = shutil.copytree(kept, tmp_path / "elsewhere")
    moved = shutil.copytree(raw, tmp_path / "another inbox")
    n_read.clear()

    load(moved, MARCH, interim=copied)

    assert n_read == []


def test_what_other_code_has_read_is_not_taken(raw, kept, n_read, monkeypatch):
    interim.read(raw, "2022-01", "offers", kept)
    monkeypatch.setattr(interim, "_code", lambda: b"a later version")

    interim.read(raw, "2022-01", "offers", kept)

    assert len(n_read) == 2


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def cut(content: bytes) -> bytes:
    return content[:-9]


def emptied(content: bytes) -> bytes:
    return b""


def overwritten(content: bytes) -> bytes:
    return b"no rows" * 99


@pytest.mark.parametrize("damage", [flipped, cut, emptied, overwritten])
def test_a_damaged_file_is_made_anew(raw, kept, n_read, damage):
    before = interim.read(raw, "2022-01", "tickets", kept)
    file = kept / "2022-01.tickets.arrow"
    whole = file.read_bytes()
    file.write_bytes(damage(whole))

    after = interim.read(raw, "2022-01", "tickets", kept)

    assert same(before, after)
    assert len(n_read) == 2
    assert file.read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_only_time(raw, kept, n_read):
    kept.write_text("a file where the folder should be")

    for _ in range(2):
        found = interim.read(raw, "2022-01", "usage", kept)

    assert same(found, interim.read(raw, "2022-01", "usage"))
    assert len(n_read) == 3


def test_a_file_that_is_refused_is_not_kept(raw, kept):
    file = raw / "2022-01" / "offers.csv"
    whole = file.read_text()
    rewrite(file, lambda text: text.replace("treated", "healed"))
    with pytest.raises(BadDrop):
        interim.read(raw, "2022-01", "offers", kept)

    file.write_text(whole)

    assert interim.read(raw, "2022-01", "offers", kept).rows.num_rows > 0
