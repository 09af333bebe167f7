"""The desk: what lies in a level's inbox, and when."""

import json

import pytest

from data.calendar import month_name
from data.judge.desk import Desk
from data.sources.files import FILES
from data.sources.plan import Plan
from data.world.beliefs import World
from data.world.history import history

SEED, SHORT = 7_450_913, 5  # the open month whose drop comes short


@pytest.fixture(scope="module")
def inboxes(tmp_path_factory) -> list:
    """The inbox, and the names in it after each of eight months."""
    folder = tmp_path_factory.mktemp("somewhere")
    desk = Desk(Plan(World(customers=60), SEED, folder), "drops", folder, late={})
    desk.inbox.mkdir()
    seen = []
    for lived in history(desk.plan.company, 8):
        desk.receive(lived.events)
        seen.append({path.name for path in desk.inbox.iterdir()})
    return [folder / "inbox", *seen]


def test_a_drop_that_is_sent_again_comes_with_the_next_months(inboxes):
    _, *seen = inboxes

    new = [now - before for before, now in zip([set(), *seen], seen, strict=False)]

    due = [{month_name(month)} for month in range(8)]
    due[SHORT + 1] |= {f"{month_name(SHORT)}.r2"}
    assert new == due


def test_what_is_sent_again_was_sent_before_the_next_cutoff(inboxes):
    inbox, *_ = inboxes

    for drop in inbox.iterdir():
        manifest = json.loads((drop / "manifest.json").read_text())
        months_later = 1 if drop.name.endswith(".r2") else 0
        cutoff = f"{drop.name[:5]}{int(drop.name[5:7]) + 1 + months_later:02}-01"
        assert manifest["sent_at"][:10] <= cutoff


def test_no_file_in_the_inbox_names_the_seed(inboxes):
    inbox, *_ = inboxes

    files = [path for path in inbox.rglob("*") if path.is_file()]

    assert len(files) == 9 * (len(FILES) + 1)
    assert not any(str(SEED).encode() in path.read_bytes() for path in files)
    assert not any(str(SEED) in str(path) for path in files)


def test_a_level_that_reads_the_flat_export_gets_no_drops(tmp_path):
    desk = Desk(Plan(World(customers=60), SEED, tmp_path), "flat", tmp_path, late={})
    desk.inbox.mkdir()
    for lived in history(desk.plan.company, 7):
        desk.receive(lived.events)
    desk.lay_out(lived)

    assert {path.name for path in desk.inbox.iterdir()} == {"active.csv", "flat.csv"}
