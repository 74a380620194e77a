"""Where the program is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def program_path() -> str:
    """The path of the program: ``MOCK_IDP_BINARY``, the one in this package, or the one on the ``PATH``."""
    configured = os.environ.get("MOCK_IDP_BINARY")
    if configured:
        if not Path(configured).is_file():
            raise FileNotFoundError(f"MOCK_IDP_BINARY is {configured}, which does not exist")
        return configured
    name = "mock-idp.exe" if sys.platform == "win32" else "mock-idp"
    packaged = Path(__file__).parent / "bin" / name
    if packaged.is_file():
        return str(packaged)
    raise FileNotFoundError(
        f"this package has no program for {sys.platform}; set MOCK_IDP_BINARY to the path of mock-idp"
    )


def main() -> int:
    """Runs the program with the arguments of this process."""
    try:
        program = program_path()
    except FileNotFoundError as error:
        print(f"mock-idp: {error}", file=sys.stderr)
        return 5
    arguments = [program, *sys.argv[1:]]
    if sys.platform == "win32":
        return subprocess.run(arguments, check=False).returncode
    os.execv(program, arguments)
