"""Every fault of a server becomes a typed failure, in time, and nothing else rises."""

import time
import tracemalloc

import faults
import pytest
import requests

from jadelite.upstream.answers import Failed

GOOD = {"revid": 5, "output": {"prediction": True, "probabilities": {"true": 0.9, "false": 0.1}}}


@pytest.mark.parametrize("case", faults.CASES, ids=lambda case: case.name)
def test_a_fault_is_named_and_what_is_right_is_taken(server, make_client, case):
    server._good = lambda request: GOOD
    server.play(case)
    client = make_client(patience_seconds=0.01, total_timeout=0.4)
    began = time.monotonic()
    if case.reason:
        with pytest.raises(Failed) as caught:
            client.get("x").json()
        assert caught.value.reason == case.reason, caught.value.detail
        assert "someone" in caught.value.detail or "answer" in caught.value.detail
        assert "://***" not in caught.value.detail
    else:
        answer = client.get("x")
        assert answer.status == (400 if case.name.endswith("-400") else 200)
        found = answer.json()
        assert (found == GOOD) is (
            case.name.startswith("good") or case.name.startswith(("version", "score-error"))
        )
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", ["endless", "endless-chunked", "gzip-bomb", "redirect-endless"])
def test_memory_stays_flat_whatever_is_sent(server, make_client, name):
    server.play(name)
    client = make_client()
    tracemalloc.start()
    with pytest.raises(Failed) as caught:
        client.get()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert caught.value.reason == "bad-answer"
    assert peak < 12 * 1024 * 1024  # of which the server of the test, in this process, has its part


def test_what_comes_at_a_byte_a_time_ends_with_the_whole_time(server, make_client):
    for name in ("drip", "drip-headers"):
        server.play(name)
        began = time.monotonic()
        with pytest.raises(Failed, match=r"someone took longer than 0\.3 s") as caught:
            make_client(total_timeout=0.3).get()
        assert caught.value.reason == "transient"
        assert 0.25 < time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("refused", "someone refused the connection"),
        ("dns", r"the name of someone \(http://127.0.0.1:\d+\) can't be resolved"),
        ("hang", "someone said nothing for 0.25 s"),
        ("reset-mid-body", "someone broke the connection off"),
        ("truncated", "someone broke the answer off"),
        ("status-502", "someone answered 502 Error"),
        ("endless", "someone sent more than 1 MiB; the rest was not read"),
        ("bad-gzip", "someone sent an answer that can't be decompressed"),
        ("redirect", "someone answered 302 and pointed to 169.254.169.254; expected an answer"),
        ("429-seconds", r"someone asked to wait 2 s \(429\)"),
    ],
)
def test_the_sentence_says_what_happened(server, make_client, name, words):
    server.play(name)
    with pytest.raises(Failed, match=words):
        make_client().get()


def test_a_redirect_is_never_followed(server, make_client):
    server.play("redirect")
    client = make_client()
    with pytest.raises(Failed):
        client.get()
    with pytest.raises(Failed):
        client.session.get(server.url, allow_redirects=True)

    assert len(server.requests) == 2


def test_a_good_answer_comes_whole_with_its_headers(server, make_client, fake_time):
    for name in ("good", "good-gzip", "good-chunked"):
        server.play(name)
        answer = make_client().get("a/b", params={"q": "x|y&z"})

        assert answer.status == 200
        assert answer.json() == {"ok": True}
        assert answer.headers["content-TYPE"] == "application/json"
        assert answer.received_at == fake_time.now
    seen = server.requests[0]
    assert (seen.method, seen.path) == ("GET", "/a/b?q=x%7Cy%26z")
    assert seen.headers["user-agent"].startswith("jadelite/0.1.0 (who@example.org) python-requests")


def test_a_body_is_posted_as_json_and_its_error_can_be_read(server, make_client):
    server.play("good", "error-400", "status-500")
    client = make_client()

    assert client.post_json("models/m:predict", {"rev_id": 5}).json() == {"ok": True}
    assert server.requests[0].path == "/models/m:predict"
    assert server.requests[0].json() == {"rev_id": 5}
    assert client.post_json("x", {}).status == 400
    answer = client.post_json("x", {}, keep_5xx=True)
    assert answer.status == 500
    assert answer.json() == {"error": "InferenceError: the model fell over"}
    with pytest.raises(Failed, match="answered 500"):
        client.post_json("x", {})


@pytest.mark.parametrize("body", [{"a": float("nan")}, object(), {1, 2}])
def test_a_body_that_is_no_json_is_our_own_mistake(server, make_client, body):
    with pytest.raises(Failed) as caught:
        make_client().post_json("x", body)

    assert caught.value.reason == "client-bug"
    assert server.requests == []


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/x",
        "http://evil.example/",
        "@evil.example/",
        "..",
        "a/../../b",
        "./x",
        "x?y=1",
        "x#y",
        "x\\y",
        "x y",
        "x\r\nHost: evil",
        "x%2e%2e",
        "ی",
    ],
)
def test_a_path_leads_nowhere_else(server, make_client, path):
    with pytest.raises(Failed, match="nothing was sent") as caught:
        make_client().get(path)

    assert caught.value.reason == "client-bug"
    assert server.requests == []


def test_only_the_upstreams_own_server_is_ever_connected(server, make_client, monkeypatch):
    connected = []
    monkeypatch.setattr(
        "urllib3.util.connection.create_connection", lambda *a, **k: connected.append(a)
    )
    session = make_client().session
    port = int(server.url.rsplit(":", 1)[1])
    for url in (
        "http://a@127.0.0.1:8080/?wiki",
        f"http://a@127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}@evil.example/",
        f"http://127.0.0.1:{port + 1}/",
        f"http://127.0.0.1:{port}.evil.example/",
        f"https://127.0.0.1:{port}/",
        f"http://localhost:{port}/",
        f"http://127.1:{port}/",
        f"http://2130706433:{port}/",
        f"http://127.0.0.1\\@evil.example:{port}/",
        "http://evil.example/#wiki",
        "http://evil.example/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "//evil.example/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "data:,x",
        "evil.example/#",
        "",
        "http://",
        "http://[",
    ):
        for ask in (session.get, session.post):
            with pytest.raises(Failed) as caught:
                ask(url)
            assert caught.value.reason == "client-bug", url
        with pytest.raises(Failed):
            prepared = requests.Request("GET", "http://x/").prepare()
            prepared.url = url
            session.send(prepared)

    assert connected == []
    assert server.requests == []


def test_the_environment_brings_no_proxy_and_no_password(
    server, make_client, monkeypatch, tmp_path
):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    session = make_client().session
    session.verify = False
    session.get(server.url, proxies={"http": "http://127.0.0.1:9"}, timeout=None)

    assert "authorization" not in server.requests[0].headers


def test_a_certificate_is_verified_whatever_a_caller_says(server, make_client, monkeypatch):
    seen = []

    def note(self, request, **named):
        seen.append((named["verify"], named["proxies"], named["cert"]))
        raise requests.exceptions.SSLError("no")

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", note)
    client = make_client(url="https://127.0.0.1:9")
    client.session.verify = False
    with pytest.raises(Failed):
        client.session.get("https://127.0.0.1:9/", verify=False, cert="x")

    assert seen == [(True, {}, None)]


def test_no_cookie_is_kept(server, make_client):
    server.play(faults.Case("good", headers={"Set-Cookie": "session=1; Path=/"}))
    session = make_client().session
    session.get(server.url)
    session.get(server.url)

    assert "cookie" not in server.requests[1].headers


def test_a_library_that_asks_for_a_raw_stream_gets_a_body_that_was_read_with_care(
    server, make_client
):
    session = make_client().session  # mwapi asks like this, without any timeout
    found = session.request("GET", server.url, stream=True, timeout=None, verify=True, auth=None)
    assert found.json() == {"ok": True}
    server.play("endless")
    with pytest.raises(Failed, match="more than 1 MiB"):
        session.request("GET", server.url, stream=True, timeout=None)


def test_a_stream_is_left_open_and_holds_no_place(server, make_client):
    client = make_client(concurrency=1, total_timeout=0.3)
    accept = {"Accept": "text/event-stream"}
    server.play("endless", "good", "status-503", "redirect")
    response = client.session.get(server.url, stream=True, headers=accept, timeout=5)
    parts = response.iter_content(65_536)
    n_read = len(next(parts))
    assert client.get().json() == {"ok": True}  # the only place is free
    while n_read < 8 << 20:  # far more than a body may have
        n_read += len(next(parts))
    response.close()
    for _ in range(2):
        with pytest.raises(Failed):
            client.session.get(server.url, stream=True, headers=accept)


def test_a_silent_stream_ends_by_its_own_timeout(server, make_client):
    server.play("drip")
    response = make_client(total_timeout=0.2).session.get(
        server.url, stream=True, headers={"Accept": "text/event-stream"}, timeout=(1, 0.5)
    )
    time.sleep(0.25)  # past the time a whole answer may take
    assert next(response.iter_content(1))
    response.close()
