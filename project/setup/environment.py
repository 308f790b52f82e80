"""The virtual environment .venv, kept equal to a lock file by its hash.

    python3 project/setup/environment.py requirements.txt

Runs under the system's Python before anything is installed: standard library only, and no
spelling that an older Python could not parse, so that it can say which Python is needed.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
UV_LOCK = os.path.join(ROOT, "project", "setup", "uv.txt")
SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
OLDEST_PYTHON = (3, 11)


class Stop(Exception):
    """What keeps us from going on, in one sentence with its remedy."""


def apt(package):
    """The command that installs a Debian package, as this user has to type it."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return "{}apt-get install {}".format(sudo, package)


def check_version():
    if sys.version_info < OLDEST_PYTHON:
        raise Stop(
            "Sourcemark needs Python 3.11 or newer and this is {}.{}: install a newer one with "
            "`{}`, or name yours with `make run PYTHON=python3.12`.".format(
                sys.version_info[0], sys.version_info[1], apt("python3")
            )
        )


def check_venv():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Stop(
            "Python's venv module is missing: install it with `{}`.".format(apt("python3-venv"))
        ) from None


def fingerprint(lock_path):
    """Changes when the lock, or the Python it was installed for, does."""
    with open(lock_path, "rb") as lock:
        digest = hashlib.sha256(lock.read())
    digest.update("{0.major}.{0.minor}".format(sys.version_info).encode())
    digest.update(VENV.encode())
    return digest.hexdigest()


def stamp_path(lock_name):
    return os.path.join(VENV, "installed-" + lock_name)


def is_installed(lock_name):
    try:
        with open(stamp_path(lock_name)) as stamp:
            return stamp.read() == fingerprint(os.path.join(ROOT, lock_name)) and works()
    except OSError:
        return False


def works():
    """Whether .venv is a working environment of this Python version, made at this place."""
    question = "import sys; print(sys.prefix, '%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.check_output([PYTHON, "-c", question], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return answer.decode().strip() == "{} {}.{}".format(VENV, *sys.version_info[:2])


def run(*command):
    try:
        subprocess.check_call(command, cwd=ROOT)
    except subprocess.CalledProcessError:
        raise Stop(
            "Installing stopped (see above): check the network and run the same command again."
        ) from None


def install(lock_name):
    """Bring .venv to the lock file; nothing to do, and nothing said, when it is there already."""
    if is_installed(lock_name):
        return
    if os.path.exists(VENV) and not os.access(VENV, os.W_OK):
        raise Stop("The folder .venv belongs to another user: remove it, or run as that user.")
    if not works():
        check_venv()
        print("Making the virtual environment .venv", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        run(sys.executable, "-m", "venv", VENV)
    print("Installing {}".format(lock_name), flush=True)
    run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", UV_LOCK)
    if os.path.exists(SYSTEM_CERTIFICATES):
        os.environ.setdefault("UV_SYSTEM_CERTS", "true")  # as pip on Debian, also behind a proxy
    run(PYTHON, "-m", "uv", "pip", "install", "--quiet", "--python", PYTHON,
        "--require-hashes", "-r", os.path.join(ROOT, lock_name))  # fmt: skip
    with open(stamp_path(lock_name), "w") as stamp:
        stamp.write(fingerprint(os.path.join(ROOT, lock_name)))


def main(lock_names):
    try:
        check_version()
        for lock_name in lock_names:
            install(lock_name)
    except Stop as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main(sys.argv[1:] or ["requirements.txt"])
