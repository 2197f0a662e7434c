"""What the room's reasons say to a reader: the rule, the value and the way out; and what each unknown fact costs."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext, ngettext

from portal.projects import wording
from portal.projects.rules.fields import FIELD
from portal.projects.rules.values import FieldGroup, GrantReason
from portal.web.filters import day, number

Values = Mapping[str, Any]
SHOWN_WORDS = 8


def _allowed(values: Values) -> str:
    stated = FIELD.get(values["field"])
    list_name = "phase" if values["field"] == "phase" else stated.words if stated else None
    named = [wording.word(list_name, one) if list_name else str(one) for one in values["allowed"]]
    shown = ", ".join(named[:SHOWN_WORDS])
    return gettext("%(words)s and others", words=shown) if len(named) > SHOWN_WORDS else shown


def _number_out_of_range(values: Values) -> str:
    return gettext(
        "%(field)s takes a whole number from %(least)s to %(most)s, not “%(written)s”.",
        field=wording.label(values["field"]),
        least=number(values["least"]),
        most=number(values["most"]),
        written=values["written"],
    )


VALUES: dict[str, Callable[[Values], str]] = {
    "project_value_missing": lambda values: gettext(
        "%(field)s is needed. Fill it in.", field=wording.label(values["field"])
    ),
    "project_text_too_long": lambda values: gettext(
        "%(field)s takes at most %(longest)s characters; this has %(length)s. Shorten it.",
        field=wording.label(values["field"]),
        longest=number(values["longest"]),
        length=number(values["length"]),
    ),
    "project_text_unreadable": lambda values: gettext(
        "%(field)s takes text. Write words.", field=wording.label(values["field"])
    ),
    "project_line_broken": lambda values: gettext(
        "%(field)s is one line. Take the line breaks out.", field=wording.label(values["field"])
    ),
    "project_characters_unprintable": lambda values: gettext(
        "%(field)s holds characters that cannot be shown. Type it anew, without copying.",
        field=wording.label(values["field"]),
    ),
    "project_word_unknown": lambda values: gettext(
        "%(field)s has no answer “%(written)s”. Choose one of: %(allowed)s.",
        field=wording.label(values["field"]),
        written=values["written"],
        allowed=_allowed(values),
    ),
    "project_truth_unreadable": lambda values: gettext(
        "%(field)s is yes, no or unknown, not “%(written)s”.",
        field=wording.label(values["field"]),
        written=values["written"],
    ),
    "project_number_out_of_range": _number_out_of_range,
    "project_name_taken": lambda values: gettext(
        "Your organisation already has a project called “%(name)s”. Open that one, or choose another name.",
        name=values["name"],
    ),
}

FACTS: dict[str, Callable[[Values], str]] = {
    "project_gmo_class_against_vector": lambda values: gettext(
        "GMO class 0 says that no GMO is used, and the vector level is “%(level)s”, which is one. Choose class 1, 2 or "
        "3, or unknown until it is classified.",
        level=wording.word("vector_level", values["vector_level"]),
    ),
    "project_vector_against_level": lambda values: gettext(
        "The vector level is “no viral vector”, and a vector is named: %(vector)s. Choose its level, or take the name "
        "out. A vector that is no virus can be named as such, for instance plasmid or mRNA.",
        vector=values["vector"],
    ),
    "project_process_class_against_vector": lambda values: gettext(
        "The process class “%(process_class)s” and the vector level “%(level)s” contradict each other. Change one of "
        "them, or answer unknown.",
        process_class=wording.word("process_class", values["process_class"]),
        level=wording.word("vector_level", values["vector_level"]),
    ),
    "project_funding_order": lambda values: gettext(
        "The most, %(most)s, is less than the least, %(least)s. Exchange them, or leave one empty.",
        most=number(values["most"]),
        least=number(values["least"]),
    ),
    "project_funding_without_currency": lambda values: gettext(
        "An amount needs its currency. Choose one of %(allowed)s.", allowed=", ".join(values["allowed"])
    ),
    "project_teaser_missing": lambda _: gettext(
        "There is no teaser in English to show. Write one, or let only advisers read it."
    ),
}

WARNINGS: dict[str, Callable[[Values], str]] = {
    "project_teaser_names_project": lambda values: gettext(
        "The teaser names the project: “%(name)s”. Whoever reads the teaser then knows it.",
        name=values["name"],
    ),
    "project_teaser_names_organisation": lambda values: gettext(
        "The teaser names your organisation: “%(name)s”. Whoever reads the teaser then knows who you are.",
        name=values["name"],
    ),
    "project_gmo_in_somatic_class": lambda values: gettext(
        "The product class is %(product_class)s and the GMO class says that something is genetically modified. "
        "Genetically modified cells are usually classed as a gene therapy (GTMP).",
        product_class=values["product_class"],
    ),
    "project_combined_without_device": lambda _: gettext(
        "A combined ATMP contains a medical device, and the answer to that is no."
    ),
    "project_device_without_combined": lambda _: gettext(
        "The product contains a medical device. It is then usually classed as a combined ATMP."
    ),
    "project_vector_above_level": lambda values: gettext(
        "%(vector)s is usually of the level “%(named)s”, which is higher than the level that is stated.",
        vector=values["vector"],
        named=wording.word("vector_level", values["named"]),
    ),
    "project_process_class_above_vector": lambda values: gettext(
        "The process class “%(process_class)s” speaks of a higher vector level than “%(level)s”.",
        process_class=wording.word("process_class", values["process_class"]),
        level=wording.word("vector_level", values["vector_level"]),
    ),
}

COSTS: dict[str, Callable[[Values], str]] = {
    "project_unknown_vector_level": lambda values: gettext(
        "Until you answer, every slot request takes the worst for granted, “%(assumed)s”, and only cleanrooms that "
        "are permitted for it fit.",
        assumed=wording.word("vector_level", values["assumed"]),
    ),
    "project_unknown_gmo_class": lambda values: gettext(
        "Until you answer, every slot request takes class %(assumed)s for granted, and only cleanrooms with a permit "
        "for it fit.",
        assumed=values["assumed"],
    ),
    "project_unknown_bsl": lambda values: gettext(
        "Until you answer, every slot request asks for level %(assumed)s; should you need more, the rooms shown are "
        "the wrong ones.",
        assumed=values["assumed"],
    ),
    "project_unknown_process_class": lambda _: gettext(
        "Without it the changeover before and after your runs cannot be read from the facility’s table; the vector "
        "level stands in for it where it is known, else the facility’s default holds."
    ),
    "project_unknown_process_state": lambda _: gettext(
        "Until you answer, runs in a GMP room are taken to be open, which needs grade A in B, the rarest and dearest."
    ),
    "project_unknown_autologous": lambda _: gettext(
        "Where rooms share air or staff, a rule that spares autologous work counts as not met, so that fewer windows "
        "are free. A facility will ask before material of a patient arrives."
    ),
    "project_unknown_starting_material": lambda _: gettext(
        "Nothing in the portal waits for this today. A facility will ask before your first run."
    ),
    "project_unknown_infectious_status": lambda _: gettext(
        "Until you answer, it counts as infectious: windows beside other work on the same air are not offered where "
        "the facility’s rules keep the two apart."
    ),
    "project_unknown_cell_bank": lambda _: gettext(
        "Nothing in the portal waits for this today. Quality assurance will ask before clinical batches."
    ),
    "project_unknown_animal_origin": lambda _: gettext(
        "Nothing in the portal waits for this today. Quality assurance will ask before clinical batches."
    ),
    "project_unknown_shelf_life_hours": lambda _: gettext(
        "Nothing in the portal waits for this today. A short shelf life decides how far the room may be from the clinic."
    ),
    "project_unknown_device": lambda _: gettext(
        "Nothing in the portal waits for this today. A device part makes the product a combined ATMP."
    ),
    "project_unknown_orphan": lambda _: gettext(
        "Nothing in the portal waits for this today. The answer decides which regulatory steps apply."
    ),
    "project_unknown_paediatric": lambda _: gettext(
        "Nothing in the portal waits for this today. The answer decides which regulatory steps apply."
    ),
}

STAGES: dict[str, Callable[[Values], str]] = {
    "project_phase_same": lambda values: gettext(
        "The project is already in the phase “%(phase)s”. Choose another phase, or correct the day of the last change.",
        phase=wording.phase(values["phase"]),
    ),
    "project_phase_same_as_before": lambda values: gettext(
        "Before this change the project was already in the phase “%(phase)s”. Choose another phase, or take the change "
        "out because it did not happen.",
        phase=wording.phase(values["phase"]),
    ),
    "project_rest_keeps_phase": lambda values: gettext(
        "The last change tells of a rest, which keeps the phase “%(phase)s”. Correct only its day.",
        phase=wording.phase(values["phase"]),
    ),
    "project_rests": lambda values: gettext(
        "The project is on hold in the phase “%(phase)s”. Let it go on first, then change the phase.",
        phase=wording.phase(values["phase"]),
    ),
    "project_already_on_hold": lambda _: gettext("The project is already on hold. There is nothing to do."),
    "project_not_on_hold": lambda _: gettext("The project is not on hold. There is nothing to do."),
    "project_first_stage": lambda _: gettext(
        "This is the first line of the project’s history and stays. Correct its phase or its day instead."
    ),
    "project_day_missing": lambda _: gettext("The day is needed. Give the day from which this holds."),
    "project_day_in_future": lambda values: gettext(
        "%(day)s lies ahead; today is %(today)s. Note the change once it has happened.",
        day=day(values["day"]),
        today=day(values["today"]),
    ),
    "project_day_too_early": lambda values: gettext(
        "%(day)s lies before %(earliest)s, the first day that is kept here. Check the year.",
        day=day(values["day"]),
        earliest=day(values["earliest"]),
    ),
    "project_day_before_last": lambda values: gettext(
        "%(day)s lies before the change of %(last)s. Give that day or a later one, or correct the last change first.",
        day=day(values["day"]),
        last=day(values["last"]),
    ),
    "project_archived": lambda _: gettext(
        "The project is archived, so nothing of it can change. Restore it first."
    ),
    "project_not_archived": lambda _: gettext("The project is not archived. There is nothing to restore."),
}

PEOPLE: dict[str, Callable[[Values], str]] = {
    "project_team_full": lambda values: gettext(
        "A team has at most %(most)s members here. Remove somebody first.", most=values["most"]
    ),
    "project_team_member_twice": lambda values: gettext(
        "%(name)s is already in the team with this task. Change that entry, or give another task.",
        name=values["name"],
    ),
    "project_email_unreadable": lambda values: gettext(
        "“%(written)s” is no e-mail address. Write it like name@example.org, or leave it empty.",
        written=values["written"],
    ),
    "project_not_an_adviser": lambda _: gettext("Choose one of the advisers’ organisations in the list."),
    "project_no_group_chosen": lambda _: gettext("Choose at least one thing that they may see."),
    "project_until_out_of_range": lambda values: gettext(
        "%(day)s cannot be the last day: give today, %(today)s, or a day in the coming ten years, or leave it empty.",
        day=day(values["day"]),
        today=day(values["today"]),
    ),
    "project_group_not_for_reason": lambda values: gettext(
        "“%(group)s” is never opened for this reason: %(reason)s. Leave it out.",
        group=wording.GROUPS[FieldGroup(values["group"])],
        reason=wording.BECAUSE[GrantReason(values["reason"])],
    ),
}

SHEETS: dict[str, Callable[[Values], str]] = {
    "sheet_nothing_given": lambda _: gettext("Choose a file, or paste the rows of a sheet."),
    "sheet_two_given": lambda _: gettext(
        "A file and pasted rows were both given. Take one of them away, so that it is clear which one you mean."
    ),
    "sheet_too_big": lambda values: gettext(
        "The sheet has %(size)s KiB; at most %(most)s KiB are read at once. Split it into several.",
        size=number(values["size"]),
        most=number(values["most"]),
    ),
    "sheet_too_long": lambda values: gettext(
        "The sheet has %(rows)s rows; at most %(most)s are read at once. Split it into several.",
        rows=number(values["rows"]),
        most=number(values["most"]),
    ),
    "sheet_not_utf8": lambda values: gettext(
        "The file is not text in UTF-8 (byte %(byte)s cannot be read). In the spreadsheet, save it as “CSV UTF-8”.",
        byte=number(values["byte"]),
    ),
    "sheet_unprintable": lambda _: gettext(
        "The sheet holds a NUL character, which no text has. Save it from the spreadsheet again as “CSV UTF-8”."
    ),
    "sheet_empty": lambda _: gettext("The sheet is empty. Fill in the template, one project a row."),
    "sheet_without_rows": lambda _: gettext(
        "The sheet has a row of column names and no project under it. Add one project a row."
    ),
    "sheet_without_header": lambda values: gettext(
        "The first row does not name a column that is known here, such as %(first)s. Take the first row from the "
        "template.",
        first=values["first"],
    ),
    "sheet_column_unknown": lambda values: gettext(
        "“%(column)s” is no column that is known here. Take it out, or name it as the template does.",
        column=values["column"],
    ),
    "sheet_column_without_name": lambda _: gettext(
        "One column has no name in the first row. Name it as the template does, or take it out."
    ),
    "sheet_column_twice": lambda values: gettext(
        "The column “%(column)s” is there twice. Take one of them out.", column=values["column"]
    ),
    "sheet_row_unreadable": lambda values: gettext(
        "Reading stopped at row %(row)s: a quotation mark stands where none can be, or is not closed. Double each "
        "quotation mark inside a quoted text.",
        row=values["row"],
    ),
    "sheet_row_too_wide": lambda values: gettext(
        "The row has %(cells)s cells under %(columns)s column names. A text with the separator in it needs quotation "
        "marks.",
        cells=values["cells"],
        columns=values["columns"],
    ),
    "sheet_reference_unknown": lambda values: gettext(
        "Your organisation has no project with the reference “%(reference)s”. Leave the cell empty for a new project.",
        reference=values["reference"],
    ),
    "sheet_reference_twice": lambda values: gettext(
        "The reference “%(reference)s” stands in several rows. Keep one of them.",
        reference=values["reference"],
    ),
    "sheet_project_archived": lambda values: gettext(
        "The project %(reference)s is archived. Restore it first, or take the row out.",
        reference=values["reference"],
    ),
    "sheet_day_unreadable": lambda values: gettext(
        "“%(written)s” is no day. Write it like 2026-11-24.", written=values["written"]
    ),
    "sheet_day_of_same_phase": lambda values: gettext(
        "The phase stays and its first day differs from the stored one (%(day)s). Put that day back, and correct it on "
        "the project’s own page.",
        day=day(values["day"]),
    ),
    "sheet_with_mistakes": lambda values: ngettext(
        "%(num)s row has to be put right first. Nothing was imported.",
        "%(num)s rows have to be put right first. Nothing was imported.",
        values["rows"] or 1,
    ),
    "sheet_changes_nothing": lambda _: gettext(
        "Every row is as it is stored already, so there is nothing to import."
    ),
    "sheet_expired": lambda _: gettext(
        "This sheet was uploaded more than a day ago and is no longer kept. Upload it again."
    ),
}

SENTENCES: dict[str, Callable[[Values], str]] = {
    **VALUES,
    **FACTS,
    **WARNINGS,
    **COSTS,
    **STAGES,
    **PEOPLE,
    **SHEETS,
}
