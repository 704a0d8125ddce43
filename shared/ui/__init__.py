"""The design system: how pages are rendered, what they are made of, and the files a browser needs for them."""
