"""The embedded suite as a program of its own, which tests may kill."""

class EmbeddedProgram:
    def printed(self) -> str:
        return ""
