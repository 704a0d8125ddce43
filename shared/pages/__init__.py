"""From a browser to work and back: what the `pages.py` of a feature needs. `shared.pages.app` serves them."""

from shared.pages.forms import LastDay, Typed, TypedHours, beside_rows, chosen_of, form_of
from shared.pages.route import PageRoute
from shared.pages.toasts import toast
from shared.ui.render import page, said
from shared.web.route import InWork

__all__ = [
    "InWork",
    "LastDay",
    "PageRoute",
    "Typed",
    "TypedHours",
    "beside_rows",
    "chosen_of",
    "form_of",
    "page",
    "said",
    "toast",
]
