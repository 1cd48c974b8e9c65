"""What a rate over a window may say: what happened in its last half counts, and nothing older than one and a half."""

from hypothesis import strategies as st

WINDOW = 10.0
ROUNDING = 1e-6

# Whether each request failed, and the seconds before it.
REQUESTS = st.lists(st.tuples(st.booleans(), st.floats(min_value=0.0, max_value=7.0)), max_size=40)

# When requests fail, and how many go well at the last of these times: never half of five that count.
TOO_OLD = [
    ([100.0, 100.0, 100.0, 109.9, 115.1], 0),
    ([100.0, 100.0, 100.0, 114.0, 118.0], 0),
    ([100.0, 100.0, 106.0, 106.0, 130.0, 130.0, 130.0], 0),
    ([100.0, 100.0, 106.0, 106.0, 130.0], 4),
]


def may_say(past: list[tuple[bool, float]], requests: int, rate: float) -> set[bool]:
    """Return all that may be said after the newest of `past`, each with its time: whether so many of so many failed."""
    answers = set()
    now = past[-1][1]
    ages = [now - at for _, at in past]
    for first in range(len(past)):
        is_too_old = ages[first] > 1.5 * WINDOW + ROUNDING
        leaves_one_out = first > 0 and ages[first - 1] < 0.5 * WINDOW - ROUNDING
        if not is_too_old and not leaves_one_out:
            failures = sum(failed for failed, _ in past[first:])
            answers.add(len(past) - first >= requests and failures >= rate * (len(past) - first))
    return answers
