"""The decision, as tables."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.access.decision import Action, Reason, Unlock, decide
from service.access.entitlements import Entitlement, Source, State

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)

ALICE, BOB = "rdr_alice", "rdr_bob"
SIGN_UP, SIGN_IN = Unlock(Action.SIGN_UP), Unlock(Action.SIGN_IN)
SUBSCRIBE = Unlock(Action.SUBSCRIBE, "premium")


def held(
    starts: timedelta = -DAY,
    ends: timedelta | None = None,
    revoked: timedelta | None = None,
    *,
    product: str = "premium",
    reader: str = ALICE,
    id: str = "ent_1",
) -> Entitlement:
    """An entitlement with its instants told from NOW."""
    return Entitlement(
        id,
        reader,
        product,
        Source.STAFF,
        NOW + starts,
        NOW + ends if ends is not None else None,
        NOW + revoked if revoked is not None else None,
    )


ACTIVE = held()
NOT_STARTED = held(starts=DAY)
ENDED = held(starts=-2 * DAY, ends=-DAY)
REVOKED = held(revoked=-DAY)


@pytest.mark.parametrize(
    ("level", "reader", "entitlements", "granted", "reason", "unlocked_by"),
    [
        ("free", None, (), True, "free", ()),
        ("free", ALICE, (), True, "free", ()),
        ("free", ALICE, (REVOKED,), True, "free", ()),
        ("registered", None, (), False, "registration_required", (SIGN_UP, SIGN_IN)),
        ("registered", None, (ACTIVE,), False, "registration_required", (SIGN_UP, SIGN_IN)),
        ("registered", ALICE, (), True, "registered", ()),
        ("registered", ALICE, (ENDED,), True, "registered", ()),
        ("premium", None, (), False, "subscription_required", (SUBSCRIBE, SIGN_IN)),
        ("premium", None, (ACTIVE,), False, "subscription_required", (SUBSCRIBE, SIGN_IN)),
        ("premium", ALICE, (), False, "subscription_required", (SUBSCRIBE,)),
        ("premium", ALICE, (ACTIVE,), True, "entitled", ()),
        (
            "premium",
            ALICE,
            (NOT_STARTED,),
            False,
            "entitlement_not_started",
            (Unlock(Action.WAIT, "premium", NOW + DAY), SUBSCRIBE),
        ),
        ("premium", ALICE, (ENDED,), False, "entitlement_ended", (SUBSCRIBE,)),
        ("premium", ALICE, (REVOKED,), False, "entitlement_revoked", (SUBSCRIBE,)),
        ("premium", BOB, (ACTIVE,), False, "subscription_required", (SUBSCRIBE,)),
        ("premium", ALICE, (held(product="archive"),), False, "subscription_required", (SUBSCRIBE,)),
        ("metered", None, (), False, "subscription_required", (SUBSCRIBE, SIGN_IN)),
        ("metered", ALICE, (), False, "subscription_required", (SUBSCRIBE,)),
        ("metered", ALICE, (ACTIVE,), True, "entitled", ()),
        ("FREE", ALICE, (), False, "subscription_required", (SUBSCRIBE,)),
        ("", None, (), False, "subscription_required", (SUBSCRIBE, SIGN_IN)),
    ],
)
def test_level_reader_and_entitlements_decide(level, reader, entitlements, granted, reason, unlocked_by):
    decision = decide(level, ("premium",), reader, entitlements, NOW)
    assert (decision.granted, decision.reason, decision.unlocked_by) == (granted, reason, unlocked_by)


@pytest.mark.parametrize(
    ("products", "held_product", "granted"),
    [
        (("premium",), "premium", True),
        (("premium", "archive"), "archive", True),
        (("archive", "premium"), "archive", True),
        (("archive",), "premium", False),
        (("premium",), "PREMIUM", False),
        (("premium",), "prem", False),
        ((), "premium", False),
    ],
)
def test_an_entitlement_to_any_of_the_articles_products_opens_it(products, held_product, granted):
    decision = decide("premium", products, ALICE, [held(product=held_product)], NOW)
    assert decision.granted is granted
    if not granted:
        assert decision.unlocked_by == tuple(Unlock(Action.SUBSCRIBE, product) for product in products)


@pytest.mark.parametrize(
    ("entitlement", "state"),
    [
        (held(starts=SECOND), State.NOT_STARTED),
        (held(starts=TICK), State.NOT_STARTED),
        (held(starts=timedelta(0)), State.ACTIVE),
        (held(starts=-TICK), State.ACTIVE),
        (held(starts=-SECOND), State.ACTIVE),
        (held(ends=SECOND), State.ACTIVE),
        (held(ends=TICK), State.ACTIVE),
        (held(ends=timedelta(0)), State.ENDED),
        (held(ends=-TICK), State.ENDED),
        (held(ends=-SECOND), State.ENDED),
        (held(revoked=SECOND), State.ACTIVE),
        (held(revoked=TICK), State.ACTIVE),
        (held(revoked=timedelta(0)), State.REVOKED),
        (held(revoked=-TICK), State.REVOKED),
        (held(revoked=-SECOND), State.REVOKED),
        (held(ends=-TICK, revoked=-SECOND), State.REVOKED),
        (held(starts=DAY, revoked=-SECOND), State.REVOKED),
        (held(ends=None), State.ACTIVE),
    ],
)
def test_an_entitlement_starts_ends_and_is_revoked_on_the_instant_itself(entitlement, state):
    assert entitlement.state(NOW) is state
    assert decide("premium", ("premium",), ALICE, [entitlement], NOW).granted is (state is State.ACTIVE)


@pytest.mark.parametrize(
    ("entitlements", "reason", "speaks_of"),
    [
        ([held(starts=-9 * DAY, ends=-3 * DAY, id="old"), held(id="new")], "entitled", "new"),
        ([held(revoked=-DAY, id="gone"), held(id="still")], "entitled", "still"),
        ([held(starts=DAY, id="soon"), held(ends=-SECOND, id="over")], "entitlement_not_started", "soon"),
        ([held(starts=9 * DAY, id="later"), held(starts=DAY, id="soon")], "entitlement_not_started", "soon"),
        ([held(ends=-2 * SECOND, id="older"), held(ends=-SECOND, id="newer")], "entitlement_ended", "newer"),
        ([held(ends=-2 * SECOND, id="ended"), held(revoked=-SECOND, id="revoked")], "entitlement_revoked", "revoked"),
        ([held(ends=-SECOND, id="ended"), held(revoked=-2 * SECOND, id="revoked")], "entitlement_ended", "ended"),
        ([held(ends=-SECOND, id="b"), held(ends=-SECOND, id="a")], "entitlement_ended", "a"),
        ([held(reader=BOB, id="his"), held(ends=-SECOND, id="hers")], "entitlement_ended", "hers"),
        ([held(product="archive", id="else"), held(ends=-SECOND, id="this")], "entitlement_ended", "this"),
    ],
)
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "reversed"])
def test_of_several_entitlements_an_active_one_grants_and_else_the_nearest_is_told(
    entitlements, reason, speaks_of, turned
):
    decision = decide("premium", ("premium",), ALICE, entitlements[::-1] if turned else entitlements, NOW)
    assert decision.reason == reason
    assert decision.entitlement is not None
    assert decision.entitlement.id == speaks_of


def test_waiting_is_offered_before_subscribing_and_names_the_product_held():
    decision = decide("premium", ("archive", "premium"), ALICE, [held(starts=DAY, product="archive")], NOW)
    assert decision.unlocked_by == (
        Unlock(Action.WAIT, "archive", NOW + DAY),
        Unlock(Action.SUBSCRIBE, "archive"),
        SUBSCRIBE,
    )


instants = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)) | st.just(NOW)  # noqa: DTZ001
names = st.sampled_from(["premium", "archive", "", "free"])
readers = st.sampled_from([ALICE, BOB])
anything_held = st.builds(
    Entitlement,
    st.text(max_size=4),
    readers,
    names,
    st.sampled_from(Source),
    instants,
    st.none() | instants,
    st.none() | instants,
)
GRANTING = {Reason.FREE, Reason.REGISTERED, Reason.ENTITLED}


@given(
    st.sampled_from(["free", "registered", "premium", "metered"]) | st.text(),
    st.lists(names, max_size=3).map(tuple),
    st.none() | readers,
    st.lists(anything_held, max_size=5),
    instants,
)
def test_every_question_has_one_answer_that_agrees_with_itself(level, products, reader, entitlements, now):
    decision = decide(level, products, reader, entitlements, now)
    assert decision == decide(level, products, reader, iter(entitlements), now)
    entitled = any(
        e.reader_id == reader and e.product in products and e.state(now) is State.ACTIVE for e in entitlements
    )
    expected = level == "free" or (reader is not None and (level == "registered" or entitled))
    assert decision.granted is expected
    assert (decision.reason in GRANTING) is decision.granted
    assert not (decision.granted and decision.unlocked_by)
    if decision.entitlement:
        assert decision.entitlement.reader_id == reader
        assert decision.entitlement.product in products
