"""What each reason of the room says to a reader."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext, ngettext

from portal.partners import words
from portal.partners.rules.values import PartnerState
from portal.reference import vocabulary
from portal.web.filters import day, number

Values = Mapping[str, Any]


def _allowed(values: Values) -> str:
    field = values["field"]
    return ", ".join(f"{words.word(field, word)} ({word})" for word in values["allowed"])


VALUES: dict[str, Callable[[Values], str]] = {
    "partner_value_missing": lambda values: gettext(
        "%(field)s is needed. Fill it in.", field=words.label(values["field"])
    ),
    "partner_word_unknown": lambda values: gettext(
        "%(field)s: “%(written)s” is not known here. Use one of: %(allowed)s.",
        field=words.label(values["field"]),
        written=values["written"],
        allowed=_allowed(values),
    ),
    "partner_country_unknown": lambda values: gettext(
        "%(field)s: “%(written)s” is no country here. Write two capital letters, such as SE or DK, or one of: Nordic, EU, "
        "EEA, any.",
        field=words.label(values["field"]),
        written=values["written"],
    ),
    "partner_asset_unknown": lambda values: gettext(
        "%(field)s: “%(written)s” is no asset that the portal knows. Write an indication area, or area / modality. Areas: "
        "%(areas)s. Modalities: %(modalities)s.",
        field=words.label(values["field"]),
        written=values["written"],
        areas=words.words("indication_areas", vocabulary.ids("indication_area")),
        modalities=words.words("modalities", vocabulary.ids("modality")),
    ),
    "partner_number_out_of_range": lambda values: gettext(
        "%(field)s: give a whole number from %(least)s to %(most)s, not “%(written)s”.",
        field=words.label(values["field"]),
        least=number(values["least"]),
        most=number(values["most"]),
        written=values["written"],
    ),
    "partner_truth_unreadable": lambda values: gettext(
        "Write yes or no, not “%(written)s”.", written=values["written"]
    ),
    "partner_day_unreadable": lambda values: gettext(
        "%(field)s: “%(written)s” is no day. Write it like 2026-11-24.",
        field=words.label(values["field"]),
        written=values["written"],
    ),
    "partner_text_too_long": lambda values: gettext(
        "%(field)s has %(length)s characters; at most %(longest)s are kept. Shorten it.",
        field=words.label(values["field"]),
        length=number(values["length"]),
        longest=number(values["longest"]),
    ),
    "partner_characters_unprintable": lambda values: gettext(
        "%(field)s holds characters that cannot be shown. Type the text anew.",
        field=words.label(values["field"]),
    ),
    "partner_website_unreadable": lambda values: gettext(
        "“%(written)s” is no address of a website. Write it like https://example.org.",
        written=values["written"],
    ),
}

STATEMENTS: dict[str, Callable[[Values], str]] = {
    "partner_ticket_order": lambda values: gettext(
        "The ticket ends at %(most)s, which is less than where it begins, %(least)s. Exchange them, or leave one empty.",
        most=number(values["most"]),
        least=number(values["least"]),
    ),
    "partner_ticket_without_currency": lambda values: gettext(
        "A ticket needs its currency. Choose one of %(allowed)s.", allowed=", ".join(values["allowed"])
    ),
    "partner_closes_before_opening": lambda values: gettext(
        "It closes on %(closes)s, before it opens on %(opens)s. Change one of the days.",
        closes=day(values["closes"]),
        opens=day(values["opens"]),
    ),
    "partner_excludes_everything": lambda values: gettext(
        "%(field)s leave nothing of “%(wanted)s”, so no project could ever fit. Take out at least one exclusion.",
        field=words.label(values["field"]),
        wanted=words.label(values["wanted"]),
    ),
    "partner_name_taken": lambda values: gettext(
        "The organisation already has an entry called “%(name)s”. Edit that one, or choose another name.",
        name=values["name"],
    ),
    "partner_too_many": lambda values: gettext(
        "An organisation keeps at most %(most)s entries here. Edit one of them instead.", most=values["most"]
    ),
    "partner_not_in_state": lambda values: gettext(
        "This entry has the state “%(state)s”, so this cannot be done with it now.",
        state=words.STATES[PartnerState(values["state"])],
    ),
}

SHEETS: dict[str, Callable[[Values], str]] = {
    "partner_organisation_unknown": lambda values: gettext(
        "Row %(row)s: no investor or support provider called “%(written)s” is registered here. Write the name as it "
        "stands in the portal, or let an administrator register it first.",
        row=values["row"],
        written=values["written"],
    ),
    "partner_name_twice": lambda values: gettext(
        "“%(name)s” stands in several rows of one organisation. Keep one of them.", name=values["name"]
    ),
    "partner_field_of_other_kind": lambda values: gettext(
        "%(field)s is not stated by this kind of partner (%(kind)s). Leave the cell empty.",
        field=words.label(values["field"]),
        kind=values["kind"],
    ),
    "partner_sheet_too_big": lambda values: gettext(
        "At most %(most)s KiB are read at once. Split the sheet into several.", most=values["most"]
    ),
    "partner_sheet_too_long": lambda values: gettext(
        "At most %(most)s rows are read at once. Split the sheet into several.", most=values["most"]
    ),
    "partner_sheet_unreadable": lambda _: gettext(
        "This cannot be read as a sheet. Save it from the spreadsheet again as “CSV UTF-8”."
    ),
    "partner_sheet_nothing_given": lambda _: gettext("Choose a file, or paste the rows of a sheet."),
    "partner_sheet_without_rows": lambda _: gettext("The sheet has column names and no row under them."),
    "partner_sheet_without_header": lambda values: gettext(
        "The first row has to name the columns, name and text among them. Known are: %(columns)s.",
        columns=", ".join(values["columns"]),
    ),
    "partner_column_unknown": lambda values: gettext(
        "“%(column)s” is no column that is known here. Known are: %(columns)s.",
        column=values["column"],
        columns=", ".join(values["columns"]),
    ),
    "partner_column_twice": lambda values: gettext(
        "The column “%(column)s” is there twice. Take one of them out.", column=values["column"]
    ),
    "partner_sheet_with_mistakes": lambda values: ngettext(
        "%(num)s thing has to be put right first. Nothing was imported.",
        "%(num)s things have to be put right first. Nothing was imported.",
        values["mistakes"],
    ),
}

RATES: dict[str, Callable[[Values], str]] = {
    "rate_currency_unknown": lambda values: gettext(
        "Choose one of %(allowed)s.", allowed=", ".join(values["allowed"])
    ),
    "rate_out_of_range": lambda _: gettext(
        "Give what one unit is worth in euro, more than 0, for instance 0.0885."
    ),
    "rate_in_future": lambda values: gettext(
        "%(day)s lies ahead; today is %(today)s. Enter a rate that has been published.",
        day=day(values["day"]),
        today=day(values["today"]),
    ),
}

SENTENCES: dict[str, Callable[[Values], str]] = {**VALUES, **STATEMENTS, **SHEETS, **RATES}
