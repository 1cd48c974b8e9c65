"""Routes that have something to fall back to."""

from tests.system.conftest import Launch
from tests.system.ports import reserve
from tests.system.serving import ServingOrigin


def test_another_upstream_and_then_an_answer(launch: Launch) -> None:
    answer = {"status": 503, "content_type": "application/json", "body": '{"later": true}'}
    nobody = f"http://127.0.0.1:{reserve()}"
    with ServingOrigin() as spare:
        fallback = {"upstream": f"http://127.0.0.1:{spare.port}/spare", "answer": answer}
        gateway = launch({"routes": [{"path": "/orders", "upstream": nobody, "fallback": fallback}]})
        found = gateway.ask("/orders/7?a=b", "POST", body=b"once")
        assert (found.status, found.body) == (200, b"/spare/orders/7?a=b")
        assert [request.body for request in spare.requests] == [b"once"]
    line = gateway.access_line(path="/orders/7")
    assert (line["reason"], line["fallback"]) == ("ok", "connection_refused")
    found = gateway.ask("/orders/8")
    assert (found.status, found.head.get("Content-Type"), found.body) == (503, "application/json", b'{"later": true}')
    assert gateway.metric("lumina_fallbacks_total", route="/orders", to="upstream") == 2
    assert gateway.metric("lumina_fallbacks_total", route="/orders", to="answer") == 1
    assert gateway.metric("lumina_errors_total", reason="connection_refused") == 1
