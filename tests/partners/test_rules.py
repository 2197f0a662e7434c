"""What may stand in a statement and in a sheet, without a database."""

from datetime import date
from typing import Any

import pytest

from portal.partners.rules.fields import countries_in, is_asset, reasons_against, tidied, written_assets
from portal.partners.rules.sheets import read_sheet
from portal.partners.rules.values import PartnerKind

INVESTOR = {
    "name": "A fund",
    "text": "Gene therapy for the brain.",
    "investor_kind": "venture_capital",
    "capacity": 3,
}


def codes(kind: PartnerKind = PartnerKind.INVESTOR, **values: Any) -> list[tuple[str, str | None]]:
    stated = tidied(kind, {**INVESTOR, **values})
    return [(reason.code, reason.field) for reason in reasons_against(kind, stated)]


def test_assets_are_read_in_either_language_and_what_is_none_stays_as_it_was_typed() -> None:
    written = "Neurology / AAV\n neurologi/CAR-T ;oncology\nNonsense / AAV"
    found = written_assets(written)
    assert found == ["neurology/aav", "neurology/car_t", "oncology", "Nonsense / AAV"]
    assert [is_asset(one) for one in found] == [True, True, True, False]


def test_a_plain_thesis_is_fine() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": " "}, "partner_value_missing", "name"),
        ({"capacity": None}, "partner_value_missing", "capacity"),
        ({"capacity": -1}, "partner_number_out_of_range", "capacity"),
        ({"ticket_min": -5}, "partner_number_out_of_range", "ticket_min"),
        ({"modalities": ["warp_drive"]}, "partner_word_unknown", "modalities"),
        ({"competing": ["neurology/warp_drive"]}, "partner_asset_unknown", "competing"),
        ({"competing": ["Head & shoulders"]}, "partner_asset_unknown", "competing"),
        ({"countries": ["Atlantis"]}, "partner_country_unknown", "countries"),
        ({"countries": ["ZZ"]}, "partner_country_unknown", "countries"),
        ({"website": "javascript:alert(1)"}, "partner_website_unreadable", "website"),
        ({"ticket_min": 5, "ticket_max": 4, "ticket_currency": "EUR"}, "partner_ticket_order", "ticket_max"),
        ({"ticket_min": 5}, "partner_ticket_without_currency", "ticket_currency"),
        (
            {"opens": date(2027, 2, 1), "closes": date(2027, 1, 1)},
            "partner_closes_before_opening",
            "closes",
        ),
    ],
)
def test_each_mistake_names_its_field(values: dict[str, Any], code: str, field: str) -> None:
    assert codes(**values) == [(code, field)]


def test_every_mistake_is_told_at_once() -> None:
    assert len(codes(name="", capacity=-1, phases=["never"])) == 3


@pytest.mark.parametrize(
    "values",
    [
        {"exclude_product_classes": ["GTMP", "sCTMP", "TEP", "combined"]},
        {"modalities": ["aav"], "exclude_modalities": ["aav", "car_t"]},
        {"countries": ["Nordic"], "exclude_countries": ["EEA"]},
        {"exclude_countries": ["any"]},
    ],
)
def test_a_thesis_that_excludes_everything_is_refused(values: dict[str, Any]) -> None:
    assert [code for code, _field in codes(**values)] == ["partner_excludes_everything"]


def test_exclusions_that_leave_something_are_fine() -> None:
    assert (
        codes(
            modalities=["aav", "car_t"],
            exclude_modalities=["car_t"],
            countries=["SE", "DK"],
            exclude_countries=["DK"],
        )
        == []
    )


def test_an_investor_serves_capital_whatever_is_typed() -> None:
    assert tidied(PartnerKind.INVESTOR, {**INVESTOR, "serves": ["ip"]})["serves"] == ["capital"]


def test_regions_stand_for_their_countries() -> None:
    assert countries_in([]) is None
    assert countries_in(["Nordic", "DE"]) == frozenset({"DK", "FI", "IS", "NO", "SE", "DE"})
    assert countries_in(["any", "SE"]) is None


KINDS = {"a fund": PartnerKind.INVESTOR, "helpers": PartnerKind.SUPPORT}


def test_a_sheet_reads_words_by_alias_and_label() -> None:
    sheet = read_sheet(
        "organisation;name;text;investor_kind;capacity;phases;indication_areas;countries\n"
        "A fund;Fund;Words;Venture capital;3;Preclinical, phase_1;cns;SE, Nordic\n",
        KINDS,
        own=None,
    )
    assert sheet.is_clean
    values = sheet.rows[0].values
    assert values["phases"] == ["preclinical", "phase_1"]
    assert values["indication_areas"] == ["neurology"]
    assert values["countries"] == ["SE", "Nordic"]


def test_a_sheet_lists_every_mistake_of_every_row() -> None:
    sheet = read_sheet(
        "organisation,name,text,investor_kind,capacity,ticket_min,modalities\n"
        "A fund,Fund,Words,venture_capital,3,-1,\n"
        "A fund,Other,Words,venture_capital,many,,warp\n"
        "Nobody,Third,Words,,1,,\n"
        "A fund,Fund,Words,venture_capital,3,,\n",
        KINDS,
        own=None,
    )
    assert not sheet.is_clean
    assert [[reason.code for reason in row.mistakes] for row in sheet.rows] == [
        ["partner_number_out_of_range"],
        ["partner_number_out_of_range", "partner_word_unknown"],
        ["partner_organisation_unknown"],
        ["partner_name_twice"],
    ]


def test_a_cell_of_the_other_kind_is_refused() -> None:
    sheet = read_sheet(
        "organisation,name,text,capacity,serves,ticket_min\nhelpers,Help,Words,1,ip,5\n", KINDS, own=None
    )
    assert [reason.code for reason in sheet.rows[0].mistakes] == ["partner_field_of_other_kind"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "partner_sheet_without_header"),
        ("name,colour\nA,red\n", "partner_sheet_without_header"),
        ("name,text,colour\nA,B,red\n", "partner_column_unknown"),
        ("name,text,name\nA,B,C\n", "partner_column_twice"),
        ("name,text\n", "partner_sheet_without_rows"),
        ("name,text\n" + "A,B\n" * 201, "partner_sheet_too_long"),
        ("name,text\n" + "A" * 300_000, "partner_sheet_too_big"),
        ('name,text\n"' + "A" * 140_000 + '",B\n', "partner_sheet_unreadable"),
    ],
)
def test_a_sheet_that_is_none_says_why(text: str, code: str) -> None:
    assert [reason.code for reason in read_sheet(text, KINDS, own="A fund").mistakes] == [code]
