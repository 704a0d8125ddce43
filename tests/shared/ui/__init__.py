"""The design system: rendering, formats, forms, and the components in a real browser."""
