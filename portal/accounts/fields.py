"""Fields for what nobody else may read."""

from wtforms import Field
from wtforms.widgets import PasswordInput


class SecretField(Field):
    """A password: taken as it is typed, spaces included, and never shown again."""

    widget = PasswordInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was typed."""
        self.data = valuelist[0] if valuelist else ""

    def _value(self) -> str:
        return ""
