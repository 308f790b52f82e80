"""`make run`: from a fresh clone to a running demo, and from then on just to the running demo.

    python3 project/setup/run.py [--reset-demo]

PORT chooses another port than 8000. Runs under the system's Python, like environment.py.
"""

import os
import socket
import subprocess
import sys

import environment

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
            raise environment.Stop(
                "Port {} is in use: stop what listens there, or choose another, for instance "
                "`make run PORT={}`.".format(number, number % 65535 + 1)
            ) from None


def manage(*arguments):
    done = subprocess.call([*MANAGE, *arguments], cwd=environment.ROOT)
    if done:
        raise environment.Stop("`manage.py {}` stopped (see above).".format(" ".join(arguments)))


def prepare():
    """Everything a server needs; each step does nothing where it was done before."""
    environment.install("requirements.txt")
    manage("migrate", "--verbosity=0")
    manage("collectstatic", "--noinput", "--verbosity=0")


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
