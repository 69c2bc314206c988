"""What does this reward teach? Logs in, findings out.

`Frame` holds a log as columns; each module of `analyses` asks it one question and answers with
an `Outcome`: findings for people, tables for reports. Needs the extra ``[audit]``.
"""
