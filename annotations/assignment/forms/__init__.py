"""What people fill in about assignments."""

from .plan import PlanForm
from .single import AssignForm, HandOverAllForm, HandOverForm, ReturnForm
from .sought import SoughtForm

__all__ = ["AssignForm", "HandOverAllForm", "HandOverForm", "PlanForm", "ReturnForm", "SoughtForm"]
