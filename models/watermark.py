from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Watermark(Base):
    """A remembered value by name: the policy last planned with, day zero of a source, the last import of payments."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    at: Mapped[datetime]
