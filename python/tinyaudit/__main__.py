"""``python -m tinyaudit`` runs the program with the same arguments, input, output and exit code."""

import os
import subprocess
import sys

from . import program


def main():
    command = [program(), *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
