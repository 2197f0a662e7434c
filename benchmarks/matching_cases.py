"""Large matching cases, made up by chance from a fixed seed, for the benchmarks beside this file."""

import random
from datetime import date, timedelta

from portal.matching.rules.values import Case, Decline, Exclusions, Money, Need, Partner, Project
from portal.reference import shipped, vocabulary

AS_OF = date(2026, 11, 24)
RATES = {"EUR": 1.0, "SEK": 0.088, "USD": 0.92}
COUNTRIES = ("SE", "DK", "NO", "FI", "DE", "FR", "NL", "GB", "US", "CH")
INSTRUMENTS = ("equity", "convertible", "grant", "loan")
KINDS = ("academic", "sme", "company", "hospital")
REASONS = ("too_early", "too_late", "not_our_area", "not_our_modality", "no_capacity", "team")


def large_case(projects: int, partners: int, *, seed: int = 7) -> Case:
    """Return a case of this size; about one pair in ten is eligible."""
    chance = random.Random(seed)
    sentences = shipped_sentences()
    made_partners = tuple(partner(number, chance, sentences) for number in range(partners))
    made_projects = tuple(project(number, chance, sentences) for number in range(projects))
    declined = tuple(
        Decline(
            project=chance.choice(made_projects).id,
            partner=chance.choice(made_partners).id,
            by=chance.choice(("partner", "project")),
            reason=chance.choice(REASONS),
            on=AS_OF - timedelta(days=chance.randrange(900)),
            final=chance.random() < 0.2,
        )
        for _ in range(partners // 2)
    )
    return Case(
        name=f"{projects} x {partners}",
        as_of=AS_OF,
        rates=RATES,
        projects=made_projects,
        partners=made_partners,
        declined=declined,
    )


def shipped_sentences() -> list[str]:
    """Return sentences in both languages from the shipped facts, so that words are as common as in real texts."""
    fields = {
        "demo_projects": ("teaser_en", "teaser_sv"),
        "demo_investors": ("thesis_en", "thesis_sv"),
        "demo_support_providers": ("offers_en", "offers_sv"),
    }
    texts = [
        record[name]
        for collection, names in fields.items()
        for record in shipped.records(collection)
        for name in names
    ]
    texts += [words for term in shipped.records("glossary") for words in term["meaning"].values()]
    return [sentence for text in texts for sentence in text.split(". ") if len(sentence) > 30]


def project(number: int, chance: random.Random, sentences: list[str]) -> Project:
    """Return a made-up project with one to three needs."""
    kinds = chance.sample(vocabulary.ids("need"), chance.randint(1, 3))
    return Project(
        id=f"p{number:05}",
        organisation=f"o{chance.randrange(4000)}",
        country=chance.choice(COUNTRIES[:4]),
        organisation_kind=chance.choice(KINDS),
        product_class=chance.choice(vocabulary.ids("product_class")),
        modality=chance.choice(vocabulary.ids("modality")),
        indication_area=chance.choice(vocabulary.ids("indication_area")),
        phase=chance.choice(vocabulary.ids("phase")[:5]),
        on_hold=chance.random() < 0.05,
        text=" ".join(chance.sample(sentences, 3)),
        needs=tuple(need(f"n{place}", kind, chance) for place, kind in enumerate(kinds)),
    )


def need(id: str, kind: str, chance: random.Random) -> Need:
    """Return a made-up need; half of them have a date."""
    by = AS_OF + timedelta(days=chance.randrange(20, 500)) if chance.random() < 0.5 else None
    if kind != "capital":
        return Need(id=id, kind=kind, by=by)
    least = chance.choice((200_000, 1_000_000, 3_000_000, 8_000_000))
    return Need(
        id=id,
        kind=kind,
        by=by,
        money=Money(least, least * chance.choice((1.5, 2, 3)), "EUR"),
        instrument=chance.choice((*INSTRUMENTS, None)),
    )


def partner(number: int, chance: random.Random, sentences: list[str]) -> Partner:
    """Return a made-up investor or support offer."""
    investor = chance.random() < 0.5
    least = chance.choice((100_000, 500_000, 2_000_000))

    def some_of(words: tuple[str, ...], least: int, unrestricted: float) -> frozenset[str] | None:
        if chance.random() < unrestricted:
            return None
        return frozenset(chance.sample(words, chance.randint(least, len(words))))

    return Partner(
        id=f"i{number:05}",
        kind="investor" if investor else "support",
        organisation=f"v{number}",
        text=" ".join(chance.sample(sentences, 3)),
        serves=frozenset({"capital"})
        if investor
        else frozenset(chance.sample(vocabulary.ids("need"), chance.randint(1, 4))),
        product_classes=some_of(vocabulary.ids("product_class"), 2, 0.4),
        modalities=some_of(vocabulary.ids("modality"), 8, 0.6),
        indication_areas=some_of(vocabulary.ids("indication_area"), 4, 0.4),
        phases=some_of(vocabulary.ids("phase"), 3, 0.2),
        countries=some_of(COUNTRIES, 4, 0.4),
        organisation_kinds=some_of(KINDS, 2, 0.7),
        ticket=Money(least, least * chance.choice((5, 10, 40)), "EUR") if investor else Money(),
        instruments=some_of(INSTRUMENTS, 1, 0.4) if investor else None,
        exclude=Exclusions(
            modality=frozenset(chance.sample(vocabulary.ids("modality"), chance.choice((0, 0, 2))))
        ),
        accepts_on_hold=chance.random() < 0.5,
        closes=AS_OF + timedelta(days=chance.randrange(-10, 300)) if chance.random() < 0.3 else None,
        capacity=chance.choice((0, 1, 1, 2, 3, 4, 5)),
        conflicts=frozenset({f"o{chance.randrange(4000)}"}),
    )
