"""What every test suite shares."""

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--without-rule",
        metavar="SIDE:SLUG",
        help="delete a rule from one side, e.g. solve:space.weight; its tests must then fail",
    )


def pytest_configure(config):
    config.addinivalue_line(
        "markers",
        "rule(slug, says): half of a rule's pair of tests; `says` is `forbidden` or `allowed`",
    )
    deleted = config.getoption("--without-rule")
    if deleted is not None:
        _delete_rule(*deleted.split(":"))


def _delete_rule(side, slug):
    if side == "solve":
        from planner.solve import constraints, registry  # noqa: F401  registers the rules

        registries = (
            registry.FILTERS,
            registry.SERVICE_FILTERS,
            registry.ROWS,
            registry.STRUCTURES,
            registry.PACKING,
        )
    else:
        from planner.check import judge

        registries = (
            judge.ABOUT_LAYOUT,
            judge.ABOUT_PLACES,
            judge.ABOUT_SERVICES,
            judge.IN_SCENARIOS,
            judge.AFTER_LOSSES,
            judge.ALONE,
            judge.ABOUT_PLAN,
            judge.COMPARED,
        )
    found = [registered.pop(slug) for registered in registries if slug in registered]
    if not found:
        raise pytest.UsageError(f"{side} has no rule {slug}")
