"""The customers of the demo firm; they exist nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from deploy.suite.people import FIRM


@dataclass(frozen=True)
class Customer:
    """A firm that buys: where it is, how it is taxed, who speaks for it, which colleague sells to it."""

    name: str
    street: str
    postal_code: str
    city: str
    country: str
    tax_id: str
    sector: str
    contact: str
    seller: str
    payment_terms_days: int = 30

    @property
    def id(self) -> UUID:
        """The account's id."""
        return uuid5(FIRM, f"account/{self.name}")

    @property
    def domain(self) -> str:
        """Its domain, under one that exists for examples only."""
        return f"{self.name.split()[0].lower()}.example"


CUSTOMERS = (
    Customer(
        "Baltic Freight GmbH", "Am Hafen 3", "18055", "Rostock", "DE", "DE811907914", "logistics", "Kai Brandt", "ines"
    ),
    Customer(
        "Castor Insurance SE",
        "Domstraße 20",
        "50668",
        "Köln",
        "DE",
        "DE811907922",
        "insurance",
        "Lea Vogt",
        "tomas",
        14,
    ),
    Customer(
        "Delft Marine BV", "Kanaalweg 8", "2628 EB", "Delft", "NL", "NL004495445B01", "shipping", "Joost Bakker", "ines"
    ),
    Customer(
        "Elbe Optics GmbH",
        "Optikring 11",
        "01099",
        "Dresden",
        "DE",
        "DE811907939",
        "manufacturing",
        "Jana Kühn",
        "tomas",
    ),
    Customer("Fjord Energy AS", "Strandgaten 5", "5013", "Bergen", "NO", "", "energy", "Sigrid Dahl", "ines", 45),
    Customer(
        "Granite Foods GmbH", "Mühlweg 2", "93047", "Regensburg", "DE", "DE811907947", "food", "Max Huber", "tomas"
    ),
    Customer("Helvetia Rail AG", "Gleisstrasse 40", "8005", "Zürich", "CH", "", "transport", "Urs Frei", "ines"),
    Customer(
        "Iberia Textil SA",
        "Rua das Flores 91",
        "4050-262",
        "Porto",
        "PT",
        "PT501964843",
        "retail",
        "Rita Sousa",
        "tomas",
        60,
    ),
    Customer(
        "Juno Health GmbH", "Charitéplatz 9", "10117", "Berlin", "DE", "DE811907955", "health", "Nora Wolff", "ines"
    ),
    Customer(
        "Kestrel Media Ltd", "Quay Road 17", "D02 X285", "Dublin", "IE", "IE6388047V", "media", "Aoife Kelly", "tomas"
    ),
    Customer(
        "Lumen Retail SA", "Rue Mercière 6", "69002", "Lyon", "FR", "FR40303265045", "retail", "Luc Perrin", "ines"
    ),
)
