"""The terminal names an account of every role that the demo has."""

from chengguan import demo
from chengguan.demo.people import ACCOUNTS


def test_the_terminal_names_an_account_of_every_role():
    roles = {username: {role for _, role in posts} for username, _, posts in ACCOUNTS}
    shown = set().union(*(roles[username] for username in demo.SHOWN))
    assert shown == set().union(*roles.values())
    lines = demo.accounts()
    for username in ("drainage", "crew2", "engineer", "hotline"):
        assert any(line.split()[:1] == [username] for line in lines)
