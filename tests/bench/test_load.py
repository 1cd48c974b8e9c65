"""What wrk says, as the benchmark reads it."""

import pytest

from bench.load import Load, LoadError, parse_wrk, script

REPORT = """\
Running 3s test @ http://127.0.0.1:18080/api/payments/status
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.11ms    1.02ms  21.80ms   91.20%
    Req/Sec    30.91k     1.75k   34.02k    70.00%
  Latency Distribution
     50%    1.90ms
     99%    {p99}
  92254 requests in 3.01s, 25.96MB read
Requests/sec:  30634.55
Transfer/sec:      8.62MB
"""


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        pytest.param("6.50ms", 6.5 * 1e-3, id="milliseconds"),
        pytest.param("500.00us", 500 * 1e-6, id="microseconds"),
        pytest.param("1.20s", 1.2, id="seconds"),
        pytest.param("1.00m", 60.0, id="minutes"),
    ],
)
def test_a_report_is_read(said: str, seconds: float) -> None:
    assert parse_wrk(REPORT.format(p99=said)) == Load(92254, 30634.55, seconds)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(REPORT + "  Non-2xx or 3xx responses: 17\n", "17 answers were refusals", id="refusals"),
        pytest.param(
            REPORT + "  Socket errors: connect 0, read 3, write 0, timeout 0\n", "read 3", id="broken connections"
        ),
        pytest.param(REPORT.replace("92254 requests", "0 requests"), "nothing was answered", id="no answers"),
        pytest.param("unable to connect to 127.0.0.1:1 Connection refused", "Connection refused", id="no server"),
    ],
)
def test_a_run_that_went_wrong_is_no_figure(text: str, why: str) -> None:
    with pytest.raises(LoadError, match=why):
        parse_wrk(text.format(p99="1.00ms"))


def test_answers_that_were_only_late_are_a_figure() -> None:
    late = REPORT.format(p99="1.00ms") + "  Socket errors: connect 0, read 0, write 0, timeout 2\n"
    assert parse_wrk(late).requests == 92254


def test_one_path_needs_no_choosing() -> None:
    assert script({"Accept": "*/*"}, ["/a"]) == 'wrk.headers["Accept"] = "*/*"\n'


def test_many_paths_are_taken_in_turn() -> None:
    said = script({}, ["/a", "/b"])
    assert [line.strip() for line in said.splitlines() if "wrk.format" in line] == [
        'requests[0] = wrk.format("GET", "/a")',
        'requests[1] = wrk.format("GET", "/b")',
    ]
    assert "(at + 1) % 2" in said
