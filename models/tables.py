"""Every table, imported once, so that the metadata is whole."""

from models.base import Base
from models.case import Case, CaseReason, Statement
from models.commitment import Commitment
from models.contract_end import ContractEnd
from models.customer import Customer
from models.desk_session import DeskSession
from models.fault import HeldFault, HeldRow
from models.follow_up import FollowUp
from models.history import History
from models.hold import Hold
from models.import_stop import ImportStop
from models.inbound import Inbound, Sighting
from models.invoice import Invoice
from models.message import Message
from models.order import Order
from models.pace import PaceCount
from models.reply import Reply
from models.response import Response
from models.staff import Staff
from models.suppression import Suppression
from models.watermark import Watermark

__all__ = [
    "Base",
    "Case",
    "CaseReason",
    "Commitment",
    "ContractEnd",
    "Customer",
    "DeskSession",
    "FollowUp",
    "HeldFault",
    "HeldRow",
    "History",
    "Hold",
    "ImportStop",
    "Inbound",
    "Invoice",
    "Message",
    "Order",
    "PaceCount",
    "Reply",
    "Response",
    "Sighting",
    "Staff",
    "Statement",
    "Suppression",
    "Watermark",
]
