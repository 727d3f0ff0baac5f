"""SQLAlchemy's suite for dialects, as its README.dialects has it."""
import pytest
from sqlalchemy.dialects import registry

registry.register("sqlite.garner", "garner.sqlalchemy", "Dialect")
pytest.register_assert_rewrite("sqlalchemy.testing.assertions")

from sqlalchemy.testing.plugin.pytestplugin import *  # noqa: E402,F401,F403
