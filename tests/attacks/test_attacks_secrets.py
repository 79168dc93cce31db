"""No secret in the repository, nothing unpinned in the locks, and what was locked is what is installed."""

import importlib.metadata
import math
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRIVATE = (".data/keys/token.key", ".venv/bin/python", "build/report.html")
LOCKS = ("requirements.lock", "requirements-bench.lock")
SECRETS = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "key of a cloud": re.compile(r"\b(?:AKIA|ASIA|LTAI)[0-9A-Za-z]{12,}\b"),
    "token of a forge": re.compile(r"\b(?:ghp|gho|ghs|glpat|pypi-AgEI)[-_0-9A-Za-z]{16,}"),
    "signed token": re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,}"),
    "password in an address": re.compile(
        r"[a-z]+://[^\s/:@\"'{}<>]+:(?!password@|secret@|geheim@|\{)[^\s/@\"'{}<>]{6,}@"
    ),
    "password given": re.compile(r"(?i)\b(?:password|passwd|secret|api_key)\s*[:=]\s*[\"'](?!\{)[^\"'\s]{12,}[\"']"),
}
_HEX = re.compile(r"\b[0-9a-f]{64}\b")
# Hexadecimal of a key's length that is published on purpose: digests. File -> what it holds.
DIGESTS = {
    "schemas/ids.yaml": "digests of schemas",
    "requirements.lock": "digests of packages",
    "requirements-bench.lock": "digests of packages",
    "tests/node/package-lock.json": "digests of packages",
}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name]


def entropy(text: str) -> float:
    """Bits a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def secrets_in(name: str, text: str) -> list[str]:
    found = [kind for kind, pattern in SECRETS.items() if pattern.search(text)]
    if name not in DIGESTS:
        found += [f"hex {one[:6]}" for one in _HEX.findall(text) if entropy(one) > 3.0]
    return found


def test_in_no_file_of_the_repository() -> None:
    found = {}
    for name in tracked():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if hits := secrets_in(name, text):
            found[name] = hits
    assert found == {}


def test_no_file_that_holds_keys_or_data_is_tracked() -> None:
    names = tracked()
    assert len(names) > 500
    assert [name for name in names if re.search(r"(^|/)(\.data|\.env|.*\.(key|pem|p12|jks|keystore))($|/)", name)] == []
    ignored = subprocess.run(["git", "check-ignore", *PRIVATE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ignored.stdout.split() == list(PRIVATE)


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN EC PRIVATE " + "KEY-----",
        "clickhouse://admin:" + "Zu9fkd83jd@10.0.0.1",
        "AKIA" + "IOSFODNN7EXAMPLE",
        'password = "' + "correct horse".replace(" ", "-") + '"',
        "token: " + "0f1e2d3c4b5a69788796a5b4c3d2e1f0" + "0f9e8d7c6b5a49382716051423324150",
        "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    ],
)
def test_a_secret_would_be_found(text: str) -> None:
    assert secrets_in("some/file.py", f"x = {text}\n")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_to_files_by_digest(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index-url|--extra-index|--trusted-host|git\+|@ file:", text)
    packages = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^\s*#.*\n?", "", text).strip())
    assert len(packages) > 5
    for package in packages:
        assert re.match(r"[A-Za-z0-9._-]+==[^\s;]+", package), package
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package


def test_what_is_installed_is_what_was_locked_and_fits_together() -> None:
    """What an older lock left behind in an environment that lives on is nobody's fault: nothing of ours asks for it."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {_plain(name): version for name, version in re.findall(r"(?m)^([A-Za-z0-9._-]+)==([^\s;\\]+)", text)}
    here = {_plain(one.metadata["Name"]): one.version for one in importlib.metadata.distributions()}
    assert len(locked) > 50 and {name: here.get(name) for name in locked} == locked
    subprocess.run([sys.executable, "-m", "pip", "check"], check=True)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
