"""`make run`: from a fresh clone to a running demo, and from then on just to the running demo.

    python3 project/setup/run.py [--reset-demo]

PORT chooses another port than 8000. Runs under the system's Python, like environment.py.
"""

import hashlib
import http.client
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import environment

ROOT = Path(environment.ROOT)
MANAGE = [environment.PYTHON, "manage.py"]


def port():
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise environment.Stop("PORT must be a number from 1 to 65535, not {!r}.".format(text))
    return int(text)


def check_port(number):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except PermissionError:
            raise environment.Stop(
                "Port {} is for root only: choose one above 1023, for instance "
                "`make run PORT=8001`.".format(number)
            ) from None
        except OSError:
            another = "choose another, for instance `make run PORT={}`.".format(number % 65535 + 1)
            if is_sourcemark(number):
                raise environment.Stop(
                    "Port {0} is in use: it seems that Sourcemark runs there already, at "
                    "http://127.0.0.1:{0}/. Open that, stop it, or {1}".format(number, another)
                ) from None
            raise environment.Stop(
                "Port {} is in use: stop what listens there, or {}".format(number, another)
            ) from None


def is_sourcemark(number):
    """Whether what listens there answers as Sourcemark does. An answer is not waited for long."""
    address = "http://127.0.0.1:{}/healthz".format(number)
    local = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with local.open(address, timeout=2) as answer:
            return answer.read(99).strip() == b"ok"
    except (OSError, ValueError, http.client.HTTPException):
        return False


def manage(*arguments):
    done = subprocess.call([*MANAGE, *arguments], cwd=environment.ROOT)
    if done:
        raise environment.Stop("`manage.py {}` stopped (see above).".format(" ".join(arguments)))


def prepare():
    """Everything a server needs; each step does nothing where it was done before."""
    environment.install("requirements.txt")
    print("Preparing the database", flush=True)
    manage("migrate", "--verbosity=0")
    collect_static()


def collect_static():
    """Copies, hashes and compresses, some ten seconds: only after something in it changed."""
    var = Path(os.environ.get("SOURCEMARK_VAR") or str(ROOT / "var"))
    stamp, kept = static_stamp(), var / "static.stamp"
    if kept.exists() and kept.read_text() == stamp and (var / "static").is_dir():
        return
    print("Preparing the pages", flush=True)
    manage("collectstatic", "--noinput", "--verbosity=0")
    kept.write_text(stamp)


def static_stamp():
    """Changes with any file of ours, with what is installed, and with how files are stored."""
    ours = sorted((ROOT / "annotations" / "static").rglob("*"))
    read = [ROOT / "requirements.txt", ROOT / "project" / "static.py"]
    seen = hashlib.sha256()
    for path in read:
        seen.update(path.read_bytes())
    for path in ours:
        if path.is_file():
            about = path.stat()
            line = "{} {} {}\n".format(path, about.st_size, about.st_mtime_ns)
            seen.update(line.encode("utf-8"))
    return seen.hexdigest()


def main(arguments):
    try:
        environment.check_version()
        if "--reset-demo" in arguments:
            prepare()
            manage("demo", "--reset")
            return
        number = port()
        check_port(number)
        prepare()
        manage("demo")
        check_port(number)  # installing takes a while
        os.chdir(environment.ROOT)
        os.environ["PORT"] = str(number)
        gunicorn = ["-m", "gunicorn", "--config", "python:project.serving", "project.wsgi"]
        os.execv(environment.PYTHON, [environment.PYTHON, *gunicorn])
    except environment.Stop as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
