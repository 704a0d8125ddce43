"""A page says what it was given in the reader's language, escapes it, and fails on what is misspelt."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from jinja2 import UndefinedError
from starlette.requests import Request

from services.billing.invoices.pages import invoices as invoice_list
from shared.money import money
from shared.pages.waiting import Need, Verb
from shared.ui import formats, forms
from shared.ui.listing import Column, Listing
from shared.ui.reader import Reader, reader_of, reading
from shared.ui.render import environment
from shared.ui.words import gettext

SWISS = Reader(Locale("de", "CH"), ZoneInfo("Europe/Zurich"))


def a_request(query: str = "", **headers: str) -> Request:
    """Make a request of a browser; an underscore in the name of a header stands for a dash."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/list", "query_string": query.encode(), "headers": raw})


def test_figures_are_written_as_the_reader_writes_them() -> None:
    noon = datetime(2026, 11, 28, 12, tzinfo=UTC)

    with reading(SWISS):
        assert formats.money(money("1250.50 CHF")) == "CHF\N{NO-BREAK SPACE}1’250.50"  # noqa: RUF001
        assert formats.moment(noon) == "28.11.2026, 13:00"
        assert formats.hours(450) == "7.5\N{NO-BREAK SPACE}h"
    assert formats.money_round(money("1250.50 EUR")) == "€1,250"
    assert formats.percent(0.415) == "41.5%"
    assert (
        formats.spoken("Set `account_id` to whom `billing_email` belongs.")
        == "Set account to whom billing email belongs."
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"accept_language": "fr,de-AT;q=0.8"}, ("de", "AT")),
        ({"accept_language": "fr"}, ("en", "GB")),
        ({"accept_language": "x-nonsense,%%%"}, ("en", "GB")),
        ({"accept_language": "en", "cookie": "locale=de-CH"}, ("de", "CH")),
    ],
)
def test_the_reader_is_who_the_browser_says(headers: dict[str, str], expected: tuple[str, str]) -> None:
    locale = reader_of(a_request(**headers)).locale
    assert (locale.language, locale.territory) == expected


def test_a_role_kept_as_a_code_is_shown_in_words_and_a_name_as_it_was_written() -> None:
    assert formats.role("senior_consultant") == "Senior consultant"
    assert formats.role("architect") == "Architect"
    assert formats.titled("project_management") == "Project management"
    assert formats.titled("C++") == "C++"
    assert formats.role("SAP Lead_2") == "SAP Lead_2"
    assert formats.role(None) == formats.role("") == "\N{EN DASH}"


def test_a_time_zone_that_is_none_leaves_the_clock_at_utc() -> None:
    assert reader_of(a_request(cookie="zone=../../etc/passwd")).zone.key == "UTC"
    assert reader_of(a_request(cookie="zone=Europe%2FZurich")).zone.key == "Europe/Zurich"


def test_what_was_typed_is_shown_and_not_run() -> None:
    shown = environment().from_string("{{ ui.empty_state(name, name) }}").render(name="<script>")
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_a_misspelt_fact_fails_the_page() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nmae }}").render(name="Ana")


def test_the_links_of_a_list_keep_its_filter_and_forget_its_place() -> None:
    number = Column("number", "Number", sorts=True)
    listing = Listing.of(a_request("q=bank&sort=number&cursor=abc"), "invoices", [number], [], next="def")

    assert listing.direction(number) == "ascending"
    assert listing.sorted_by(number) == "/list?q=bank&sort=-number"
    assert listing.more() == "/list?q=bank&sort=number&cursor=def"
    assert listing.link(**{"as": "csv"}) == "/list?q=bank&sort=number&as=csv"


def test_a_list_shows_the_changes_of_the_feature_that_answers_unless_something_was_sent() -> None:
    here = {**a_request().scope, "path": "/billing/invoices", "endpoint": invoice_list}
    asked, sent = Request(here), Request({**here, "method": "POST"})

    assert Listing.of(asked, "invoices", [], []).feature == "billing-invoices"
    assert Listing.of(sent, "invoices", [], []).feature is None


def test_a_form_reads_into_the_shape_of_the_body_it_stands_for() -> None:
    typed = [("name", "x"), ("lines/0/minutes", "90"), ("lines/1/minutes", "30"), ("lines/1/note", ""), ("of/a", "1")]
    assert forms.nested(typed) == {"name": "x", "lines": [{"minutes": "90"}, {"minutes": "30"}], "of": {"a": "1"}}


def test_a_word_means_what_the_service_of_the_page_means_by_it() -> None:
    for service, meant in (("crm", "Kunde"), ("billing", "Konto")):
        with reading(Reader(Locale("de", "DE"), ZoneInfo("UTC"), service)):
            assert gettext("Account") == meant
            assert gettext("Account", "crm") == "Kunde"
            assert gettext("Cancel") == "Abbrechen"


def test_what_is_late_comes_first_then_what_waits_longest() -> None:
    def a_need(title: str, on: date | None, *, is_late: bool = False) -> Need:
        return Need(Verb.APPROVE, title, "/", on=on, is_late=is_late)

    needs = [
        a_need("undated", None),
        a_need("new", date(2026, 11, 28)),
        a_need("old", date(2026, 11, 2)),
        a_need("late", date(2026, 11, 20), is_late=True),
    ]

    assert [one.title for one in sorted(needs, key=lambda one: one.urgency)] == ["late", "old", "new", "undated"]


@pytest.mark.parametrize(
    ("on", "said"), [("2026-11-28", "today"), ("2026-11-15", "13 days ago"), ("2026-12-20", "in 3 weeks")]
)
def test_a_day_is_said_from_where_its_reader_stands(on: str, said: str) -> None:
    assert formats.days_from(date.fromisoformat(on), date(2026, 11, 28)) == said


@pytest.mark.parametrize(
    ("typed", "amount"), [("1250.50", "1250.50"), ("1250,5", "1250.5"), ("1.250,50", "1250.50"), ("-3", "-3")]
)
def test_an_amount_is_read_as_its_reader_writes_it(typed: str, amount: str) -> None:
    with reading(Reader(Locale("de", "DE"), ZoneInfo("UTC"))):
        assert forms.typed_amount(typed, "amount") == Decimal(amount)


@pytest.mark.parametrize("typed", ["", "ten", "1,2,3", "NaN", "1e5"])
def test_what_is_no_number_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(forms.NotANumber) as refused:
        forms.typed_amount(typed, "lines/0/amount")
    assert refused.value.field == "/lines/0/amount"


@pytest.mark.parametrize(("typed", "minutes"), [("7:30", 450), ("7.5", 450), ("7,5", 450), ("0:05", 5), ("7.33", 440)])
def test_hours_are_read_in_every_common_spelling(typed: str, minutes: int) -> None:
    assert forms.typed_minutes(typed, "hours") == minutes


@pytest.mark.parametrize("typed", ["", "7:60", "-1", "1.234", "7h"])
def test_what_are_no_hours_is_refused(typed: str) -> None:
    with pytest.raises(forms.NotHours):
        forms.typed_minutes(typed, "hours")
