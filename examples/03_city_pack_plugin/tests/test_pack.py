"""The pack proves itself by the library's own contract (政策包契约); run it where the plug-in is installed."""

from hotline12345.testing import PackContract


class TestExampleCity(PackContract):
    """Clauses P1 to P8."""

    def pack(self) -> str:
        """Name the pack as the command line would."""
        return "example-city"
