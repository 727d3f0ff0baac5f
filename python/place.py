"""place.py PREFIX - where the Python that runs this looks for modules that are
installed under PREFIX: Debian's has one folder for its own packages and another
for what others put there, and Meson knows the first alone."""
import os
import sys
import sysconfig

prefix = os.path.abspath(sys.argv[1])
below = [path for path in sys.path
         if os.path.basename(path) in ("site-packages", "dist-packages")
         and os.path.relpath(path, prefix).split(os.sep)[0] == "lib"]
print(below[0] if below else sysconfig.get_path(
    "platlib", "posix_prefix", {"base": prefix, "platbase": prefix}))
