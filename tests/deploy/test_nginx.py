"""deploy/nginx.conf as it stands, certificates and all, is what nginx understands."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.project.ledger import ROOT
from tests.project.proxy import find_nginx, write_conf

LETSENCRYPT = "/etc/letsencrypt/live/marks.example.org"


def write_certificate(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "marks.example.org")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(private)


def test_nginx_understands_the_example(tmp_path: Path) -> None:
    write_certificate(tmp_path)
    site = (ROOT / "deploy" / "nginx.conf").read_text()
    assert site.count(LETSENCRYPT) == 2
    conf = write_conf(tmp_path, site.replace(LETSENCRYPT, str(tmp_path)))
    tried = subprocess.run(
        [find_nginx(), "-t", "-p", str(tmp_path), "-c", str(conf), "-e", "stderr"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert tried.returncode == 0, tried.stderr
