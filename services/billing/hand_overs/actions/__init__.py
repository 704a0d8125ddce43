"""What people do about sending documents: hand them over, and say what stands in the e-mails."""

from services.billing.hand_overs.actions.handing import hand_over
from services.billing.hand_overs.actions.mailing import mailing_of
from services.billing.hand_overs.actions.wording import word_mails

__all__ = ["hand_over", "mailing_of", "word_mails"]
