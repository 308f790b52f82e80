"""What people fill in about assignments."""

from .plan import PlanForm
from .single import AssignForm, HandOverForm, ReturnForm
from .sought import SoughtForm

__all__ = ["AssignForm", "HandOverForm", "PlanForm", "ReturnForm", "SoughtForm"]
