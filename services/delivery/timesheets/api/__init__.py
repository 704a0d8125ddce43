"""Time entries and timesheets over HTTP."""
