"""What invoices say of overtime, in the customer's language: of the minutes and the per cent that were agreed."""

from __future__ import annotations

from collections.abc import Mapping

from services.billing.legal_entities.model import Language
from services.billing.premiums.model import CountedBy

OVERTIME: Mapping[Language, Mapping[CountedBy, str]] = {
    Language.ENGLISH: {
        CountedBy.DAY: "Overtime beyond %1$s hours a day, %2$s %% on top",
        CountedBy.WEEK: "Overtime beyond %1$s hours a week, %2$s %% on top",
    },
    Language.GERMAN: {
        CountedBy.DAY: "Überstunden über %1$s Stunden am Tag, %2$s %% Zuschlag",
        CountedBy.WEEK: "Überstunden über %1$s Stunden in der Woche, %2$s %% Zuschlag",
    },
    Language.FRENCH: {
        CountedBy.DAY: "Heures supplémentaires au-delà de %1$s heures par jour, majorées de %2$s %%",
        CountedBy.WEEK: "Heures supplémentaires au-delà de %1$s heures par semaine, majorées de %2$s %%",
    },
}
