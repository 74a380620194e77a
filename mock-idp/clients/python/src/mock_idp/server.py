"""Starts and stops a mock."""

from __future__ import annotations

import atexit
import os
import re
import subprocess
import tempfile
import threading
from typing import Sequence
from urllib.parse import urlsplit

from .org import Org
from .program import program_path

_READY = re.compile(r"^READY issuer=(\S+)")


class StartError(Exception):
    """The mock did not start; the message has what it printed."""


class MockIdp(Org):
    """A running mock: its first org, and sandboxes. As a context manager it stops at the end."""

    def __init__(self, issuer: str, process: subprocess.Popen[str], control_token: str | None = None) -> None:
        parts = urlsplit(issuer)
        super().__init__(f"{parts.scheme}://{parts.netloc}", issuer, control_token)
        self._process = process

    @classmethod
    def start(
        cls,
        org: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
        *,
        port: int = 0,
        args: Sequence[str] = (),
        control_token: str | None = None,
        timeout: float = 30.0,
    ) -> MockIdp:
        """Starts a mock as a child process. It ends with this process at the latest.

        :param org: files of org documents; without one, the built-in org.
        :param port: 0 is a free one.
        :param args: more arguments of ``mock-idp serve``.
        :param control_token: the token that the control API demands. Default: MOCK_IDP_CONTROL_TOKEN, else none.
        :param timeout: seconds until the start has failed.
        """
        files = [os.fspath(file) for file in ([org] if isinstance(org, (str, os.PathLike)) else org)]
        documents = [argument for file in files for argument in ("--org", file)]
        command = [program_path(), "serve", "--port", str(port), *documents, *args]
        # The token is not an argument, which every user of the machine can read.
        environment = dict(os.environ)
        if control_token is not None:
            environment["MOCK_IDP_CONTROL_TOKEN"] = control_token
        errors = tempfile.TemporaryFile("w+")
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        )
        issuer = _issuer(process, timeout)
        if issuer is None:
            _stop(process)
            errors.seek(0)
            raise StartError(f"mock-idp did not start (exit code {process.returncode})\n{errors.read()}".strip())
        mock = cls(issuer, process, environment.get("MOCK_IDP_CONTROL_TOKEN"))
        atexit.register(mock.stop)
        return mock

    def stop(self) -> None:
        """Stops the mock and waits until it has ended."""
        _stop(self._process)
        atexit.unregister(self.stop)

    def __enter__(self) -> MockIdp:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _issuer(process: subprocess.Popen[str], timeout: float) -> str | None:
    """Waits for the line ``READY issuer=…``; none if the process ends or the time is over."""
    found: list[str] = []

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            ready = _READY.match(line)
            if ready:
                found.append(ready[1])
                return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(timeout)
    return found[0] if found else None


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
