"""What resourcing needs to know of the projects that delivery runs."""
