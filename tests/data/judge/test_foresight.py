"""The future that the judge foresees is the one that comes."""

import numpy as np

from data.judge.future import Life
from data.judge.policies import offers_at_random
from data.judge.year import Setting, live
from tests.worlds import live_on


def rows_of(life: Life, t: int, who: np.ndarray) -> list[np.ndarray]:
    return [life.voluntary[t, who], life.involuntary[t, who], life.fee[t, who]]


def met(judge: Setting, events, who: np.ndarray) -> list[np.ndarray]:
    """Return what those at positions `who` really met this month."""
    risk, fee = events.risk, events.state.fee(judge.world)
    return [risk.voluntary[who], risk.involuntary[who], fee[who]]


def test_who_never_left_meets_the_foreseen_chances_and_fees(judge):
    came_back = np.zeros(0, bool)
    for t, events in enumerate(judge.untouched[:12]):
        came_back = np.pad(came_back, (0, len(events.state) - len(came_back)))
        who = np.flatnonzero(events.state.active & ~came_back)

        pairs = zip(
            rows_of(judge.future.first, t, who), met(judge, events, who), strict=True
        )

        assert len(who) > 15_000
        assert all((foreseen == came).all() for foreseen, came in pairs)
        came_back |= events.return_day > 0


def test_who_came_back_meets_what_was_foreseen_for_it(judge):
    """All 36 months, for who had a monthly contract before.

    Another contract means another chance to leave, and so to write that one might:
    the few who had an annual one meet slightly other moods than foreseen.
    """
    n, came_back = len(judge.future.annual), np.zeros(0, bool)
    for t, events in enumerate(judge.untouched):
        came_back = np.pad(came_back, (0, len(events.state) - len(came_back)))
        who = np.flatnonzero((events.state.active & came_back)[:n])
        who = who[~judge.future.annual[who]]

        pairs = zip(
            rows_of(judge.future.again, t, who), met(judge, events, who), strict=True
        )

        assert [np.flatnonzero(a != b).size for a, b in pairs] == [0, 0, 0]
        came_back |= events.return_day > 0
    assert came_back.sum() > 1_000


def test_an_offer_removes_the_foreseen_share_of_the_chance_for_six_months(judge):
    """Of everyone free at the first cutoff, as long as he stays."""
    state, n = judge.begin.after, len(judge.begin.after)
    offers = state.active & (state.since_offer >= 6)
    cut = judge.future.first.cut[0, :n]
    stayed = offers
    lives = live_on(judge.company, state, offers, 7)

    for t, (events, _) in enumerate(lives):
        foreseen = judge.future.first.voluntary[t, :n]
        expected = np.minimum(foreseen * (1 - cut), 1.0) if t < 6 else foreseen
        came = events.risk.voluntary[:n]
        stayed = stayed & events.state.active[:n]
        assert np.allclose(came[stayed], expected[stayed])


def test_offers_to_others_leave_the_foreseen_chances_as_they_are(judge):
    for t, month in enumerate(live(judge, offers_at_random(judge.streams, 0.3))):
        state = month.cutoff.state
        untouched = state.active & ~month.cutoff.came_back & (state.since_offer >= 6)
        who = np.flatnonzero(untouched)

        foreseen = judge.future.first.voluntary[t, who]
        foreseen = 1 - (1 - foreseen) * (1 - judge.future.first.involuntary[t, who])

        assert np.allclose(month.cutoff.p_churn[who], foreseen)
