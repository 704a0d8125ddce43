"""The four services: crm, delivery, resourcing and billing. They meet only through events."""
