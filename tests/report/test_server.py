"""`viz view`: who may ask, and for what."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from viz_core import Visualizer
from viz_report.live import Feed
from viz_report.report import find_runs, read_folders
from viz_report.server import Server


@pytest.fixture
def folder(tmp_path):
    with Visualizer(
        vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path / "run"
    ) as visualizer:
        visualizer.add_scalar("loss", 0.5, step=1)
        visualizer.add_image("a", np.zeros((4, 4, 3), np.uint8), step=1)
        for name in ("evil.html", "evil.svg", "evil.pt"):
            (tmp_path / name).write_text("<script>alert(1)</script>")
            visualizer.add_file(tmp_path / name)
        visualizer.add_html("page", "<script>alert(1)</script>")
    return tmp_path / "run/vis_data"


@pytest.fixture
def serve(folder):
    """Return a function that serves the run, and returns one that asks for a path."""
    servers = []

    def serve(token="t0k3n", hosts=()):
        runs = find_runs([folder])
        server = Server(Feed(runs, read_folders(runs), "run"), 0, token, hosts)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

        def ask(path, method="GET", body=None, **headers):
            connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
            known = {"Host": f"127.0.0.1:{server.server_port}"}
            known |= {"Cookie": f"{server.cookie}={token}"} if token else {}
            known |= {key.replace("_", "-"): value for key, value in headers.items()}
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for key, value in known.items():
                if value is not None:
                    connection.putheader(key, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            answer.content = answer.read()
            connection.close()
            return answer

        ask.server = server
        return ask

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def only_blob(ask):
    data = json.loads(ask("/data").content)
    (image,) = data["runs"][0]["images"]["a"]
    return data["blobs"][image["image"]]


def test_who_has_the_token_gets_a_cookie_and_the_page(serve):
    ask = serve()
    refused = ask("/", Cookie=None)
    assert (refused.status, b"viz view" in refused.content) == (403, True)
    assert ask("/?token=wrong", Cookie=None).status == 403
    assert ask("/?token=", Cookie=None).status == 403
    assert ask("/?token=%FF", Cookie=f"{ask.server.cookie}=é".encode()).status == 403
    entered = ask("/?token=t0k3n", Cookie=None)
    assert (entered.status, entered.content) == (200, b"")
    assert entered.getheader("Refresh") == "0; url=/"
    cookie = entered.getheader("Set-Cookie")
    assert cookie == f"{ask.server.cookie}=t0k3n; HttpOnly; SameSite=Strict; Path=/"
    page = ask("/", Cookie=cookie.partition(";")[0])
    assert page.status == 200
    assert b'id="viz-data"' in page.content
    assert b"t0k3n" not in page.content
    assert ask.server.url == f"http://127.0.0.1:{ask.server.server_port}/?token=t0k3n"


@pytest.mark.parametrize("path", ["/data", "/data?cursor=x", "/blob/x", "/nothing"])
def test_nothing_is_said_without_the_token(serve, path):
    ask = serve()
    assert ask(path, Cookie=None).status == 403
    assert ask(path, Cookie=f"{ask.server.cookie}=x").status == 403


def test_without_a_token_everybody_here_may_enter(serve):
    ask = serve(token=None)
    assert ask("/").status == ask("/?token=x").status == 200
    assert ask.server.url == f"http://127.0.0.1:{ask.server.server_port}/"


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.nip.io:{port}",
        "[::1]",
    ],
)
def test_another_host_is_refused(serve, host):
    ask = serve(token=None)
    host = host and host.format(port=ask.server.server_port)
    assert ask("/", Host=host).status == 403


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost:9000", "127.0.0.1"])
def test_a_tunnel_may_begin_at_another_port(serve, host):
    ask = serve()
    assert ask("/?token=t0k3n", Host=host).status == 200
    assert ask("/", Host=host, Cookie=None).status == 403


def test_a_host_may_be_allowed(serve):
    ask = serve(token=None, hosts=["proxy.example", "other.example:8080"])
    port = ask.server.server_port
    for host in (f"localhost:{port}", "proxy.example", "proxy.example:443", "other.example:8080"):
        assert ask("/", Host=host).status == 200, host
    assert ask("/", Host="other.example").status == 403


def test_it_is_bound_to_the_loopback(serve):
    assert serve().server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"])
def test_only_get_is_answered(serve, method):
    answer = serve(token=None)("/data", method, b"x")
    assert (answer.status, answer.getheader("Allow")) == (405, "GET")


def test_every_answer_says_what_a_browser_may_not_do(serve):
    ask = serve()
    for path in ("/", "/data", f"/{only_blob(ask)}", "/nothing"):
        answer = ask(path)
        assert answer.getheader("X-Content-Type-Options") == "nosniff", path
        assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
        assert answer.getheader("Referrer-Policy") == "no-referrer"
        assert answer.getheader("Access-Control-Allow-Origin") is None
    policy = ask("/").getheader("Content-Security-Policy")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "connect-src 'self'; frame-ancestors 'none'" in policy


def test_an_image_is_answered_as_it_is_or_in_part(serve, folder):
    ask = serve()
    blob, whole = only_blob(ask), (folder / "vis_image/a_1.png").read_bytes()
    answer = ask(f"/{blob}")
    assert (answer.status, answer.content) == (200, whole)
    assert answer.getheader("Content-Type") == "image/png"
    assert "immutable" in answer.getheader("Cache-Control")
    part = ask(f"/{blob}", Range="bytes=2-5")
    assert (part.status, part.content) == (206, whole[2:6])
    assert part.getheader("Content-Range") == f"bytes 2-5/{len(whole)}"
    assert ask(f"/{blob}", Range="bytes=3-").content == whole[3:]
    assert ask(f"/{blob}", Range=f"bytes={len(whole)}-").content == whole
    assert ask(f"/{blob}", Range="bytes=-5").content == whole


def test_a_recorded_page_runs_nothing_here(serve):
    ask = serve()
    run = json.loads(ask("/data").content)["runs"][0]
    links = {file["name"]: file["href"] for file in run["files"]}
    links["page"] = run["html"]["page"][0]["href"]
    for name in ("evil.html", "evil.svg", "page"):
        answer = ask(f"/{links[name]}")
        assert answer.content == b"<script>alert(1)</script>", name
        assert answer.getheader("Content-Security-Policy").startswith("sandbox; default-src 'none'")
        assert answer.getheader("Content-Type").partition(";")[0] in ("text/html", "image/svg+xml")
    answer = ask(f"/{links['evil.pt']}")
    assert answer.getheader("Content-Type") == "application/octet-stream"
    assert answer.getheader("Content-Disposition") == "attachment"


PATHS = [
    *("/../../etc/passwd", "/blob/../../../etc/passwd", "/blob/%2e%2e/%2e%2e/etc/passwd"),
    *("//etc/passwd", "/blob/", "/blob//etc/passwd", "/blob/vis_image/a_1.png", "/scalars.json"),
    *(
        "/vis_data/scalars.json",
        "/blob/\\..\\x",
        "/blob/%00",
        "http://x/blob/x",
        "*",
        "/blob/" + "a" * 5000,
    ),
]


@pytest.mark.parametrize("path", PATHS)
def test_only_what_the_page_names_is_answered(serve, path):
    ask = serve()
    only_blob(ask)
    assert ask(path).status == 404


def test_a_link_out_of_the_runs_is_not_followed_even_if_it_comes_later(serve, folder, tmp_path):
    ask = serve()
    blob = only_blob(ask)
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    path = folder / "vis_image/a_1.png"
    path.unlink()
    assert ask(f"/{blob}").status == 404
    path.symlink_to(secret)
    assert ask(f"/{blob}").status == 404
    path.unlink()
    os.mkfifo(path)  # nobody writes to it
    assert ask(f"/{blob}").status == 404
    (folder / "vis_image").rename(folder / "away")
    (folder / "vis_image").symlink_to(tmp_path)
    (tmp_path / "a_1.png").write_bytes(b"secret")
    assert ask(f"/{blob}").status == 404


def test_the_command_prints_an_address_and_ends_by_ctrl_c(folder):
    command = [sys.executable, "-m", "viz_core", "view", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        address = process.stdout.readline().strip()
        host, _, token = address.removeprefix("http://").partition("/?token=")
        assert len(token) > 20
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("GET", f"/?token={token}")
        with connection.getresponse() as answer:
            assert answer.status == 200
            answer.read()
        connection.close()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_run_that_has_not_begun_is_waited_for(tmp_path):
    command = [sys.executable, "-m", "viz_core", "view", str(tmp_path / "soon")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr.readline().startswith("viz view: there is no run in ")
        assert "waiting for its first record" in process.stderr.readline()
        with Visualizer(
            vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path / "soon"
        ) as visualizer:
            visualizer.add_scalar("loss", 0.5, step=1)
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


def test_ctrl_c_while_it_waits_ends_it(tmp_path):
    command = [sys.executable, "-m", "viz_core", "view", str(tmp_path / "never")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        process.stderr.readline()
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 0


def test_a_port_that_is_taken_is_told(serve, folder, capsys):
    from viz_report.cli import view

    port = serve().server.server_port
    for arguments, text in (
        ([str(folder), "--port", str(port)], "Address already in use"),
        ([str(folder), "--port", "70000"], "port must be 0-65535"),
    ):
        assert view(arguments) == 1
        told = capsys.readouterr().err
        assert told.startswith("viz view: ")
        assert text in told
