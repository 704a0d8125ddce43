"""A firm of the campaign: founded in a few strokes, its month closed in as many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from shared.actor import Role
from tests.chaos.client import Client

LEGAL_ENTITY = "MER"
ROLE = "consultant"
WEEKS = 26


@dataclass(frozen=True)
class Calendar:
    """The days of the campaign, all of them in the past; they follow from `today`."""

    today: date

    @property
    def first_monday(self) -> date:
        """When all projects begin."""
        return self.today - timedelta(days=self.today.weekday() + 7 * WEEKS)

    def day(self, number: int) -> date:
        """The `number`th working day, over and over again."""
        week, weekday = divmod(number, 5)
        return self.first_monday + timedelta(days=7 * (week % (WEEKS - 1)) + weekday)

    @property
    def period(self) -> str:
        """The month in which invoices go out and revenue is recognised."""
        return f"{self.today:%Y-%m}"


@dataclass(frozen=True)
class Firm:
    """Everybody of one tenant that a deal needs."""

    root: UUID
    calendar: Calendar
    seller: Client
    project_manager: Client
    resource_manager: Client
    clerk: Client
    approver: Client
    controller: Client
    administrator: Client
    erp: Client
    consultants: tuple[Client, ...]

    @classmethod
    def of(cls, somebody: Client, calendar: Calendar, consultants: int) -> Firm:
        """The people of the tenant that `somebody` is of."""
        return cls(
            somebody.tenant,
            calendar,
            Client.of(somebody, "seller", Role.SALES_REP),
            Client.of(somebody, "pm", Role.PROJECT_MANAGER, Role.CONSULTANT),
            Client.of(somebody, "rm", Role.RESOURCE_MANAGER),
            Client.of(somebody, "clerk", Role.BILLING_CLERK),
            Client.of(somebody, "approver", Role.BILLING_APPROVER),
            Client.of(somebody, "controller", Role.CONTROLLER),
            Client.of(somebody, "admin", Role.ADMINISTRATOR, Role.SALES_MANAGER),
            Client.of(somebody, "erp", Role.ERP),
            tuple(Client.of(somebody, f"consultant-{number}", Role.CONSULTANT) for number in range(consultants)),
        )

    def id(self, name: str) -> UUID:
        """The id of something of this firm."""
        return uuid5(self.root, name)

    async def found(self) -> None:
        """Have people, prices, the legal entity and its accounts."""
        await self.administrator.put(f"/resourcing/staffing-roles/{self.id('role')}", {"name": ROLE, "description": ""})
        for person in (self.project_manager, *self.consultants):
            await self._employ(person)
        product = self.id("product")
        body = {"code": "TIME", "name": "consulting", "kind": "time_by_role", "staffing_role": ROLE}
        await self.administrator.put(f"/crm/products/{product}", body)
        price = {"currency": "EUR", "amount": "123.45", "standard_cost": "45.00", "starts_on": self._since}
        await self.administrator.put(f"/crm/products/{product}/prices/{self.id('price')}", price)
        milestone = {"code": "FEE", "name": "fixed fee", "kind": "milestone"}
        await self.administrator.put(f"/crm/products/{self.id('fee')}", milestone)
        await self._keep_books()

    @property
    def _since(self) -> str:
        return (self.calendar.first_monday - timedelta(days=400)).isoformat()

    async def _employ(self, who: Client) -> None:
        person = self.id(f"person/{who.subject}")
        place = f"/resourcing/people/{person}"
        body = {
            "name": who.subject,
            "email": f"{who.subject}@chaos.example",
            "subject_id": who.subject,
            "practice": "Platforms",
            "grade": "consultant",
            "staffing_roles": [ROLE],
            "employed_from": self._since,
        }
        await self.resource_manager.put(place, body, effect="person", key=person)
        week = {"starts_on": self._since, "minutes_by_weekday": [480] * 5 + [0, 0], "country": "DE"}
        await self.resource_manager.put(f"{place}/calendars/{uuid5(person, 'calendar')}", week)
        cost = {"starts_on": self._since, "hourly_cost": "41.00", "currency": "EUR"}
        await self.resource_manager.put(f"{place}/cost-rates/{uuid5(person, 'cost')}", cost)

    async def _keep_books(self) -> None:
        rules = [
            {"territory": "domestic", "category": "S", "rate": "19.00"},
            {"territory": "european_union", "category": "AE", "rate": "0", "reference_text": "Reverse charge."},
            {"territory": "abroad", "category": "O", "rate": "0", "reference_text": "Not subject to tax here."},
        ]
        body = {
            "code": LEGAL_ENTITY,
            "name": "Chaos GmbH",
            "street": "Lindenweg 4",
            "postal_code": "10115",
            "city": "Berlin",
            "country": "DE",
            "tax_registration": "DE123456789",
            "functional_currency": "EUR",
            "iban": "DE89370400440532013000",
            "payment_terms_days": 30,
            "invoice_series": "INV-",
            "is_default": True,
            "tax_rules": rules,
        }
        await self.administrator.put(f"/billing/legal-entities/{self.id('entity')}", body)
        receiver = {"legal_entity": LEGAL_ENTITY, "subject": self.erp.subject}
        await self.administrator.put(f"/billing/batch-receivers/{self.id('erp')}", receiver)
        chart = await self.controller.find(
            "/billing/ledger-accounts", lambda found: found["accounts"], legal_entity=LEGAL_ENTITY
        )
        for account in chart:
            mapping = {"legal_entity": LEGAL_ENTITY, "account": account["code"], "erp_account": f"E{account['code']}"}
            await self.controller.put(f"/billing/account-mappings/{self.id(account['code'])}", mapping)

    async def close_month(self) -> None:
        """Recognise what was earned, seal it, let the ERP take it; whoever asks again finds nothing left to do."""
        run = {"legal_entity": LEGAL_ENTITY, "period": self.calendar.period}
        await self.controller.post("/billing/recognition-runs", run)
        batch = await self.controller.post("/billing/ledger-batches", {**run, "currency": "EUR"})
        answer = {"answer": "accepted", "erp_reference": f"GL-{batch['number']}"}
        place = f"/billing/ledger-batches/{batch['id']}/acknowledgement"
        await self.erp.post(place, answer, effect="acknowledged", key=batch["id"])

    async def recognise_again(self) -> int:
        """Run recognition once more; how many lines it found."""
        run = {"legal_entity": LEGAL_ENTITY, "period": self.calendar.period}
        again = await self.controller.post("/billing/recognition-runs", run)
        return len(again["lines"])
