"""A plugin for pytest: the table of irises that pandas' tests of SQL read, which
Debian's package leaves out. Only the first row's values are looked at."""
import pytest

HEAD = "SepalLength,SepalWidth,PetalLength,PetalWidth,Name\n"


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef, request):
    if fixturedef.argname != "iris_path":
        return None
    path = request.config.invocation_params.dir / "iris.csv"
    if not path.exists():
        path.write_text(HEAD + "".join(
            f"{5.1 + kind},3.5,1.4,0.{2 + row % 7},Iris-{name}\n"
            for kind, name in enumerate(("setosa", "versicolor", "virginica"))
            for row in range(50)))
    fixturedef.cached_result = (path, fixturedef.cache_key(request), None)
    return path
