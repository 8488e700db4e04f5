"""The keys that a lab finds where it was once started: to make them takes longer than most tests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from noroshi_lab.lab.certificates import open_client_certificate, write_private
from noroshi_lab.lab.other_provider.provider import make_provider, write_account
from noroshi_lab.lab.tokens import Mint


@cache
def _made() -> Mapping[str, bytes]:
    """Each file that a lab leaves a key in, and what stands there."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for mint in ("signing-key.pem", "elsewhere-key.pem"):
            Mint.open(folder / mint)
        open_client_certificate(folder / "client.pem")
        account = folder / "service-account.json"
        write_account(make_provider({}, account).account, account, "")
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def with_keys(folder: Path) -> Path:
    """Return that folder of a lab, with keys if it has none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / "signing-key.pem").exists():
        for name, key in _made().items():
            write_private(folder / name, key)
    return folder
