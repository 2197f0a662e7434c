"""The terms under which a partner reads a founder's documents: a text in versions, of which each acceptance names one."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of the terms, as it stands in each language; a version that was in force is never changed."""

    version: str
    paragraphs: Mapping[str, tuple[str, ...]]

    def said(self, language: str) -> tuple[str, ...]:
        """Return the paragraphs in a language, or in English."""
        return self.paragraphs.get(language, self.paragraphs["en"])

    def digest(self, language: str) -> str:
        """Return the SHA-256 of the version and its text in a language: what somebody accepted, to the last character."""
        whole = "\n".join([self.version, *self.said(language)])
        return hashlib.sha256(whole.encode()).hexdigest()


IN_FORCE = Terms(
    "1",
    {
        "en": (
            (
                "What you read in the profile and the documents of this introduction, and what you are told because of it, is "
                "confidential, unless it was public or known to you before."
            ),
            "You use it for one purpose: to decide whether you invest in the project or support it.",
            (
                "You show it only to people of your own organisation and to its professional advisers who need it for that "
                "purpose and keep it confidential as you do."
            ),
            (
                "This lasts for five years from the day of your acceptance. It does not end when your access ends. If the "
                "project’s organisation asks you to, you delete what you have kept."
            ),
            (
                "You accept for yourself and for your organisation. The portal records who accepted which version and when, "
                "and who opened which document and when, and shows both to the project’s organisation."
            ),
            (
                "These terms hold between your organisation and the project’s. Where both have signed an agreement of their "
                "own, that agreement comes first."
            ),
        ),
        "sv": (
            (
                "Det du läser i den här introduktionens profil och dokument, och det du får veta på grund av den, är "
                "konfidentiellt, om det inte var offentligt eller känt för dig innan."
            ),
            "Du använder det för ett enda ändamål: att avgöra om ni investerar i projektet eller stöder det.",
            (
                "Du visar det bara för personer i din egen organisation och för dess rådgivare som behöver det för det "
                "ändamålet och som håller det hemligt på samma sätt som du."
            ),
            (
                "Detta gäller i fem år från den dag du godkänner villkoren. Det upphör inte när din åtkomst upphör. Om "
                "projektets organisation ber om det raderar du det du har sparat."
            ),
            (
                "Du godkänner för dig själv och för din organisation. Portalen antecknar vem som har godkänt vilken version och "
                "när, samt vem som har öppnat vilket dokument och när, och visar båda för projektets organisation."
            ),
            (
                "Villkoren gäller mellan din organisation och projektets. Om båda har skrivit under ett eget avtal går det "
                "avtalet före."
            ),
        ),
    },
)
"""What is accepted today; a new wording is a new version, and is asked of everybody anew."""
