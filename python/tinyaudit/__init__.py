"""tinyaudit audits MLPerf Tiny submissions. This package contains the program; ``program()`` says where it is."""

import os
import sys
import sysconfig


def program():
    """Return the path of the program that is installed with this package.

    Raises FileNotFoundError if it is in none of the folders where pip installs programs.
    """
    name = "tinyaudit" + (sysconfig.get_config_var("EXE") or "")
    here = os.path.dirname(os.path.abspath(__file__))
    folders = [
        sysconfig.get_path("scripts"),
        # pip install --user
        sysconfig.get_path("scripts", scheme=_user_scheme()),
        # pip install --target
        os.path.join(os.path.dirname(here), "bin"),
    ]
    paths = [os.path.join(folder, name) for folder in folders]
    for path in paths:
        if os.path.isfile(path):
            return path
    raise FileNotFoundError("tinyaudit is installed in none of " + ", ".join(folders))


def _user_scheme():
    if sys.version_info >= (3, 10):
        return sysconfig.get_preferred_scheme("user")
    if os.name == "nt":
        return "nt_user"
    return "osx_framework_user" if sys.platform == "darwin" and sys._framework else "posix_user"
