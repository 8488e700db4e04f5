"""Advise an administrator on an answer: one record for each, with all that is known.

{user} signed in, {sender} is From, and {envelope} the envelope's sender; the steps and lines have
more of the user's own values in them (`ports.Exam.values`). Cmdlets are as Microsoft documents
them (Exchange PowerShell reference); pages of the portals are named as they name themselves.
"""
