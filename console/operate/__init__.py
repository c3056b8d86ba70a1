"""What operators do: orders and answers to alerts, and what they add to the account."""

from console.operate.account import Accountant
from console.operate.answering import Answering
from console.operate.operator import TYPED_NAME_TIERS, Operator

__all__ = ["TYPED_NAME_TIERS", "Accountant", "Answering", "Operator"]
