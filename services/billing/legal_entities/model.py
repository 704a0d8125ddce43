"""A legal entity of ours, and which tax it owes on what it sells to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound

EUROPEAN_UNION = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())


class NoSuchLegalEntity(NotFound):
    """There is no such legal entity."""


class NoDefaultLegalEntity(NotFound):
    """No legal entity is the default, so a contract cannot tell who sells.

    Configure one with `is_default`, then let the parked message run again.
    """


class InvalidIban(Invalid):
    """The check digits of this IBAN are wrong.

    Copy the IBAN from a bank statement; it has two letters, two check digits and the account.
    """


class SeriesTaken(Conflict):
    """Numbers of this series are given already.

    Let invoices and credit notes have a series each, which no other legal entity uses and nobody has used before.
    """


class Territory(StrEnum):
    """Where a customer is, seen from the legal entity that sells."""

    DOMESTIC = "domestic"
    EUROPEAN_UNION = "european_union"
    ABROAD = "abroad"


class TaxCategory(StrEnum):
    """How a sale is taxed, by the codes that electronic invoices use (UNCL 5305)."""

    STANDARD = "S"
    REVERSE_CHARGE = "AE"
    ZERO = "Z"
    EXEMPT = "E"
    OUTSIDE_SCOPE = "O"


class Language(StrEnum):
    """What we write to customers in."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"


# What an invoice has to say in each language (directive 2006/112/EC, article 226, number 11a).
REVERSE_CHARGE = {
    Language.ENGLISH: "Reverse charge",
    Language.GERMAN: "Steuerschuldnerschaft des Leistungsempfängers",
    Language.FRENCH: "Autoliquidation",
}


@dataclass(eq=False)
class TaxRule:
    """The tax on a sale into one territory: `rate` in percent, and what the invoice must say about it.

    One that names a `product` holds for that product instead of the one that names none. `texts` is what the reference
    text says in other languages.
    """

    territory: Territory
    category: TaxCategory
    rate: Decimal
    reference_text: str = ""
    product: str = ""
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> tuple[Territory, str]:
        """What it is the only rule for."""
        return self.territory, self.product

    def become(self, other: TaxRule) -> TaxRule:
        """This rule, taxing as `other` does; other languages keep their words while what they translate is the same."""
        if other.reference_text != self.reference_text:
            self.texts = {}
        self.category, self.rate, self.reference_text = other.category, other.rate, other.reference_text
        return self

    def said_in(self, language: Language, *, own: Language) -> TaxRule:
        """This rule with its reference text in `language`, where it is written in its `own`.

        Without a text in that language, reverse charge is said in the words of the law, anything else as it is written.
        """
        if language is own or not self.reference_text:
            return self
        is_reversed = self.category is TaxCategory.REVERSE_CHARGE
        otherwise = REVERSE_CHARGE[language] if is_reversed else self.reference_text
        return replace(self, reference_text=self.texts.get(language) or otherwise)


@dataclass(frozen=True)
class TaxText:
    """What one tax rule says in one language."""

    territory: Territory
    product: str
    language: Language
    text: str


class NoSuchTaxRule(Invalid):
    """This legal entity has no such tax rule, or it has no text to be said in another language.

    Name a territory and product of its tax rules that has a reference text.
    """


class MissingTaxRule(Invalid):
    """A legal entity needs one tax rule for every territory.

    Give a rule each for domestic, european_union and abroad; a product has one of its own at most in each of them.
    """


class TaxRuleContradicts(Invalid):
    """The standard category carries a rate, and every other one none but a reference text.

    Set the rate of the others to 0 and say why no tax is due, for example "Reverse charge".
    """


@dataclass(frozen=True)
class Particulars:
    """What changes about a legal entity in the course of years: name and address, account, terms and number series."""

    name: str
    street: str
    postal_code: str
    city: str
    tax_registration: str
    iban: str
    payment_terms_days: int
    invoice_series: str
    credit_note_series: str


@dataclass(eq=False)
class LegalEntity:
    """One firm of ours: it sells, it is paid, it numbers its invoices."""

    id: UUID
    code: str
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    tax_registration: str
    functional_currency: str
    iban: str
    payment_terms_days: int
    invoice_series: str
    credit_note_series: str
    is_default: bool
    tax_rules: list[TaxRule] = field(default_factory=list)
    version: int = 1

    @property
    def series(self) -> tuple[str, str]:
        """What the numbers of its invoices and of its credit notes begin with."""
        return self.invoice_series, self.credit_note_series

    @property
    def has_vat_identifier(self) -> bool:
        """Whether the tax registration is a VAT identifier, which begins with the country."""
        return self.tax_registration[:2] in (self.country, "EL" if self.country == "GR" else self.country)

    def change(self, particulars: Particulars) -> None:
        """Be called, paid and numbered like this from the next invoice on; what is issued stays as it is."""
        check_iban(particulars.iban)
        for one in fields(particulars):
            setattr(self, one.name, getattr(particulars, one.name))

    def tax_by(self, rules: Sequence[TaxRule]) -> None:
        """Tax by these rules, and no other, from the next draft on."""
        check_tax_rules(rules)
        before = {rule.place: rule for rule in self.tax_rules}
        self.tax_rules = [before[rule.place].become(rule) if rule.place in before else rule for rule in rules]

    def word_tax_rules(self, texts: Sequence[TaxText]) -> None:
        """Let the reference texts say this in other languages, and nothing else."""
        rules = {rule.place: rule for rule in self.tax_rules if rule.reference_text}
        said: dict[tuple[Territory, str], dict[str, str]] = {place: {} for place in rules}
        for position, one in enumerate(texts):
            if (one.territory, one.product) not in rules:
                raise NoSuchTaxRule(field=f"/texts/{position}")
            if one.text:
                said[one.territory, one.product][one.language.value] = one.text
        for place, rule in rules.items():
            rule.texts = said[place]

    def tax_rules_for(self, *, country: str, tax_id: str) -> list[TaxRule]:
        """The rules for a customer in `country`: one for everything, and those of single products.

        A customer elsewhere in the European Union without a tax id is taxed as one at home, because nobody else
        could owe the tax.
        """
        territory = self._territory(country)
        if territory is Territory.EUROPEAN_UNION and not tax_id:
            territory = Territory.DOMESTIC
        return [rule for rule in self.tax_rules if rule.territory is territory]

    def _territory(self, country: str) -> Territory:
        if country in ("", self.country):
            return Territory.DOMESTIC
        if {country, self.country} <= EUROPEAN_UNION:
            return Territory.EUROPEAN_UNION
        return Territory.ABROAD


def check_tax_rules(rules: Sequence[TaxRule]) -> None:
    """Refuse rules that leave a territory out, name one twice or contradict themselves."""
    general = [rule.territory for rule in rules if not rule.product]
    special = [rule.place for rule in rules if rule.product]
    if sorted(general) != sorted(Territory) or len(set(special)) < len(special):
        raise MissingTaxRule(field="/tax_rules")
    for position, rule in enumerate(rules):
        is_standard = rule.category is TaxCategory.STANDARD
        if is_standard is not bool(rule.rate) or not (is_standard or rule.reference_text):
            raise TaxRuleContradicts(field=f"/tax_rules/{position}")


def check_iban(iban: str) -> None:
    """Refuse an IBAN whose check digits do not fit (ISO 13616, ISO 7064 mod 97-10)."""
    rearranged = iban[4:] + iban[:4]
    if not iban.isalnum() or int("".join(str(int(sign, 36)) for sign in rearranged)) % 97 != 1:
        raise InvalidIban(field="/iban")
