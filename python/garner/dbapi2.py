"""garner.dbapi2 - the names of garner, where programs look for sqlite3.dbapi2."""
from garner import *  # noqa: F401,F403
