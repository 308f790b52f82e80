"""Housekeeping for site admins: everything can be looked up, little can be changed.

Studies are run on their own pages, where acts are recorded. Here rows are read-only, so that no
page goes round history or changes what is fixed; the few acts that are offered are those of the
rooms, which write the audit. Accounts are deactivated, never deleted.
"""

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.models import Group

from . import accounts, articles, codebooks, gold, history, studies, work

# Roles are given per study, not by groups; a further address, key or account elsewhere is a
# further way in, and other sites' sign-in is set in the environment.
UNLISTED = (Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken)
for model in UNLISTED:
    admin.site.unregister(model)

__all__ = ["accounts", "articles", "codebooks", "gold", "history", "studies", "work"]
