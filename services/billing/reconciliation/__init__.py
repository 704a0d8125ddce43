"""Whether the ledger, what was sealed of it and what the ERP took agree, account by account, and where not."""
