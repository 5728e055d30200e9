from pathlib import Path

import pytest

from gaitcheck.analyze import Analysis

from .factory import make_analysis


@pytest.fixture(scope="session")
def rear(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return make_analysis(tmp_path_factory.mktemp("rear"))


@pytest.fixture(scope="session")
def two_views(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return make_analysis(tmp_path_factory.mktemp("two_views"), ("rear", "right"))


@pytest.fixture
def repository() -> Path:
    return Path(__file__).parents[2]
