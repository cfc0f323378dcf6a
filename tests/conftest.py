"""What every test suite shares."""


def pytest_configure(config):
    config.addinivalue_line(
        "markers",
        "rule(slug, says): half of a rule's pair of tests; `says` is `forbidden` or `allowed`",
    )
