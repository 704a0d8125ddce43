"""By what the revenue of a contract line is recognised, for the statements that read it."""

from __future__ import annotations

from services.billing.recognition.model.methods import MEASURED, USUAL, RecognitionMethod

USUALLY = " ".join(f"when '{billed}' then '{method}'" for billed, method in USUAL.items())
# The method stated for a `line`, or the usual one of lines that are billed like it, as the model has it.
METHOD = f"coalesce(line.recognition_method, case line.method {USUALLY} else '{RecognitionMethod.AS_DELIVERED}' end)"
IS_MEASURED = f"{METHOD} in ({', '.join(sorted(repr(method.value) for method in MEASURED))})"
