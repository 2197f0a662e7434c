"""What an address asks, as the pages read it."""

from werkzeug.test import EnvironBuilder

from portal.web.asking import Request


def test_what_no_page_can_hold_does_not_come_in_by_an_address() -> None:
    request = Request(EnvironBuilder(query_string="q=a%00b%07&q=%C3%A5%0A&n%00=1").get_environ())
    assert request.args.getlist("q") == ["ab", "å\n"]
    assert request.args["n"] == "1"


def test_an_address_may_ask_nothing() -> None:
    assert list(Request(EnvironBuilder().get_environ()).args) == []
